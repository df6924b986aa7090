import StrictJSON

/// A JSON Schema that follows from an answer: the types of what is there. Nothing is required but a list's frame, as an answer leaves
/// out what it has not.
enum AnswerSchema {
    static func write(for answer: JSONValue, isList: Bool, to json: inout JSONWriter) {
        json.object { json in
            if isList { json.member("required", ["items", "next"]) }
            writeMembers(for: answer, to: &json)
        }
    }

    private static func writeMembers(for value: JSONValue, to json: inout JSONWriter) {
        switch value.kind {
        case .object:
            json.member("type", "object")
            json.object("properties") { json in
                for (name, member) in value.members {
                    json.key(named: name)
                    json.object { writeMembers(for: member, to: &$0) }
                }
            }
        case .array:
            json.member("type", "array")
            if let first = value.elements.first { json.object("items") { writeMembers(for: first, to: &$0) } }
        case .string: json.member("type", "string")
        case .null: json.member("type", ["string", "null"])
        default:
            if value.bool != nil {
                json.member("type", "boolean")
            } else {
                json.member("type", value.int64 == nil ? "number" : "integer")
            }
        }
    }
}
