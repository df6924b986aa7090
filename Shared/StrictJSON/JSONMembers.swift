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
        guard let key = find(name, from: next, to: end) ?? find(name, from: first, to: next) else { return nil }
        next = Int(document.nodes[key + 1].next)
        return JSONValue(document: document, index: key + 1)
    }

    private func find(_ name: StaticString, from start: Int, to end: Int) -> Int? {
        document.nodes.withUnsafeBufferPointer { nodes in
            document.bytes.withUnsafeBufferPointer { bytes in
                var member = start
                while member < end {
                    if Self.matches(nodes[member], name, bytes) { return member }
                    member = Int(nodes[member + 1].next)
                }
                return nil
            }
        }
    }

    private static func matches(_ key: JSONDocument.Node, _ name: StaticString, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if key.hasEscapes { return JSONText.string(bytes, key).utf8.elementsEqual(name.description.utf8) }
        let length = Int(key.end - key.start)
        guard length == name.utf8CodeUnitCount, let start = bytes.baseAddress else { return false }
        return memcmp(start + Int(key.start), name.utf8Start, length) == 0
    }
}
