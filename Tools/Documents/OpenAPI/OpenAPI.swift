import Contracts
import Platform
import ServiceFramework
import StrictJSON

extension Document {
    /// The read sides of the four services.
    static let openAPI = Document(path: "docs/openapi.yaml") { _ in
        try YAML.render(try OpenAPI().json(), comment: "Generated from the services' routes by `make generate`. Do not edit.")
    }
}

/// OpenAPI 3.1 over all read sides. Services answer at ports of their own, so each path names its servers; where two answer the same path
/// with views of their own, it has an example of each.
struct OpenAPI {
    private struct Answer {
        let service: ServiceDefinition
        let route: Route
        let body: [UInt8]?
    }

    private var paths: [(path: String, answers: [Answer])] = []

    init() throws {
        let story = try Story()
        for (service, route) in story.routes {
            let answer = Answer(service: service, route: route, body: try story.answer(of: service.name, to: route))
            if let index = paths.firstIndex(where: { $0.path == route.path }) {
                paths[index].answers.append(answer)
            } else {
                paths.append((route.path, [answer]))
            }
        }
    }

    func json() throws -> [UInt8] {
        try JSONWriter.object { json in
            json.member("openapi", "3.1.0")
            json.object("info") { json in
                json.member("title", "NTT Mart: read sides")
                json.member("version", "1.0.0")
                json.member(
                    "description", "GET only; it changes nothing. Unknown parameters are refused. Examples are answers of the services.")
            }
            try json.object("paths") { json in
                for (path, answers) in paths {
                    json.key(named: path)
                    try json.object { try write(path, answers, to: &$0) }
                }
                try HealthPaths.write(services: Platform.services, to: &json)
            }
            json.object("components") { json in
                json.object("schemas") { json in
                    json.object("Error") { json in
                        json.member("type", "object")
                        json.member("required", ["code", "message"])
                        json.object("properties") { json in
                            json.object("code") { $0.member("type", "string") }
                            json.object("message") { $0.member("type", "string") }
                        }
                    }
                }
                json.object("responses") { json in
                    writeError("Invalid", "A parameter is unknown, missing or malformed", "invalid", "unknown parameter color", to: &json)
                    writeError("NotFound", "There is no such thing", "not-found", "there is nothing at /v1/products/none", to: &json)
                }
            }
        }
    }

    private func writeError(_ name: String, _ description: String, _ code: String, _ message: String, to json: inout JSONWriter) {
        json.key(named: name)
        json.object { json in
            json.member("description", description)
            json.object("content") { json in
                json.object("application/json") { json in
                    json.object("schema") { $0.member("$ref", "#/components/schemas/Error") }
                    json.object("example") { json in
                        json.member("code", code)
                        json.member("message", message)
                    }
                }
            }
        }
    }

    private func write(_ path: String, _ answers: [Answer], to json: inout JSONWriter) throws {
        Self.writeServers(answers.map { $0.service }, to: &json)
        try json.object("get") { json in
            json.member("operationId", "get" + path.split { "/{}".contains($0) }.map { "-\($0)" }.joined())
            json.member("summary", Set(answers.map { $0.route.summary }).sorted().joined(separator: " / "))
            json.member("tags", answers.map { $0.service.name })
            ParameterDescription.write(path, answers.map { $0.route }, to: &json)
            try json.object("responses") { json in
                try json.object("200") { json in
                    json.member("description", "What the service knows now")
                    try json.object("content") { json in
                        try json.object("application/json") { try write(answers, to: &$0) }
                    }
                }
                json.object("400") { $0.member("$ref", "#/components/responses/Invalid") }
                json.object("404") { $0.member("$ref", "#/components/responses/NotFound") }
            }
        }
    }

    private func write(_ answers: [Answer], to json: inout JSONWriter) throws {
        let shown = answers.filter { $0.body != nil }
        try json.object("schema") { json in
            try json.array("anyOf", shown) { json, answer in
                AnswerSchema.write(for: try JSONDocument(parsing: answer.body ?? []).root, isList: answer.route.isList, to: &json)
            }
        }
        json.object("examples") { json in
            for answer in shown {
                json.key(named: answer.service.name)
                json.object { json in
                    json.key("value")
                    json.raw(answer.body ?? [])
                }
            }
        }
    }

    static func writeServers(_ services: [ServiceDefinition], to json: inout JSONWriter) {
        json.array("servers", services) { json, service in
            json.object { json in
                json.member("url", "http://127.0.0.1:\(service.port)")
                json.member("description", service.name)
            }
        }
    }
}
