/// One pass over the bytes, writing nodes; an explicit stack instead of recursion, so depth is bounded by data, not by the thread's stack.
struct JSONParser {
    private var nodes: [JSONDocument.Node] = []
    private var position = 0

    private struct Open {
        var node: Int
        var isObject: Bool
    }

    mutating func parse(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [JSONDocument.Node] {
        guard text.count < Int(Int32.max) else { throw JSONError(reason: .tooLarge, offset: 0) }
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { throw JSONError(reason: .byteOrderMark, offset: 0) }
        nodes.reserveCapacity(16 + text.count / 12)
        var open: [Open] = []
        open.reserveCapacity(8)

        skipSpace(text)
        while true {
            // A value starts here.
            guard position < text.count else { throw fault(.syntax) }
            let byte = text[position]
            var closed = true
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < JSONDocument.maximumDepth else { throw fault(.tooDeep) }
                let isObject = byte == UInt8(ascii: "{")
                append(isObject ? .object : .array, from: position, to: position)
                open.append(Open(node: nodes.count - 1, isObject: isObject))
                position += 1
                skipSpace(text)
                if position < text.count, text[position] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    close(&open)
                } else {
                    if isObject { try key(text) }
                    closed = false
                }
            case UInt8(ascii: "\""): try string(text, kind: .string)
            case UInt8(ascii: "t"): try literal(text, "true", .bool)
            case UInt8(ascii: "f"): try literal(text, "false", .bool)
            case UInt8(ascii: "n"): try literal(text, "null", .null)
            default: try number(text)
            }
            if !closed { continue }

            // A value has ended here: what follows it?
            while true {
                skipSpace(text)
                guard let innermost = open.last else {
                    guard position == text.count else { throw fault(.syntax) }
                    return nodes
                }
                guard position < text.count else { throw fault(.syntax) }
                let separator = text[position]
                if separator == UInt8(ascii: ",") {
                    position += 1
                    skipSpace(text)
                    if innermost.isObject { try key(text) }
                    break
                }
                guard separator == (innermost.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw fault(.syntax) }
                if innermost.isObject { try refuseDuplicateKeys(text, of: innermost.node) }
                close(&open)
            }
        }
    }

    private func fault(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    private mutating func append(_ kind: JSONValue.Kind, from start: Int, to end: Int, hasEscapes: Bool = false) {
        nodes.append(
            .init(
                kind: kind, hasEscapes: hasEscapes, start: Int32(truncatingIfNeeded: start), end: Int32(truncatingIfNeeded: end),
                next: Int32(truncatingIfNeeded: nodes.count + 1)))
    }

    /// Closes the innermost container at the current byte.
    private mutating func close(_ open: inout [Open]) {
        let node = open.removeLast().node
        position += 1
        nodes[node].end = Int32(truncatingIfNeeded: position)
        nodes[node].next = Int32(truncatingIfNeeded: nodes.count)
    }

    @inline(__always)
    private mutating func skipSpace(_ text: UnsafeBufferPointer<UInt8>) {
        while position < text.count {
            switch text[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func literal(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString, _ kind: JSONValue.Kind) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        guard position + length <= text.count else { throw fault(.syntax) }
        for offset in 0..<length where text[position + offset] != word.utf8Start[offset] { throw fault(.syntax) }
        append(kind, from: position, to: position + length)
        position += length
    }

    private mutating func number(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        let start = position
        var isInteger = true
        if text[position] == UInt8(ascii: "-") { position += 1 }
        guard position < text.count else { throw fault(.syntax) }
        if text[position] == UInt8(ascii: "0") { position += 1 } else { try digits(text) }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits(text)
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") { position += 1 }
            try digits(text)
        }
        append(isInteger ? .integer : .number, from: start, to: position)
    }

    private mutating func digits(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, text[position] &- 0x30 < 10 { position += 1 }
        if position == start { throw fault(.syntax) }
    }

    /// A key, its colon and the space before the value.
    private mutating func key(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        guard position < text.count, text[position] == UInt8(ascii: "\"") else { throw fault(.syntax) }
        try string(text, kind: .key)
        skipSpace(text)
        guard position < text.count, text[position] == UInt8(ascii: ":") else { throw fault(.syntax) }
        position += 1
        skipSpace(text)
    }

    private mutating func string(_ text: UnsafeBufferPointer<UInt8>, kind: JSONValue.Kind) throws(JSONError) {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            position = PlainBytes.end(text, from: position)
            guard position < text.count else { throw fault(.syntax) }
            switch text[position] {
            case UInt8(ascii: "\""):
                append(kind, from: start, to: position, hasEscapes: hasEscapes)
                position += 1
                return
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape(text)
            case 0..<0x20: throw fault(.syntax)
            default:
                guard let length = UTF8Scalar.length(text, at: position) else { throw fault(.invalidUTF8) }
                position += length
            }
        }
    }

    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        guard position + 1 < text.count else { throw fault(.syntax) }
        switch text[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard let unit = Hex.unit(text, at: position + 2) else { throw fault(.syntax) }
            if unit & 0xFC00 == 0xD800 {
                guard position + 7 < text.count, text[position + 6] == UInt8(ascii: "\\"), text[position + 7] == UInt8(ascii: "u"),
                    let low = Hex.unit(text, at: position + 8), low & 0xFC00 == 0xDC00
                else { throw fault(.syntax) }
                position += 12
            } else {
                if unit & 0xFC00 == 0xDC00 { throw fault(.syntax) }
                position += 6
            }
        default: throw fault(.syntax)
        }
    }

    /// Keys are compared as text, so `"a"` and `"\u0061"` are the same key.
    private func refuseDuplicateKeys(_ text: UnsafeBufferPointer<UInt8>, of object: Int) throws(JSONError) {
        // Hashes tell nearly every object apart; only two equal ones, an escape, or very many keys call for the full comparison.
        let mustCompare = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.hashedKeys) { hashes in
            var count = 0
            var index = object + 1
            while index < nodes.count {
                let key = nodes[index]
                if key.hasEscapes || count == Self.hashedKeys { return true }
                let hash = Self.hash(text, key)
                for earlier in 0..<count where hashes[earlier] == hash { return true }
                hashes[count] = hash
                count += 1
                index = Int(nodes[index + 1].next)
            }
            return false
        }
        if mustCompare { try compareKeys(text, of: object) }
    }

    private static let hashedKeys = 32

    /// Length, first four and last four bytes: cheap, and different for nearly all keys that people give to one object.
    private static func hash(_ text: UnsafeBufferPointer<UInt8>, _ key: JSONDocument.Node) -> UInt64 {
        let (start, length) = (Int(key.start), Int(key.end - key.start))
        guard length >= 4, let bytes = UnsafeRawPointer(text.baseAddress) else {
            var hash = UInt64(length)
            for index in start..<start + length { hash = hash << 8 | UInt64(text[index]) }
            return hash
        }
        let first = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
        let last = bytes.loadUnaligned(fromByteOffset: start + length - 4, as: UInt32.self)
        return (UInt64(first) << 32 | UInt64(last)) ^ UInt64(length) << 56
    }

    /// As bytes: Swift's texts are equal by canonical equivalence, keys only by their code points.
    private func compareKeys(_ text: UnsafeBufferPointer<UInt8>, of object: Int) throws(JSONError) {
        var seen = Set<[UInt8]>()
        var index = object + 1
        while index < nodes.count {
            let key = nodes[index]
            let bytes =
                key.hasEscapes ? Array(JSONText.string(text, key).utf8) : Array(text[Int(key.start)..<Int(key.end)])
            if !seen.insert(bytes).inserted { throw JSONError(reason: .duplicateKey, offset: Int(key.start)) }
            index = Int(nodes[index + 1].next)
        }
    }
}
