/// Strings of a JSON text, decoded from their bytes.
enum JSONText {
    static func string(_ text: UnsafeBufferPointer<UInt8>, _ node: JSONDocument.Node) -> String {
        decoded(text, node.start, node.end, hasEscapes: node.hasEscapes)
    }

    static func key(_ text: UnsafeBufferPointer<UInt8>, _ member: JSONDocument.Node) -> String {
        decoded(text, member.keyStart, member.keyEnd, hasEscapes: member.keyHasEscapes)
    }

    private static func decoded(_ text: UnsafeBufferPointer<UInt8>, _ start: Int32, _ end: Int32, hasEscapes: Bool) -> String {
        let content = UnsafeBufferPointer(rebasing: text[Int(start)..<Int(end)])
        return hasEscapes ? unescaped(content) : String(decoding: content, as: UTF8.self)
    }

    private static func unescaped(_ content: UnsafeBufferPointer<UInt8>) -> String {
        var out = ""
        out.reserveCapacity(content.count)
        var plain = 0
        var index = 0
        while index < content.count {
            guard content[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            out += String(decoding: content[plain..<index], as: UTF8.self)
            switch content[index + 1] {
            case UInt8(ascii: "u"):
                var scalar = UInt32(Hex.unit(content, at: index + 2) ?? 0xFFFD)
                index += 6
                if scalar & 0xFC00 == 0xD800 {
                    let low = UInt32(Hex.unit(content, at: index + 2) ?? 0xDC00)
                    scalar = 0x10000 + ((scalar & 0x3FF) << 10 | (low & 0x3FF))
                    index += 6
                }
                out.unicodeScalars.append(Unicode.Scalar(scalar) ?? "\u{FFFD}")
            case let simple:
                out.unicodeScalars.append(Self.simple(simple))
                index += 2
            }
            plain = index
        }
        out += String(decoding: content[plain...], as: UTF8.self)
        return out
    }

    private static func simple(_ byte: UInt8) -> Unicode.Scalar {
        switch byte {
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "t"): "\t"
        default: Unicode.Scalar(byte)
        }
    }
}

enum Hex {
    /// The four hexadecimal digits at `index` as a UTF-16 unit, or nil.
    static func unit(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt16? {
        guard index + 4 <= text.count else { return nil }
        var unit: UInt16 = 0
        for offset in 0..<4 {
            let byte = text[index + offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}

enum UTF8Scalar {
    /// Length of the well-formed multi-byte sequence at `index` (RFC 3629, table 3-7 of Unicode), or nil.
    static func length(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        let lead = text[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= text.count, second.contains(text[index + 1]) else { return nil }
        for offset in 2..<max(2, length) where text[index + offset] & 0xC0 != 0x80 { return nil }
        return length
    }
}
