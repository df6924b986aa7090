import StrictJSON

/// JSON for people: one member a line.
enum IndentedJSON {
    static func render(_ json: [UInt8]) throws -> String {
        var text = ""
        write(try JSONDocument(parsing: json).root, indent: "", to: &text)
        return text + "\n"
    }

    private static func write(_ value: JSONValue, indent: String, to text: inout String) {
        let inner = indent + "  "
        switch value.kind {
        case .object where !value.members.isEmpty:
            list(value.members, "{", "}", indent, to: &text) { member, text in
                text += "\(inner)\"\(member.name)\": "
                write(member.value, indent: inner, to: &text)
            }
        case .array where !value.elements.isEmpty:
            list(value.elements, "[", "]", indent, to: &text) { element, text in
                text += inner
                write(element, indent: inner, to: &text)
            }
        default: text += String(decoding: value.rawBytes, as: UTF8.self)
        }
    }

    private static func list<Element>(
        _ elements: [Element], _ open: String, _ close: String, _ indent: String, to text: inout String,
        write: (Element, inout String) -> Void
    ) {
        text += "\(open)\n"
        for (index, element) in elements.enumerated() {
            write(element, &text)
            text += index < elements.count - 1 ? ",\n" : "\n"
        }
        text += "\(indent)\(close)"
    }
}
