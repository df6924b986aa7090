/// Appends compact JSON to bytes. Members come out in the order in which they are written.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    public init(reservingCapacity capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Begins anew in the same memory.
    public mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the next member; it must need no escaping.
    public mutating func key(_ name: StaticString) {
        let comma = needsComma
        append(upTo: name.utf8CodeUnitCount + 4) { Self.put(name, afterComma: comma, at: $0) }
        needsComma = false
    }

    /// The name of the next member, escaped where needed.
    public mutating func key(named name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) {
        separate()
        value.withBytes { string($0) }
    }

    public mutating func member(_ name: StaticString, _ value: String) {
        value.withBytes { text in
            guard PlainBytes.end(text, from: 0) == text.count else {
                key(name)
                return string(text)
            }
            let comma = needsComma
            append(upTo: name.utf8CodeUnitCount + text.count + 6) { start in
                Self.putQuoted(text, at: Self.put(name, afterComma: comma, at: start))
            }
            needsComma = true
        }
    }

    public mutating func int(_ value: Int64) {
        separate()
        append(upTo: Self.digitsOfNumber) { Self.put(value, at: $0) }
        needsComma = true
    }

    public mutating func member(_ name: StaticString, _ value: Int64) {
        let comma = needsComma
        append(upTo: name.utf8CodeUnitCount + 4 + Self.digitsOfNumber) { start in
            Self.put(value, at: Self.put(name, afterComma: comma, at: start))
        }
        needsComma = true
    }

    /// A string of 20 digits, so that numbers sort as text.
    public mutating func paddedDigits(_ value: Int64) {
        separate()
        append(upTo: Self.digitsOfNumber + 2) { start in
            var rest = value.magnitude
            for place in stride(from: Self.digitsOfNumber, through: 1, by: -1) {
                start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            start[0] = UInt8(ascii: "\"")
            start[Self.digitsOfNumber + 1] = UInt8(ascii: "\"")
            return start + Self.digitsOfNumber + 2
        }
        needsComma = true
    }

    // MARK: Many bytes at once, for one look at the array's room

    private typealias Place = UnsafeMutablePointer<UInt8>

    /// - Parameter write: puts at most `count` bytes, and answers where they end.
    @inline(__always)
    private mutating func append(upTo count: Int, _ write: (Place) -> Place) {
        bytes.append(addingCapacity: count) { span in
            span.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let start = buffer.baseAddress else { return }
                initialized = write(start) - start
            }
        }
    }

    @inline(__always)
    private static func put(_ name: StaticString, afterComma comma: Bool, at place: Place) -> Place {
        var place = place
        if comma {
            place[0] = UInt8(ascii: ",")
            place += 1
        }
        place = putQuoted(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), at: place)
        place[0] = UInt8(ascii: ":")
        return place + 1
    }

    @inline(__always)
    private static func putQuoted(_ text: UnsafeBufferPointer<UInt8>, at place: Place) -> Place {
        place[0] = UInt8(ascii: "\"")
        if let start = text.baseAddress { (place + 1).update(from: start, count: text.count) }
        place[text.count + 1] = UInt8(ascii: "\"")
        return place + text.count + 2
    }

    private static let digitsOfNumber = 20

    private static func put(_ value: Int64, at place: Place) -> Place {
        var (magnitude, start) = (value.magnitude, place)
        if value < 0 {
            start[0] = UInt8(ascii: "-")
            start += 1
        }
        var (end, limit) = (start + 1, UInt64(10))
        while magnitude >= limit {
            end += 1
            if limit == 10_000_000_000_000_000_000 { break }
            limit *= 10
        }
        var digit = end
        repeat {
            digit -= 1
            digit[0] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10)
            magnitude /= 10
        } while digit > start
        return end
    }

    private mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        let plain = PlainBytes.end(text, from: 0)
        if plain == text.count {
            append(upTo: plain + 2) { Self.putQuoted(text, at: $0) }
        } else {
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<plain]))
            for byte in text[plain...] { appendEscaped(byte) }
            bytes.append(UInt8(ascii: "\""))
        }
        needsComma = true
    }

    public mutating func int(_ value: Int) { int(Int64(value)) }

    /// A sum of many amounts: an integer of any size.
    public mutating func int(_ value: Int128) {
        if let value = Int64(exactly: value) { return int(value) }
        separate()
        bytes.append(contentsOf: "\(value)".utf8)
        needsComma = true
    }

    /// A fraction, written with at most four decimals; for ratios of the read side, never for money.
    public mutating func ratio(_ value: Double) {
        separate()
        let scaled = Int64((value * 10_000).rounded())
        let sign = scaled < 0 ? "-" : ""
        let (whole, part) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
        var decimals = String(part + 10_000).dropFirst()
        while decimals.count > 1, decimals.last == "0" { decimals.removeLast() }
        bytes.append(contentsOf: "\(sign)\(whole).\(decimals)".utf8)
        needsComma = true
    }

    public mutating func bool(_ value: Bool) { token(value ? "true" : "false") }
    public mutating func null() { token("null") }

    /// Bytes that are already one JSON value.
    public mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    private mutating func token(_ text: StaticString) {
        separate()
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        needsComma = true
    }

    private mutating func begin(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case UInt8(ascii: "\n"): bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
        case 0..<0x20:
            let digits: StaticString = "0123456789abcdef"
            bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            bytes.append(digits.utf8Start[Int(byte >> 4)])
            bytes.append(digits.utf8Start[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}

extension String {
    /// The text's bytes, without a copy of it where that can be.
    @inline(__always)
    fileprivate func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        if utf8.withContiguousStorageIfAvailable(body) != nil { return }
        var copy = self
        copy.withUTF8(body)
    }
}
