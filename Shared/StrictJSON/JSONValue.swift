import Glibc

/// One value of a `JSONDocument`; a light view, valid as long as it is kept.
public struct JSONValue: Sendable {
    public enum Kind: UInt8, Sendable {
        case object, array, string, integer, number, bool, null
    }

    let document: JSONDocument
    let index: Int

    private var node: JSONDocument.Node { document.nodes[index] }
    public var kind: Kind { node.kind }
    public var isNull: Bool { node.kind == .null }

    /// The text of a string, unescaped; nil for any other kind.
    public var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        return document.bytes.withUnsafeBufferPointer { JSONText.string($0, node) }
    }

    /// The text of a string, where it is likely to be `known`: then nothing is made anew.
    public func string(likely known: String?) -> String? {
        guard var known else { return string }
        let isSame = withText { text in
            known.withUTF8 { known in
                guard known.count == text.count else { return false }
                guard let known = known.baseAddress, let start = text.baseAddress else { return true }
                return memcmp(known, start, text.count) == 0
            }
        }
        return isSame == true ? known : string
    }

    /// An integer token (`5`, never `5.0` or `5e0`) that fits into 64 bits; nil otherwise.
    public var int64: Int64? {
        let node = node
        guard node.kind == .integer else { return nil }
        var index = Int(node.start)
        let negative = document.bytes[index] == UInt8(ascii: "-")
        if negative { index += 1 }
        var value: Int64 = 0
        while index < Int(node.end) {
            let digit = Int64(document.bytes[index] - UInt8(ascii: "0"))
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowToo) = negative ? tenfold.subtractingReportingOverflow(digit) : tenfold.addingReportingOverflow(digit)
            if overflow || overflowToo { return nil }
            value = next
            index += 1
        }
        return value
    }

    /// The same of a sum, which may be larger: an integer that fits into 128 bits.
    public var int128: Int128? {
        if let value = int64 { return Int128(value) }
        return kind == .integer ? Int128(String(decoding: rawBytes, as: UTF8.self)) : nil
    }

    public var bool: Bool? {
        guard node.kind == .bool else { return nil }
        return document.bytes[Int(node.start)] == UInt8(ascii: "t")
    }

    /// The bytes of a string, unescaped, for as long as `body` runs; nil for any other kind.
    public func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result? {
        let node = node
        guard node.kind == .string else { return nil }
        return document.bytes.withUnsafeBufferPointer { bytes in
            if !node.hasEscapes { return body(UnsafeBufferPointer(rebasing: bytes[Int(node.start)..<Int(node.end)])) }
            var text = JSONText.string(bytes, node)
            return text.withUTF8(body)
        }
    }

    /// Whether this is a string of just this text.
    public func isText(_ text: StaticString) -> Bool {
        withText { $0.count == text.utf8CodeUnitCount && memcmp($0.baseAddress ?? text.utf8Start, text.utf8Start, $0.count) == 0 } ?? false
    }

    /// The member's value; nil if this is no object, or has no such member.
    public subscript(_ name: StaticString) -> JSONValue? {
        var members = JSONMembers(of: self)
        return members.value(of: name)
    }

    /// Elements of an array, in order; empty for any other kind.
    public var elements: [JSONValue] {
        var values: [JSONValue] = []
        forEachElement { values.append($0) }
        return values
    }

    /// How many elements an array has; 0 for any other kind.
    public var elementCount: Int {
        var count = 0
        forEachElement { _ in count += 1 }
        return count
    }

    /// Elements of an array, in order, without a list of them.
    public func forEachElement<Failure>(_ body: (JSONValue) throws(Failure) -> Void) throws(Failure) {
        guard node.kind == .array else { return }
        var element = index + 1
        let end = Int(node.next)
        while element < end {
            try body(JSONValue(document: document, index: element))
            element = Int(document.nodes[element].next)
        }
    }

    /// Members of an object, in order; empty for any other kind.
    public var members: [(name: String, value: JSONValue)] {
        guard node.kind == .object else { return [] }
        var members: [(name: String, value: JSONValue)] = []
        var member = index + 1
        let end = Int(node.next)
        while member < end {
            let node = document.nodes[member]
            members.append(
                (document.bytes.withUnsafeBufferPointer { JSONText.key($0, node) }, JSONValue(document: document, index: member)))
            member = Int(node.next)
        }
        return members
    }

    /// The value's own bytes, as they were received (strings with their quotes).
    public var rawBytes: ArraySlice<UInt8> {
        let node = node
        return node.kind == .string
            ? document.bytes[Int(node.start) - 1..<Int(node.end) + 1] : document.bytes[Int(node.start)..<Int(node.end)]
    }
}
