import StrictJSON

/// JSON as YAML 1.2, always the same for the same value: members in their order, texts quoted as JSON quotes them.
enum YAML {
    static func render(_ json: [UInt8], comment: String) throws -> String {
        var text = comment.split(separator: "\n").map { "# \($0)\n" }.joined()
        write(try JSONDocument(parsing: json).root, indent: "", to: &text)
        return text
    }

    /// Writes a value on lines of its own.
    private static func write(_ value: JSONValue, indent: String, to text: inout String) {
        switch value.kind {
        case .object:
            for (name, member) in value.members {
                text += "\(indent)\(key(name)):"
                continueLine(member, indent: indent + "  ", to: &text)
            }
        case .array:
            for element in value.elements {
                text += "\(indent)-"
                if element.kind == .object, !element.members.isEmpty {
                    // The first member stands beside the dash, the others below it.
                    var block = ""
                    write(element, indent: indent + "  ", to: &block)
                    text += " \(block.dropFirst(indent.count + 2))"
                } else {
                    continueLine(element, indent: indent + "  ", to: &text)
                }
            }
        default: text += "\(indent)\(raw(value))\n"
        }
    }

    /// Goes on behind a key or a dash.
    private static func continueLine(_ value: JSONValue, indent: String, to text: inout String) {
        let isNested =
            switch value.kind {
            case .object: !value.members.isEmpty
            case .array: value.elements.contains { $0.kind == .object || $0.kind == .array }
            default: false
            }
        if isNested {
            text += "\n"
            write(value, indent: indent, to: &text)
        } else if value.kind == .array {
            text += " [\(value.elements.map { raw($0) }.joined(separator: ", "))]\n"
        } else {
            text += " \(raw(value))\n"
        }
    }

    private static func raw(_ value: JSONValue) -> String { String(decoding: value.rawBytes, as: UTF8.self) }

    private static func key(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { (97...122).contains($0) || (65...90).contains($0) || $0 == UInt8(ascii: "-") }
        // YAML 1.1 readers take these words for truth values.
        let isPlainWord = isPlain && !name.hasPrefix("-") && !["on", "off", "yes", "no", "y", "n", "true", "false", "null"].contains(name)
        return isPlainWord ? name : "\"\(name)\""
    }
}
