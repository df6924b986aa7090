/// A calendar day in WITA (UTC+8), the mart's business date; written `YYYY-MM-DD`.
public struct BusinessDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let day: Int32

    public init(day: Int32) { self.day = day }

    /// The first and the last day that can be written. Reckoning may go beyond them (the day after an end); what is published may not.
    public static let earliest = BusinessDate(day: -719_162)
    public static let latest = BusinessDate(day: 2_932_896)

    /// The WITA date of an instant.
    public init(_ instant: Instant) {
        let milliseconds = instant.milliseconds.addingClamped(Instant.witaOffset)
        day = Int32(clamping: milliseconds.flooredDivision(by: 86_400_000))
    }

    /// Nil unless the day exists in the Gregorian calendar, years 0001 to 9999.
    public init?(year: Int, month: Int, dayOfMonth: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), dayOfMonth >= 1,
            dayOfMonth <= Self.length(ofMonth: month, year: year)
        else { return nil }
        day = Int32(Self.days(year: year, month: month, day: dayOfMonth))
    }

    /// Nil unless `text` is exactly `YYYY-MM-DD` and the day exists.
    public init?(_ text: String) {
        var text = text
        let parts: (Int, Int, Int)? = text.withUTF8 { bytes in
            guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
                let year = Digits.value(bytes, 0..<4), let month = Digits.value(bytes, 5..<7), let day = Digits.value(bytes, 8..<10)
            else { return nil }
            return (year, month, day)
        }
        guard let parts else { return nil }
        self.init(year: parts.0, month: parts.1, dayOfMonth: parts.2)
    }

    public static func < (left: BusinessDate, right: BusinessDate) -> Bool { left.day < right.day }

    public func adding(days: Int) -> BusinessDate {
        BusinessDate(day: Int32(clamping: Int64(day).addingClamped(Int64(days))))
    }

    /// Whole days from this day to `other`; negative when `other` is earlier.
    public func days(until other: BusinessDate) -> Int { Int(other.day) - Int(day) }

    /// The same day `years` later; 29 February counts as the 28th.
    public func adding(years: Int) -> BusinessDate {
        let (year, month, dayOfMonth) = components
        let clamped = month == 2 && dayOfMonth == 29 ? 28 : dayOfMonth
        // As far as days can be counted.
        let sum = min(max(Int64(year).addingClamped(Int64(years)), -5_000_000), 5_000_000)
        return BusinessDate(day: Int32(Self.days(year: Int(sum), month: month, day: clamped)))
    }

    /// The instant at which the day begins in WITA.
    public var start: Instant { Instant(milliseconds: Int64(day) * 86_400_000 - Instant.witaOffset) }

    public var components: (year: Int, month: Int, day: Int) {
        // Howard Hinnant's civil_from_days, in the proleptic Gregorian calendar.
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    public var description: String {
        let (year, month, day) = components
        return Digits.padded(year, 4) + "-" + Digits.padded(month, 2) + "-" + Digits.padded(day, 2)
    }

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, isBeyond) = addingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .min : .max) : sum
    }

    func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, isBeyond) = subtractingReportingOverflow(other)
        return isBeyond ? (other < 0 ? .max : .min) : difference
    }

    func flooredDivision(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

enum Digits {
    /// The number written by the ASCII digits in `range`, or nil.
    static func value(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            guard index < bytes.count, bytes[index] &- 0x30 < 10 else { return nil }
            value = value * 10 + Int(bytes[index] - 0x30)
        }
        return value
    }

    static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
