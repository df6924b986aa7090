/// Appends compact JSON to bytes. Members come out in the order in which they are written.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    public init(reservingCapacity capacity: Int = 512) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the next member; it must need no escaping.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
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
        bytes.append(UInt8(ascii: "\""))
        if value.utf8.withContiguousStorageIfAvailable({ append($0) }) == nil {
            var copy = value
            copy.withUTF8 { append($0) }
        }
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        let plain = PlainBytes.end(text, from: 0)
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<plain]))
        for byte in text[plain...] { appendEscaped(byte) }
    }

    public mutating func int(_ value: Int64) {
        separate()
        var magnitude = value.magnitude
        if magnitude < 10 {
            if value < 0 { bytes.append(UInt8(ascii: "-")) }
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude))
        } else {
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { buffer in
                var place = 20
                while magnitude > 0 {
                    place -= 1
                    let (quotient, digit) = magnitude.quotientAndRemainder(dividingBy: 10)
                    buffer[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                    magnitude = quotient
                }
                if value < 0 { bytes.append(UInt8(ascii: "-")) }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[place..<20]))
            }
        }
        needsComma = true
    }

    public mutating func int(_ value: Int) { int(Int64(value)) }

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
