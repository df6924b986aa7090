import Messaging
import Primitives
import StrictJSON

/// A message that nobody could act on, as its service describes it.
struct ParkedMessage: Sendable {
    let service: String
    let json: JSONValue

    var id: String { json["parkedId"]?.string ?? "" }
    var reason: String { json["reason"]?.string ?? "?" }
    var state: String { json["state"]?.string ?? "parked" }
    /// What the service said to it when it was tried again: a business "no", which nobody keeps any more.
    var isRefused: Bool { json["replayOutcome"]?.string == RecordedOutcome.rejected.name }
    /// State and outcome in a word or two.
    var standing: String {
        if isRefused { return "refused: \(json.text("replayCode"))" }
        return state == "parked" ? "parked again: \(reason)" : state
    }
    var type: String { json["type"]?.string.map(MessageLabel.text) ?? "–" }

    /// Everything that is parked, or a part of it, in the order of parking within each service.
    static func all(_ sides: [HTTPClient], _ filter: ParkedFilterOptions) async throws -> [ParkedMessage] {
        var found: [ParkedMessage] = []
        for side in sides {
            found += try await side.items("/v1/parked" + filter.query).map { ParkedMessage(service: side.service, json: $0) }
        }
        return found
    }

    /// The message with that id, wherever it is parked.
    static func find(_ id: String, _ sides: [HTTPClient]) async throws -> ParkedMessage {
        for side in sides {
            if let found = try await side.find("/v1/parked/\(HTTPClient.escaped(id))") {
                return ParkedMessage(service: side.service, json: found)
            }
        }
        throw Failure(.refused, "nothing is parked as \(id)")
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("service", service)
            json.key("message")
            json.raw(self.json.rawBytes)
        }
    }
}

/// Screens of 80 columns.
enum ParkedScreen {
    static func list(_ messages: [ParkedMessage]) -> String {
        if messages.isEmpty { return "  nothing is parked\n" }
        var text = ""
        for service in messages.map(\.service).uniqued() {
            let ours = messages.filter { $0.service == service }
            var table = Table([.left, .left, .left], header: ["parked by \(service): \(ours.count)", "reason", "since (WITA)"])
            for message in ours {
                table.row(message.id, message.reason, message.json.instant("firstAt")?.witaMinute ?? "–")
                if message.type != "–" { table.row("  " + message.type) }
            }
            text += table.text + "\n\n"
        }
        return text + "  `martctl parked show <id>` says why, with the body.\n"
    }

    static func one(_ message: ParkedMessage) -> String {
        let json = message.json
        var facts = Facts()
        facts.add("parked by", "\(message.service), \(message.isRefused ? message.standing : message.state)")
        facts.add("reason", message.reason)
        facts.add("type", message.type)
        facts.add("message", json.text("id"))
        facts.add("from", json.text("source"))
        facts.add("first", "\(json.moment("firstAt")) WITA")
        facts.add("last", "\(json.moment("lastAt")) WITA, \(json.text("attempts")) in all")
        facts.add("size", "\(json.text("size")) bytes")
        facts.add("sha256", json["sha256"]?.string.map { "\($0.prefix(16))…" } ?? "–")
        let body = json["body"]?.string ?? ""
        let id = Printable.line(message.id)
        return [
            Heading.text("Parked \(message.id)"), facts.text, "", Paragraph.text(json.text("error"), indent: 2), "",
            PrettyJSON.text(body) ?? "  " + Printable.line(body),
            json["masked"]?.bool == true ? "\n  phone and account numbers are masked: --read-token-file shows them" : "", "",
            message.state == "parked"
                ? "  try it again:  martctl parked replay \(id)\n  give it up:    martctl parked discard \(id)" : "",
        ].joined(separator: "\n") + "\n"
    }
}

extension Sequence where Element: Hashable {
    /// Each once, in the order of first appearance.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
