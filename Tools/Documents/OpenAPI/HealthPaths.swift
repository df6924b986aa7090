import Store
import StrictJSON

/// The paths that every service answers without its store's routes: is it alive, is it ready, its metrics.
enum HealthPaths {
    private static let probes = [
        (
            path: "/livez", summary: "Does the writer turn?", good: #"{"status":"alive"}"#,
            bad: #"{"code":"hung","message":"the writer has not turned for 30.0 seconds"}"#
        ),
        (
            path: "/readyz", summary: "Can the service do its work? Backlog alone is never un-ready; reads go on",
            good: #"{"status":"ready","reasons":[]}"#,
            bad: #"{"status":"not-ready","reasons":[{"code":"broker-unreachable","message":"consumer: connection refused"}]}"#
        ),
    ]

    static func write(services: [ServiceDefinition], to json: inout JSONWriter) throws {
        for probe in probes {
            try write(probe.path, probe.summary, services, to: &json) { json in
                try json.object("200") { try write("Yes", probe.good, to: &$0) }
                try json.object("503") { try write("No, and why", probe.bad, to: &$0) }
            }
        }
        write("/metrics", "Metrics for Prometheus; see metrics.md", services, to: &json) { json in
            json.object("200") { json in
                json.member("description", "Prometheus' text format")
                json.object("content") { json in
                    json.object("text/plain") { json in json.object("schema") { $0.member("type", "string") } }
                }
            }
        }
    }

    private static func write(
        _ path: String, _ summary: String, _ services: [ServiceDefinition], to json: inout JSONWriter,
        responses: (inout JSONWriter) throws -> Void
    ) rethrows {
        json.key(named: path)
        try json.object { json in
            OpenAPI.writeServers(services, to: &json)
            try json.object("get") { json in
                json.member("operationId", "get-\(path.dropFirst())")
                json.member("summary", summary)
                try json.object("responses", responses)
            }
        }
    }

    private static func write(_ description: String, _ example: String, to json: inout JSONWriter) throws {
        let answer = try JSONDocument(parsing: Array(example.utf8)).root
        json.member("description", description)
        json.object("content") { json in
            json.object("application/json") { json in
                json.key("schema")
                AnswerSchema.write(for: answer, isList: false, to: &json)
                json.key("example")
                json.raw(answer.rawBytes)
            }
        }
    }
}
