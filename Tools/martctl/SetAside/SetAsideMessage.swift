import Primitives
import StrictJSON

/// A message that the broker takes no way, as its service describes it.
struct SetAsideMessage: Sendable {
    let service: String
    let json: JSONValue

    var id: String { json["setAsideId"]?.string ?? "" }
    var state: String { json["state"]?.string ?? "?" }
    var type: String { json["type"]?.string.map(MessageLabel.text) ?? "–" }

    /// What is set aside now, or a part of it, in the order in which each service did it.
    static func all(_ sides: [HTTPClient], _ filter: SetAsideFilterOptions) async throws -> [SetAsideMessage] {
        var found: [SetAsideMessage] = []
        for side in sides {
            found += try await side.items("/v1/set-aside" + filter.query).map { SetAsideMessage(service: side.service, json: $0) }
        }
        return found
    }

    private static let patience = Duration.seconds(30)

    /// Waits until these have been tried again, and says what became of each.
    static func wait(for messages: [SetAsideMessage], _ sides: ReadSides) async throws -> [SetAsideMessage] {
        let deadline = ContinuousClock.now + patience
        while true {
            var current: [String: SetAsideMessage] = [:]
            for service in messages.map(\.service).uniqued() {
                for state in ["set-aside", "sending", "sent"] {
                    for item in try await sides[service].items("/v1/set-aside?state=\(state)") {
                        let message = SetAsideMessage(service: service, json: item)
                        current["\(service) \(message.id)"] = message
                    }
                }
            }
            let now = messages.map { current["\($0.service) \($0.id)"] ?? $0 }
            if zip(messages, now).allSatisfy({ $1.state == "sent" || $1.state == "set-aside" && $1.times > $0.times }) { return now }
            if ContinuousClock.now >= deadline {
                throw Failure(.tryAgain, "the service has not sent all of them within \(patience): `martctl set-aside list`")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private var times: Int64 { json["times"]?.int64 ?? 0 }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("service", service)
            json.key("message")
            json.raw(self.json.rawBytes)
        }
    }
}

/// Screens of 80 columns.
enum SetAsideScreen {
    static func list(_ messages: [SetAsideMessage]) -> String {
        if messages.isEmpty { return "  nothing is set aside\n" }
        var text = ""
        for service in messages.map(\.service).uniqued() {
            let ours = messages.filter { $0.service == service }
            text += "  \(service): \(ours.count)\n\n"
            for message in ours {
                var facts = Facts()
                facts.add("id", "\(message.id), \(message.state)")
                facts.add("type", message.type)
                facts.add("to", message.json.text("routingKey"))
                facts.add("size", "\(message.json.text("size")) bytes")
                facts.add("since", "\(message.json.moment("firstAt")) WITA, \(message.json.text("times")) times")
                text += facts.text + "\n" + Paragraph.text(message.json.text("reason"), indent: 2) + "\n\n"
            }
        }
        return text + "  When the cause is mended: `martctl set-aside send <id> --service <service>`.\n"
    }

    static func sent(_ messages: [SetAsideMessage], isDone: Bool) -> String {
        var table = Table([.left, .left, .left], header: ["id", "of", isDone ? "now" : "type"])
        for message in messages { table.row(message.id, message.service, isDone ? message.state : message.type) }
        let count = "\(messages.count) message\(messages.count == 1 ? "" : "s")"
        let failed = messages.count { $0.state != "sent" }
        let verdict =
            if !isDone {
                "\(count) would be sent again; nothing was done. Do it with --yes --why '…'"
            } else {
                "\(count) tried again" + (failed > 0 ? ", \(failed) set aside again: `martctl set-aside list`" : "")
            }
        return table.text + "\n\n  \(verdict)\n"
    }
}
