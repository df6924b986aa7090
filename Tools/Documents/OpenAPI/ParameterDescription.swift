import Contracts
import ServiceFramework
import StrictJSON

/// A path's parameters, from the same list by which the services refuse unknown ones.
enum ParameterDescription {
    static func write(_ path: String, _ routes: [Route], to json: inout JSONWriter) {
        var parameters: [Route.Parameter] = []
        for parameter in routes.flatMap(\.parameters) where !parameters.contains(where: { $0.name == parameter.name }) {
            parameters.append(parameter)
        }
        let names = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        json.key("parameters")
        json.beginArray()
        for name in names {
            write(name, in: "path", isRequired: true, to: &json, schema: SchemaBuilder.id)
        }
        for parameter in parameters {
            write(parameter.name, in: "query", isRequired: parameter.isRequired, to: &json) { write(parameter.kind, to: &$0) }
        }
        if routes.contains(where: \.isList) {
            write("limit", in: "query", isRequired: false, to: &json) { json in
                json.member("type", "integer")
                json.member("minimum", 1)
                json.member("maximum", ReadRequest.maximumLimit)
                json.member("default", ReadRequest.defaultLimit)
            }
            write("after", in: "query", isRequired: false, to: &json) { json in
                json.member("type", "string")
                json.member("description", "the next of an earlier answer")
                json.member("maxLength", 200)
            }
        }
        json.endArray()
    }

    private static func write(
        _ name: String, in place: String, isRequired: Bool, to json: inout JSONWriter, schema: (inout JSONWriter) -> Void
    ) {
        json.object { json in
            json.member("name", name)
            json.member("in", place)
            json.member("required", isRequired)
            json.object("schema", schema)
        }
    }

    private static func write(_ kind: Route.Parameter.Kind, to json: inout JSONWriter) {
        switch kind {
        case .text, .search: SchemaBuilder.text(&json)
        case .id: SchemaBuilder.id(&json)
        case .idPair: json.member("type", "string")
        case .regency: SchemaBuilder.regency(&json)
        case .date: SchemaBuilder.date(&json)
        case .flag: json.member("type", "boolean")
        case .integer(let range):
            json.member("type", "integer")
            json.member("minimum", range.lowerBound)
            json.member("maximum", range.upperBound)
        case .choice(let words):
            json.member("type", "string")
            json.member("enum", words)
        }
    }
}
