/// One pass over the bytes, writing nodes; open containers are linked instead of recursion, so depth is bounded by data, not by the thread's stack.
struct JSONParser {
    /// Room for nodes, `count` of them written. Whoever parses gives the memory back.
    private(set) var nodes = Nodes.allocate(capacity: usualNodes)
    private var count = 0
    private var position = 0
    /// The innermost open container; until it is closed, its `next` is the one around it.
    private var innermost = Self.none
    private var depth = 0
    /// Only an escape can write it: as a byte it is no JSON.
    private(set) var holdsNull = false
    /// The key that was read last, whose value follows.
    private var key = Key()

    private struct Key {
        var start: Int32 = 0
        var end: Int32 = 0
        var hasEscapes = false
    }

    /// Room for most messages, and little enough for the allocator's fast path.
    private static let usualNodes = 40

    typealias Nodes = UnsafeMutableBufferPointer<JSONDocument.Node>
    private static let none = -1

    /// Once.
    mutating func parse(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { throw JSONError(reason: .byteOrderMark, offset: 0) }
        skipSpace(text)
        while true {
            // A value starts here.
            guard position < text.count else { throw fault(.syntax) }
            let byte = text[position]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth < JSONDocument.maximumDepth else { throw fault(.tooDeep) }
                let isObject = byte == UInt8(ascii: "{")
                let node = begin(isObject ? .object : .array, at: position)
                position += 1
                skipSpace(text)
                if position < text.count, text[position] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    position += 1
                    end(node, at: position)
                } else {
                    nodes[node].next = Int32(truncatingIfNeeded: innermost)
                    innermost = node
                    depth += 1
                    if isObject { try readKey(text) } else { key = Key() }
                    continue
                }
            case UInt8(ascii: "\""):
                let node = begin(.string, at: position + 1)
                let hasEscapes = try readString(text)
                nodes[node].hasEscapes = hasEscapes
                end(node, at: position - 1)
            case UInt8(ascii: "t"): try literal(text, "true", .bool)
            case UInt8(ascii: "f"): try literal(text, "false", .bool)
            case UInt8(ascii: "n"): try literal(text, "null", .null)
            default: try number(text)
            }

            // A value has ended here: what follows it?
            while true {
                skipSpace(text)
                guard innermost != Self.none else {
                    guard position == text.count else { throw fault(.syntax) }
                    return
                }
                guard position < text.count else { throw fault(.syntax) }
                let container = innermost
                let isObject = nodes[container].kind == .object
                let separator = text[position]
                if separator == UInt8(ascii: ",") {
                    position += 1
                    skipSpace(text)
                    if isObject { try readKey(text) }
                    break
                }
                guard separator == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else { throw fault(.syntax) }
                if isObject { try refuseDuplicateKeys(text, of: container) }
                innermost = Int(nodes[container].next)
                depth -= 1
                position += 1
                end(container, at: position)
                if innermost != Self.none, nodes[innermost].kind == .array { key = Key() }
            }
        }
    }

    private func fault(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    @inline(__always)
    private mutating func begin(_ kind: JSONValue.Kind, at start: Int) -> Int {
        if count == nodes.count { grow() }
        nodes[count] = .init(
            kind: kind, start: Int32(truncatingIfNeeded: start), keyStart: key.start, keyEnd: key.end, keyHasEscapes: key.hasEscapes)
        count += 1
        return count - 1
    }

    private mutating func grow() {
        let larger = Nodes.allocate(capacity: nodes.count * 2)
        _ = larger.moveInitialize(fromContentsOf: nodes)
        nodes.deallocate()
        nodes = larger
    }

    @inline(__always)
    private func end(_ node: Int, at end: Int) {
        nodes[node].end = Int32(truncatingIfNeeded: end)
        nodes[node].next = Int32(truncatingIfNeeded: count)
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

    private mutating func literal(
        _ text: UnsafeBufferPointer<UInt8>, _ word: StaticString, _ kind: JSONValue.Kind
    ) throws(JSONError) {
        let length = word.utf8CodeUnitCount
        guard position + length <= text.count else { throw fault(.syntax) }
        for offset in 0..<length where text[position + offset] != word.utf8Start[offset] { throw fault(.syntax) }
        let node = begin(kind, at: position)
        position += length
        end(node, at: position)
    }

    private mutating func number(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        let node = begin(.integer, at: position)
        if text[position] == UInt8(ascii: "-") { position += 1 }
        guard position < text.count else { throw fault(.syntax) }
        if text[position] == UInt8(ascii: "0") { position += 1 } else { try digits(text) }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            nodes[node].kind = .number
            position += 1
            try digits(text)
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            nodes[node].kind = .number
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") { position += 1 }
            try digits(text)
        }
        end(node, at: position)
    }

    private mutating func digits(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        let start = position
        while position < text.count, text[position] &- 0x30 < 10 { position += 1 }
        if position == start { throw fault(.syntax) }
    }

    /// A key, its colon and the space before the value.
    private mutating func readKey(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) {
        guard position < text.count, text[position] == UInt8(ascii: "\"") else { throw fault(.syntax) }
        key.start = Int32(truncatingIfNeeded: position + 1)
        key.hasEscapes = try readString(text)
        key.end = Int32(truncatingIfNeeded: position - 1)
        skipSpace(text)
        guard position < text.count, text[position] == UInt8(ascii: ":") else { throw fault(.syntax) }
        position += 1
        skipSpace(text)
    }

    /// From the opening quote to behind the closing one.
    /// - Returns: whether it has escapes.
    @inline(__always)
    private mutating func readString(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> Bool {
        position = PlainBytes.end(text, from: position + 1)
        if position < text.count, text[position] == UInt8(ascii: "\"") {
            position += 1
            return false
        }
        return try readUnusualString(text)
    }

    /// The rest of a string that has more than plain bytes, or no end.
    private mutating func readUnusualString(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> Bool {
        var hasEscapes = false
        while true {
            guard position < text.count else { throw fault(.syntax) }
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try escape(text)
            case 0..<0x20: throw fault(.syntax)
            default:
                guard let length = UTF8Scalar.length(text, at: position) else { throw fault(.invalidUTF8) }
                position += length
            }
            position = PlainBytes.end(text, from: position)
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
            if unit == 0 { holdsNull = true }
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
        // Hashes tell nearly every object apart; only two equal ones, an escape, or very many keys call for the full comparison. Of the hashes
        // themselves only those are compared that share a bit of 64.
        let mustCompare = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.hashedKeys) { hashes in
            var found = 0
            var bits: UInt64 = 0
            var index = object + 1
            while index < count {
                let member = nodes[index]
                if member.keyHasEscapes || found == Self.hashedKeys { return true }
                let hash = Self.hash(text, member)
                let bit: UInt64 = 1 &<< ((hash &* 0x9E37_79B9_7F4A_7C15) >> 58)
                if bits & bit != 0 {
                    for earlier in 0..<found where hashes[earlier] == hash { return true }
                }
                bits |= bit
                hashes[found] = hash
                found += 1
                index = Int(member.next)
            }
            return false
        }
        if mustCompare { try compareKeys(text, of: object) }
    }

    private static let hashedKeys = 32

    /// Length, first four and last four bytes: cheap, and different for nearly all keys that people give to one object.
    @inline(__always)
    private static func hash(_ text: UnsafeBufferPointer<UInt8>, _ member: JSONDocument.Node) -> UInt64 {
        let (start, length) = (Int(member.keyStart), Int(member.keyEnd - member.keyStart))
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
        while index < count {
            let member = nodes[index]
            let name = JSONText.key(text, member)
            if !seen.insert(Array(name.utf8)).inserted { throw JSONError(reason: .duplicateKey, offset: Int(member.keyStart)) }
            index = Int(member.next)
        }
    }
}
