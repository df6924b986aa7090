import Messaging
import RabbitMQ

/// Compares the broker with the manifest by AMQP alone, which shows neither arguments nor bindings: a passive declaration says whether
/// a thing exists, and only one that exists is declared again, actively; the broker then names the first argument that differs. It
/// is taken over and the thing declared once more, until the broker agrees or has nothing more to say. So nothing is created, unless
/// somebody deletes a thing between two frames.
struct TopologyProbe {
    private enum Thing {
        case exchange(String)
        case queue(Topology.Queue, durable: Bool, arguments: [String: Topology.Argument])

        var name: String {
            switch self {
            case .exchange(let name): "exchange \(name)"
            case .queue(let queue, _, _): "queue \(queue.name)"
            }
        }
    }

    /// More than a queue can have.
    private static let mostRounds = 24

    /// **Blocks.**
    static func differences(_ topology: Topology, on broker: RabbitMQConfiguration) throws -> [TopologyDifference] {
        var open = Topology.exchanges.map(Thing.exchange)
        open += topology.queues.map { Thing.queue($0, durable: true, arguments: $0.arguments) }
        var found: [TopologyDifference] = []
        for _ in 0..<mostRounds where !open.isEmpty {
            let answers = try BrokerProbe.each(open, on: broker) { channel, thing in try look(at: thing, channel) }
            var next: [Thing] = []
            for (thing, answer) in zip(open, answers) {
                guard case .failure(let error) = answer else { continue }
                let (difference, again) = judge(thing, error)
                found.append(difference)
                if let again { next.append(again) }
            }
            open = next
        }
        return found
    }

    private static func look(at thing: Thing, _ channel: SetupChannel) throws {
        switch thing {
        case .exchange(let name):
            try channel.declareExchange(name, type: "topic", durable: true, passive: true)
            try channel.declareExchange(name, type: "topic", durable: true)
        case .queue(let queue, let durable, let arguments):
            try channel.declareQueue(queue.name, passive: true)
            try channel.declareQueue(queue.name, durable: durable, arguments: arguments.mapValues(\.fieldValue))
        }
    }

    /// What the broker's "no" means, and what is to be asked next.
    private static func judge(_ thing: Thing, _ error: RabbitMQError) -> (TopologyDifference, Thing?) {
        if error.code == .notFound { return (.missing(thing.name), nil) }
        guard error.code == .preconditionFailed, let text = error.replyText, let inequivalence = Inequivalence(text) else {
            return (.unknown(thing.name, error.replyText ?? "\(error)"), nil)
        }
        let current = inequivalence.current
        switch thing {
        case .exchange:
            let wanted = inequivalence.name == "type" ? "topic" : "true"
            return (.other(thing.name, inequivalence.name, wanted: wanted, found: current?.text ?? "none"), nil)
        case .queue(let queue, var durable, var arguments):
            let wanted = arguments[inequivalence.name]?.text ?? (inequivalence.name == "durable" ? "true" : "none")
            let difference = TopologyDifference.other(thing.name, inequivalence.name, wanted: wanted, found: current?.text ?? "none")
            if inequivalence.name == "durable" {
                durable = false
            } else if arguments[inequivalence.name] == current {
                // Taken over already and still not equal: there is no end to it.
                return (difference, nil)
            } else {
                arguments[inequivalence.name] = current
            }
            return (difference, .queue(queue, durable: durable, arguments: arguments))
        }
    }
}

extension Topology.Argument {
    var fieldValue: FieldValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .int(number)
        case .flag(let flag): .bool(flag)
        }
    }
}
