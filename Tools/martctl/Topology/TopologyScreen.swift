import Messaging
import StrictJSON

/// Screens of 80 columns.
enum TopologyScreen {
    static func manifest(_ topology: Topology) -> String {
        var exchanges = Table([.left, .left], header: ["exchange", "durable topic, without arguments"])
        for name in Topology.exchanges { exchanges.row(name, purpose[name] ?? "") }
        var queues = Table([.left, .left, .left], header: ["queue", "bound by", "on"])
        for service in topology.services {
            for queue in topology.queues(of: service.name) {
                for (index, binding) in queue.bindings.enumerated() {
                    queues.row(index == 0 ? queue.name : "", binding.routingKey, binding.exchange)
                }
                if queue.bindings.isEmpty { queues.row(queue.name, "nothing", "") }
            }
        }
        return [exchanges.text, queues.text, arguments(topology)].joined(separator: "\n\n") + "\n"
    }

    private static let purpose = [
        Topology.commands: "requests to a service", Topology.events: "facts, by their owners",
        Topology.dead: "what the broker gives up", Topology.replies: "answers to commands",
    ]

    /// Queues of one kind have the same ones, but for their service's name.
    private static func arguments(_ topology: Topology) -> String {
        guard let service = topology.services.first else { return "" }
        let kinds = [("<service>.commands and .events", "\(service.name).commands"), ("<service>.dead", "\(service.name).dead")]
        return kinds.map { title, name in
            var table = Table([.left, .left], header: ["arguments of \(title)", ""])
            let queue = topology.queues(of: service.name).first { $0.name == name }
            for (argument, value) in (queue?.arguments ?? [:]).sorted(by: { $0.key < $1.key }) {
                table.row(argument, value.text == service.name ? "<service>" : value.text)
            }
            return table.text
        }.joined(separator: "\n\n")
    }

    static func differences(_ differences: [TopologyDifference], seesBindings: Bool) -> String {
        var parts: [String] = []
        if differences.isEmpty {
            parts.append("  ✓ exchanges and queues are as the manifest says, argument by argument")
        } else {
            var table = Table([.left, .left, .left, .left], header: ["object", "what", "should be", "is"])
            for difference in differences { table.row(difference.object, difference.what, difference.wanted, difference.found) }
            parts.append(table.text)
            parts += differences.map(\.cure).uniqued().map { Paragraph.text("cure: \($0)", indent: 2) }
        }
        parts.append(
            seesBindings
                ? "  bindings were compared too"
                : Paragraph.text(
                    "AMQP does not list bindings: `topology apply --yes` makes sure of them, --api compares them", indent: 2))
        return parts.joined(separator: "\n\n") + "\n"
    }

    static func write(_ topology: Topology, to json: inout JSONWriter) {
        json.object { json in
            json.array("exchanges", Topology.exchanges) { json, name in
                json.object { json in
                    json.member("name", name)
                    json.member("type", "topic")
                    json.member("durable", true)
                }
            }
            json.array("queues", topology.queues) { json, queue in
                json.object { json in
                    json.member("name", queue.name)
                    json.member("durable", true)
                    json.object("arguments") { json in
                        for (name, value) in queue.arguments.sorted(by: { $0.key < $1.key }) {
                            json.key(named: name)
                            switch value {
                            case .text(let text): json.string(text)
                            case .number(let number): json.int(number)
                            case .flag(let flag): json.bool(flag)
                            }
                        }
                    }
                    json.array("bindings", queue.bindings) { json, binding in
                        json.object { json in
                            json.member("exchange", binding.exchange)
                            json.member("routingKey", binding.routingKey)
                        }
                    }
                }
            }
        }
    }
}
