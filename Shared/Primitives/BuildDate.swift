/// A day on which this program did not exist yet, and so a floor for every clock: `make build-date` sets it when a version is made.
///
/// A constant, so that the same sources make the same program on every machine, whatever its clock says (docs/decisions/0010-believed-time.md).
public enum BuildDate {
    /// 2026-11-24
    public static let day = BusinessDate(year: 2026, month: 11, dayOfMonth: 24)!
}
