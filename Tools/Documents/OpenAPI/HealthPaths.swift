import ServiceFramework
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

    private static let diagnosis = #"""
        {"service":"catalog","storeId":"0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11","source":"/catalog","startedAt":"2026-02-05T01:00:00Z",
        "stoppedUncleanly":false,"clock":{"time":"2026-02-05T02:00:00Z","businessNow":"2026-02-05T02:00:00Z"},
        "versions":{"sqlite":"3.40.1","librabbitmq":"0.11.0","openssl":"3.0.17"},
        "store":{"folder":"./var/catalog","journalMode":"wal","synchronous":2,"foreignKeys":true,"pageSize":8192,"bytes":1048576,
        "walBytes":65536},"disk":{"freeBytes":107374182400,"totalBytes":214748364800},
        "permissions":{"user":1000,"folderMode":"750","storeMode":"640"},
        "broker":{"hosts":["127.0.0.1:5672"],"virtualHost":"/","user":"catalog","tls":false,"repliesToQueues":true}}
        """#

    static func write(services: [ServiceDefinition], to json: inout JSONWriter) throws {
        for probe in probes {
            try write(probe.path, probe.summary, services, to: &json) { json in
                try json.object("200") { try write("Yes", probe.good, to: &$0) }
                try json.object("503") { try write("No, and why", probe.bad, to: &$0) }
            }
        }
        try write("/v1/diagnosis", "What `martctl doctor` must know of a service", services, to: &json) { json in
            try json.object("200") { try write("Versions, settings and surroundings; nothing secret", diagnosis, to: &$0) }
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
