/// A moment in time to the millisecond; written in RFC 3339 with `Z`.
public struct Instant: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// WITA, the mart's time zone, is UTC+8 all year; in milliseconds.
    public static let witaOffset: Int64 = 8 * 3_600_000

    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// The first and the last instant that can be written: the years 0001 to 9999, in UTC.
    public static let earliest = Instant(milliseconds: -62_135_596_800_000)
    public static let latest = Instant(milliseconds: 253_402_300_799_999)

    /// Nil unless `text` is an RFC 3339 date-time whose year in UTC is one of 0001 to 9999. Fractions beyond a millisecond are cut off; a leap second reads as the second before.
    public init?(_ text: String) {
        var text = text
        guard let instant = text.withUTF8({ Instant(utf8: $0) }) else { return nil }
        self = instant
    }

    /// The same from the text's bytes.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        guard let parsed = Self.parse(bytes) else { return nil }
        milliseconds = parsed
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// Ends at what 64 bits can count.
    public func adding(_ duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        let (whole, isBeyond) = seconds.multipliedReportingOverflow(by: 1000)
        return adding(milliseconds: isBeyond ? (seconds < 0 ? .min : .max) : whole)
            .adding(milliseconds: attoseconds / 1_000_000_000_000_000)
    }

    /// The same of milliseconds.
    public func adding(milliseconds added: Int64) -> Instant { Instant(milliseconds: milliseconds.addingClamped(added)) }

    /// Milliseconds from an earlier instant to this one; negative when the other is later.
    public func milliseconds(since other: Instant) -> Int64 { milliseconds.subtractingClamped(other.milliseconds) }

    /// In UTC; what cannot be written is written as the first or last instant that can.
    public var description: String {
        let milliseconds = min(max(self, .earliest), .latest).milliseconds
        let day = milliseconds.flooredDivision(by: 86_400_000)
        let rest = milliseconds - day * 86_400_000
        let date = BusinessDate(day: Int32(day)).components
        var text = [UInt8](repeating: 0, count: rest % 1000 == 0 ? 20 : 24)
        func put(_ value: Int, _ width: Int, at place: Int) {
            var value = value
            for index in stride(from: place + width - 1, through: place, by: -1) {
                text[index] = UInt8(ascii: "0") + UInt8(value % 10)
                value /= 10
            }
        }
        put(date.year, 4, at: 0)
        put(date.month, 2, at: 5)
        put(date.day, 2, at: 8)
        put(Int(rest / 3_600_000), 2, at: 11)
        put(Int(rest / 60_000 % 60), 2, at: 14)
        put(Int(rest / 1000 % 60), 2, at: 17)
        (text[4], text[7], text[10]) = (UInt8(ascii: "-"), UInt8(ascii: "-"), UInt8(ascii: "T"))
        (text[13], text[16]) = (UInt8(ascii: ":"), UInt8(ascii: ":"))
        if rest % 1000 != 0 {
            text[19] = UInt8(ascii: ".")
            put(Int(rest % 1000), 3, at: 20)
        }
        text[text.count - 1] = UInt8(ascii: "Z")
        return String(decoding: text, as: UTF8.self)
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] | 0x20 == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = Digits.value(bytes, 0..<4), let month = Digits.value(bytes, 5..<7), let dayOfMonth = Digits.value(bytes, 8..<10),
            let hour = Digits.value(bytes, 11..<13), let minute = Digits.value(bytes, 14..<16), let second = Digits.value(bytes, 17..<19),
            let date = BusinessDate(year: year, month: month, dayOfMonth: dayOfMonth), hour < 24, minute < 60, second <= 60
        else { return nil }
        var index = 19
        var fraction = 0
        if bytes[index] == UInt8(ascii: ".") {
            index += 1
            let start = index
            while index < bytes.count, bytes[index] &- 0x30 < 10 {
                if index - start < 3 { fraction = fraction * 10 + Int(bytes[index] - 0x30) }
                index += 1
            }
            guard index > start else { return nil }
            for _ in min(3, index - start)..<3 { fraction *= 10 }
        }
        guard index < bytes.count else { return nil }
        var offset = 0
        if bytes[index] | 0x20 == UInt8(ascii: "z") {
            index += 1
        } else {
            guard index + 6 == bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-"),
                bytes[index + 3] == UInt8(ascii: ":"), let hours = Digits.value(bytes, index + 1..<index + 3), hours < 24,
                let minutes = Digits.value(bytes, index + 4..<index + 6), minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
            index += 6
        }
        guard index == bytes.count else { return nil }
        let seconds = Int64(hour) * 3600 + Int64(minute) * 60 + Int64(min(second, 59)) - Int64(offset) * 60
        let milliseconds = Int64(date.day) * 86_400_000 + seconds * 1000 + Int64(fraction)
        // An offset can lead out of the years that can be written.
        return (earliest.milliseconds...latest.milliseconds).contains(milliseconds) ? milliseconds : nil
    }
}
