package import Messaging
package import RabbitMQ
import Synchronization

/// Asserts the topology on a fresh connection. Where the user may not declare, it checks and names what is missing.
final class TopologySetup: Sendable {
    private let topology: Topology
    /// After a refusal the connection is gone, so the next attempt has to know.
    private let mayDeclare = Mutex(true)

    init(_ topology: Topology) { self.topology = topology }

    /// The exchanges and these queues with their bindings; as checks alone where the user may not declare (bindings cannot be checked).
    func declarations(of queues: [Topology.Queue]) -> [Declaration] {
        let mayDeclare = mayDeclare.withLock { $0 }
        let exchanges = Topology.exchanges.map { Declaration.exchange($0, type: "topic", passive: !mayDeclare) }
        return exchanges
            + queues.flatMap { queue in
                let bindings = queue.bindings.map {
                    Declaration.binding(queue: queue.name, exchange: $0.exchange, routingKey: $0.routingKey)
                }
                return [.queue(queue.name, arguments: queue.arguments.mapValues(\.fieldValue), passive: !mayDeclare)]
                    + (mayDeclare ? bindings : [])
            }
    }

    func assert(_ queues: [Topology.Queue], on channel: SetupChannel) throws(RabbitMQError) {
        do throws(RabbitMQError) {
            for declaration in declarations(of: queues) { try channel.declare(declaration) }
        } catch {
            // Rights may have come back: what is missing is declared if that is allowed by now.
            if error.replyCode == 403 || error.replyCode == 404 { mayDeclare.withLock { $0 = error.replyCode == 404 } }
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
