import Contracts
import Messaging
import MessagingTesting
import Platform
import Primitives
import ServiceFramework
import StrictJSON

/// The four services, really run on small stores without a broker: a mart opens, a shawl is registered, permitted, received, sold and
/// half refunded, by the same messages that asyncapi.yaml shows. The read side's examples are what the stores answer then.
struct Story {
    private struct Actor {
        let definition: ServiceDefinition
        let harness: ServiceHarness
    }

    private static let commands = [
        "catalog.open-mart", "catalog.register-seller", "catalog.register-product", "permits.apply-for-permit", "permits.approve-permit",
        "consignment.receive-goods", "consignment.record-sale", "consignment.refund-sale",
    ]

    private static let backup = "nightly-2026-02-06"

    private let actors: [Actor]

    init() throws {
        actors = try Platform.services.map {
            Actor(definition: $0, harness: try ServiceHarness($0, topology: Platform.topology, now: "2026-02-06T03:15:00Z"))
        }
        for command in Self.commands {
            for actor in actors {
                for message in try MessageDescription.all(of: actor.definition) where message.name.routingKey == command {
                    _ = try actor.harness.send(message.example, to: command)
                }
            }
            try deliver()
        }
        for actor in actors {
            try actor.harness.process([
                Incoming(channel: .commands, routingKey: "\(actor.definition.name).unknown", body: Array("no JSON".utf8))
            ])
            try actor.harness.backUp(Self.backup)
            try resync(actor)
        }
    }

    /// Has the service's events sent once more to the first that consumes any.
    private func resync(_ actor: Actor) throws {
        let service = actor.definition.name
        guard let consumer = actors.first(where: { $0.definition.consumes.contains { $0.service == service } }) else { return }
        try actor.harness.send(
            MessageName(service, "resync"), data: #"{"consumer":"\#(consumer.definition.name)","all":true,"by":"Yosef Kleden"}"#)
    }

    /// Hands over what the services published until there is nothing more.
    private func deliver() throws {
        var isDone = false
        while !isDone {
            isDone = true
            for event in try actors.flatMap({ try $0.harness.takePublished() }) {
                isDone = false
                let body = EnvelopeHeader(
                    id: event.id, source: event.source, type: event.type, subject: event.subject ?? "", time: "2026-02-06T03:15:00Z",
                    regency: event.regency, correlationId: event.correlationId ?? "", causationId: event.causationId ?? "",
                    sequence: event.sequence
                ).body { $0.raw(event.data.rawBytes) }
                for actor in actors where actor.definition.consumes.contains(where: { $0.type == event.type }) {
                    try actor.harness.process([Incoming(channel: .events, routingKey: event.routingKey, body: body)])
                }
            }
        }
    }

    /// The routes of each service, its own and those that all have.
    var routes: [(service: ServiceDefinition, route: Route)] {
        actors.flatMap { actor in actor.harness.store.routes.map { (actor.definition, $0) } }
    }

    /// What a service answers; nil where the story has nothing to show there.
    func answer(of service: String, to route: Route) throws -> [UInt8]? {
        guard let harness = actors.first(where: { $0.definition.name == service })?.harness else { return nil }
        let (status, body) = try harness.get(try target(route, harness))
        return status == 200 ? Settled.form(of: body) : nil
    }

    private static let subjects = [
        "sellers": "ina-tenun", "products": "kwatek-01", "permits": "nib-0001", "lots": "lot-0001",
        "backups": backup, "resyncs": "1",
    ]

    /// The route's path with the story's ids, and what it asks for at least.
    private func target(_ route: Route, _ harness: ServiceHarness) throws -> String {
        let segments = route.path.split(separator: "/").map(String.init)
        let path = try segments.enumerated().map { index, segment in
            guard segment.hasPrefix("{"), index > 0 else { return segment }
            let kind = segments[index - 1]
            if kind == "parked" { return try harness.get("/v1/parked").body["items"]?.elements.first?["parkedId"]?.string ?? "" }
            return Self.subjects[kind] ?? "sale-0001"
        }
        var query = route.parameters.filter(\.isRequired).map { "\($0.name)=\(Self.word(for: $0.kind))" }
        if route.path == "/v1/messages" { query.append("id=\(try firstMessage(harness))") }
        return "/" + path.joined(separator: "/") + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// A message that the service has handled, by the subjects of the story.
    private func firstMessage(_ harness: ServiceHarness) throws -> String {
        for subject in Self.subjects.values.sorted() + ["sale-0001"] {
            if let id = try harness.get("/v1/messages?subject=\(subject)").body.elements.first?["id"]?.string { return id }
        }
        return ""
    }

    private static func word(for kind: Route.Parameter.Kind) -> String {
        switch kind {
        case .text, .id, .search: "sale-0001"
        case .idPair: "sale-0001/1"
        case .regency: "53.06"
        case .date: "2026-02-06"
        case .flag: "true"
        case .integer(let range): "\(range.lowerBound)"
        case .choice(let words): words.first ?? ""
        }
    }
}
