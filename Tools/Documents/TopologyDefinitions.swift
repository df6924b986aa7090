import Messaging
import Platform
import StrictJSON

extension Document {
    /// The topology as RabbitMQ imports it: `rabbitmqctl import_definitions docs/topology.json`.
    static let topologyDefinitions = Document(path: "docs/topology.json") { _ in
        try IndentedJSON.render(TopologyDefinitions.json())
    }
}

/// Exchanges, queues and bindings in the form of RabbitMQ's definitions export.
enum TopologyDefinitions {
    static func json() -> [UInt8] {
        let queues = Platform.topology.queues
        let bindings = queues.flatMap { queue in queue.bindings.map { (queue: queue.name, binding: $0) } }
        return JSONWriter.object { json in
            json.array("vhosts", ["/"]) { json, name in json.object { $0.member("name", name) } }
            json.array("exchanges", Topology.exchanges) { json, name in
                json.object { json in
                    json.member("name", name)
                    json.member("vhost", "/")
                    json.member("type", "topic")
                    json.member("durable", true)
                    json.member("auto_delete", false)
                    json.member("internal", false)
                    json.object("arguments") { _ in }
                }
            }
            json.array("queues", queues) { json, queue in
                json.object { json in
                    json.member("name", queue.name)
                    json.member("vhost", "/")
                    json.member("durable", true)
                    json.member("auto_delete", false)
                    json.object("arguments") { write(queue.arguments, to: &$0) }
                }
            }
            json.array("bindings", bindings) { json, entry in
                json.object { json in
                    json.member("source", entry.binding.exchange)
                    json.member("vhost", "/")
                    json.member("destination", entry.queue)
                    json.member("destination_type", "queue")
                    json.member("routing_key", entry.binding.routingKey)
                    json.object("arguments") { _ in }
                }
            }
        }
    }

    /// A queue's arguments in alphabetical order.
    static func write(_ arguments: [String: Topology.Argument], to json: inout JSONWriter) {
        for (name, argument) in arguments.sorted(by: { $0.key < $1.key }) {
            json.key(named: name)
            switch argument {
            case .text(let text): json.string(text)
            case .number(let number): json.int(number)
            case .flag(let flag): json.bool(flag)
            }
        }
    }
}
