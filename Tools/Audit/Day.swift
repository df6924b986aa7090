import Foundation

/// Business dates are days in WITA (UTC+8), written `YYYY-MM-DD`, so that they sort as text.
enum Day {
    /// The WITA date of an RFC 3339 instant; empty for something else.
    static func wita(_ instant: String) -> String {
        guard let date = self.instant(instant) else { return "" }
        return text(ofDay: Int(((date.timeIntervalSince1970 + 8 * 3600) / 86_400).rounded(.down)))
    }

    /// An RFC 3339 instant, to the second.
    static func instant(_ text: String) -> Date? {
        let seconds = text.firstIndex(of: ".").map { start in
            text[..<start] + text[text.index(after: start)...].drop(while: \.isNumber)
        }
        return try? Date(String(seconds ?? text[...]), strategy: .iso8601)
    }

    /// The date of a day counted from 1970-01-01, after Howard Hinnant's civil_from_days.
    private static func text(ofDay days: Int) -> String {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        return "\(four(year))-\(two(month))-\(two(day))"
    }

    private static func four(_ number: Int) -> String { String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number)" }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
