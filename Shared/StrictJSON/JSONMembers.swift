import Glibc

/// Members of one object, looked up by name. Whoever asks in the order of the text finds each at once.
public struct JSONMembers: Sendable {
    private let document: JSONDocument
    private let first: Int
    private let end: Int
    /// Behind the member that was found last, where the next one is most likely.
    private var next: Int

    /// - Parameter value: of any kind; what is no object has no members.
    public init(of value: JSONValue) {
        document = value.document
        first = value.index + 1
        end = value.kind == .object ? Int(document.nodes[value.index].next) : first
        next = first
    }

    /// The member's value; nil if there is no such member.
    public mutating func value(of name: StaticString) -> JSONValue? {
        guard let member = find(name) else { return nil }
        next = Int(document.nodes[member].next)
        return JSONValue(document: document, index: member)
    }

    private func find(_ name: StaticString) -> Int? {
        document.bytes.withUnsafeBufferPointer { bytes in
            if next < end, Self.matches(document.nodes[next], name, bytes) { return next }
            return find(name, from: next, to: end, bytes) ?? find(name, from: first, to: next, bytes)
        }
    }

    private func find(_ name: StaticString, from start: Int, to end: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var member = start
        while member < end {
            if Self.matches(document.nodes[member], name, bytes) { return member }
            member = Int(document.nodes[member].next)
        }
        return nil
    }

    @inline(__always)
    private static func matches(_ member: JSONDocument.Node, _ name: StaticString, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if member.keyHasEscapes { return JSONText.key(bytes, member).utf8.elementsEqual(name.description.utf8) }
        let length = Int(member.keyEnd - member.keyStart)
        guard length == name.utf8CodeUnitCount, let start = bytes.baseAddress else { return false }
        return memcmp(start + Int(member.keyStart), name.utf8Start, length) == 0
    }
}
