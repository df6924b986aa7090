package import Messaging
package import RabbitMQ
import Synchronization

/// Asserts the topology on a fresh connection. Where the user may not declare, it checks and names what is missing.
final class TopologySetup: Sendable {
    private let topology: Topology
    /// After a refusal the connection is gone, so the next attempt has to know.
    private let mayDeclare = Mutex(true)

    init(_ topology: Topology) { self.topology = topology }

    func assert(_ queues: [Topology.Queue], on channel: SetupChannel) throws(RabbitMQError) {
        let mayDeclare = mayDeclare.withLock { $0 }
        do throws(RabbitMQError) {
            for exchange in Topology.exchanges {
                try channel.declareExchange(exchange, type: "topic", durable: true, passive: !mayDeclare)
            }
            for queue in queues {
                try channel.declareQueue(
                    queue.name, durable: true, passive: !mayDeclare, arguments: queue.arguments.mapValues(\.fieldValue))
                if mayDeclare {
                    for binding in queue.bindings {
                        try channel.bindQueue(queue.name, exchange: binding.exchange, routingKey: binding.routingKey)
                    }
                }
            }
        } catch  where error.replyCode == 403 && mayDeclare {
            self.mayDeclare.withLock { $0 = false }
            throw error
        }
    }

    func assertAll(on channel: SetupChannel) throws(RabbitMQError) { try assert(topology.queues, on: channel) }

    /// The queue that only the service's one instance can hold.
    static func ownerQueue(of service: String) -> String { "\(service).owner" }
}

extension Topology.Argument {
    package var fieldValue: FieldValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .int(number)
        case .flag(let flag): .bool(flag)
        }
    }
}
