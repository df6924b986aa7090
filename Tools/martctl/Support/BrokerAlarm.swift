import RabbitMQ
import Synchronization

/// The broker's alarms, of memory or disk: it takes no message then, from anybody. It says so only to a connection that publishes, so
/// whoever wants to know must.
enum BrokerAlarm {
    /// Longer than a broker that is well ever takes for a confirm.
    private static let patience = Duration.seconds(3)

    static func sentence(_ reason: String) -> String {
        "the broker has an alarm (\(reason)) and takes no messages until it is over: make room on its machine (rabbitmq-diagnostics alarms)"
    }

    /// What is wrong, in a sentence; nil if messages are taken. Publishes one that reaches no queue, on a connection of its own.
    /// - Throws: what is about the connection.
    static func find(_ broker: RabbitMQConfiguration) async throws -> String? {
        let settled = Atomic(0)
        let publisher = RabbitMQPublisher(
            configuration: broker, logger: Connecting.logger, onSettled: { settled.add($0.count, ordering: .relaxed) })
        publisher.start()
        do {
            try await Connecting.wait(within: patience) { [publisher.state] }
        } catch {
            await publisher.shutdown(timeout: .zero)
            throw error
        }
        // A key that no service takes and every client may publish to; with this type nobody could take it for a command.
        let properties = MessageProperties(type: "martctl.probe", appId: "martctl", deliveryMode: 1)
        let probe = OutgoingMessage(exchange: "mart.commands", routingKey: "martctl.probe", body: Array("{}".utf8), properties: properties)
        // The broker still takes the message with which it notices that this connection publishes, and no further one: so one after another.
        var sent = 0
        let deadline = ContinuousClock.now + patience
        var found: String?
        while true {
            if settled.load(ordering: .relaxed) == sent {
                if sent == 2 { break }
                publisher.enqueue([(UInt64(sent), probe)])
                sent += 1
            }
            if let alarm = publisher.alarm {
                found = alarm
                break
            }
            if ContinuousClock.now >= deadline {
                found = "the broker confirms no message within \(patience): its log (scripts/broker: log/node.log) may say why"
                break
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        await publisher.shutdown(timeout: .zero)
        return found
    }
}

/// Says once, while somebody waits, that there is an alarm.
final class AlarmNotice: Sendable {
    private let isTold = Atomic(false)

    func tell(_ alarm: String?) {
        guard let alarm, !isTold.exchange(true, ordering: .relaxed) else { return }
        Terminal.complain("martctl: \(alarm); waiting")
    }
}

extension RabbitMQPublisher {
    /// The broker's alarm as this connection was told of it, in a sentence.
    var alarm: String? { if case .blocked(let reason) = state { BrokerAlarm.sentence(reason) } else { nil } }
}
