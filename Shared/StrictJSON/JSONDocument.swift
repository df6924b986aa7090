/// A parsed JSON text: the bytes and a flat list of nodes over them, made in one pass.
///
/// Stricter than RFC 8259 where the wire contract is: no byte order mark, no duplicate keys, at most `maximumDepth`
/// levels, valid UTF-8, no lone surrogates. Numbers keep their token, so `5`, `5.0` and `5e0` can be told apart.
/// Foundation's parser can do none of this, and costs several times the time on the hot path
/// (docs/decisions/0002-json.md).
public final class JSONDocument: Sendable {
    public static let maximumDepth = 32

    let bytes: [UInt8]
    let nodes: [Node]

    struct Node: Sendable {
        var kind: JSONValue.Kind
        /// For a string or key: whether it holds escapes and must be decoded.
        var hasEscapes: Bool
        /// Byte range: of the content for strings (without quotes), of the whole token otherwise.
        var start: Int32
        var end: Int32
        /// Index of the node after this value's last descendant.
        var next: Int32
    }

    public init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser()
        let outcome: Result<[Node], JSONError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONError) {
                return .success(try parser.parse(buffer))
            } catch {
                return .failure(error)
            }
        }
        self.nodes = try outcome.get()
        self.bytes = bytes
    }

    public var root: JSONValue { JSONValue(document: self, index: 0) }
}
