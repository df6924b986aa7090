/// A parsed JSON text: the bytes and a flat list of nodes over them, made in one pass.
///
/// Stricter than RFC 8259 where the wire contract is: no byte order mark, no duplicate keys, at most `maximumDepth`
/// levels, valid UTF-8, no lone surrogates. Numbers keep their token, so `5`, `5.0` and `5e0` can be told apart.
/// Foundation's parser can do none of this, and costs several times the time on the hot path
/// (docs/decisions/0002-json.md).
// Proof: nothing of it changes once it is made, and the memory of the nodes is its own.
public final class JSONDocument: @unchecked Sendable {
    public static let maximumDepth = 32

    let bytes: [UInt8]
    let nodes: UnsafeMutableBufferPointer<Node>
    /// Whether some key or string has the character U+0000, at which other programs cut a text.
    public let holdsNull: Bool

    /// One value, with its key where it is a member of an object.
    struct Node: Sendable {
        var kind: JSONValue.Kind
        /// For a string: whether it holds escapes and must be decoded.
        var hasEscapes = false
        /// Byte range: of the content for strings (without quotes), of the whole token otherwise.
        var start: Int32
        var end: Int32 = 0
        /// Index of the node after this value's last descendant.
        var next: Int32 = 0
        /// Byte range of the key's content.
        var keyStart: Int32
        var keyEnd: Int32
        var keyHasEscapes: Bool
    }

    public init(parsing bytes: [UInt8]) throws(JSONError) {
        guard bytes.count < Int(Int32.max) else { throw JSONError(reason: .tooLarge, offset: 0) }
        var parser = JSONParser()
        do throws(JSONError) {
            try bytes.withUnsafeBufferPointer { text throws(JSONError) in try parser.parse(text) }
        } catch {
            parser.nodes.deallocate()
            throw error
        }
        self.bytes = bytes
        nodes = parser.nodes
        holdsNull = parser.holdsNull
    }

    deinit { nodes.deallocate() }

    public var root: JSONValue { JSONValue(document: self, index: 0) }
}
