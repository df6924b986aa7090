import Audit
import Primitives
import StrictJSON

/// What the services did because of one thing: every message they took about it, when, and what they said then.
struct Way: Sendable {
    struct Step: Sendable {
        let service: String
        let received: Instant
        let type: String
        let outcome: String
        /// Of the reply to a command.
        let code: String?
        let published: [(name: String, sequence: Int64)]
        /// As the service says it.
        let json: JSONValue

        /// `consignment.record-sale`
        var name: String { MessageLabel.text(type) }

        /// A name without the service where that is this one.
        func short(_ name: String) -> String { name.hasPrefix(service + ".") ? String(name.dropFirst(service.count + 1)) : name }

        var verdict: String { outcome == "rejected" ? "✗ \(code ?? outcome)" : outcome == "parked" ? "✗ parked" : outcome }
    }

    /// In the order of time.
    let steps: [Step]

    /// - Parameter query: of `/v1/messages`, e.g. `subject=sale-1`.
    static func find(_ query: String, _ sides: ReadSides) async throws -> Way {
        var steps: [Step] = []
        for side in sides.all {
            steps += try await side.get("/v1/messages?\(query)").elements.map { message in
                Step(
                    service: side.service, received: message.instant("receivedAt") ?? Instant(milliseconds: 0),
                    type: message["type"]?.string ?? "?", outcome: message["outcome"]?.string ?? "?", code: message["code"]?.string,
                    published: (message["published"]?.elements ?? []).map {
                        (MessageLabel.text($0["type"]?.string ?? "?"), $0.number("sequence"))
                    }, json: message)
            }
        }
        // Stable, so that what one service took in one millisecond stays in its order.
        return Way(
            steps: steps.enumerated().sorted { ($0.element.received, $0.offset) < ($1.element.received, $1.offset) }.map(\.element))
    }

    /// At most so many of the latest steps.
    func text(limit: Int = 40) -> String {
        if steps.isEmpty { return "  no service has taken a message about it" }
        let shown = steps.suffix(limit)
        var table = Table([.left, .left, .left, .left], header: ["time (WITA)", "service", "took", "outcome"])
        var day = ""
        for step in shown {
            let date = String(step.received.witaSecond.prefix(10))
            if date != day { table.row(date) }
            day = date
            table.row(step.received.witaMilliseconds, step.service, step.short(step.name), step.verdict)
            for event in step.published { table.row("", "", "→ \(step.short(event.name))", "#\(Text.grouped(event.sequence))") }
        }
        let left = steps.count - shown.count
        return table.text + (left > 0 ? "\n  and \(left) earlier: --json shows all" : "")
    }

    func write(to json: inout JSONWriter) {
        json.array("messages", steps) { json, step in
            json.object { json in
                json.member("service", step.service)
                json.key("message")
                json.raw(step.json.rawBytes)
            }
        }
    }
}

/// A message's type as people say it: without the platform's prefix, and without the version where it is the first.
enum MessageLabel {
    static func text(_ type: String) -> String {
        let name = type.hasPrefix("id.nttmart.") ? type.dropFirst("id.nttmart.".count) : type[...]
        return String(name.hasSuffix(".v1") ? name.dropLast(3) : name)
    }
}
