import Primitives
import StrictJSON

/// JSON for a person: a member per line; what is short stays on one.
enum PrettyJSON {
    /// Nil when the text is no JSON.
    static func text(_ text: String, indent: Int = 2) -> String? {
        guard let root = try? JSONDocument(parsing: Array(text.utf8)).root else { return nil }
        return String(repeating: " ", count: indent) + lines(root, indent)
    }

    private static func lines(_ value: JSONValue, _ indent: Int) -> String {
        let compact = Printable.line(String(JSONLine.text(Array(value.rawBytes)).dropLast()))
        let isContainer = value.kind == .object || value.kind == .array
        if !isContainer || Printable.width(compact) + indent <= Table.width / 2 { return compact }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        if value.kind == .array {
            return "[\n" + value.elements.map { inner + lines($0, indent + 2) }.joined(separator: ",\n") + "\n\(outer)]"
        }
        let members = value.members.map { member in
            var name = JSONWriter()
            name.string(member.name)
            return "\(inner)\(Printable.line(String(decoding: name.bytes, as: UTF8.self))): \(lines(member.value, indent + 2))"
        }
        return "{\n" + members.joined(separator: ",\n") + "\n\(outer)}"
    }
}
