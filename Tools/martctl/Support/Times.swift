import Primitives

extension Instant {
    /// `2026-02-05T10:15:02.120Z` in the mart's time zone, WITA.
    private var wita: String { Instant(milliseconds: milliseconds + Self.witaOffset).description }

    /// `10:15:02`
    var witaTime: String { String(wita.dropFirst(11).prefix(8)) }

    /// `10:15:02.120`
    var witaMilliseconds: String {
        let fraction = String((milliseconds % 1000 + 1000) % 1000)
        return witaTime + "." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    /// `2026-02-05 10:15:02`
    var witaSecond: String { "\(wita.prefix(10)) \(witaTime)" }

    /// `2026-02-05 10:15`
    var witaMinute: String { String(witaSecond.dropLast(3)) }
}

extension Duration {
    /// `2,3 s`
    var inWords: String {
        let tenths = Int((self / .milliseconds(100)).rounded())
        return "\(tenths / 10),\(tenths % 10) s"
    }
}
