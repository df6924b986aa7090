import Foundation
import Logging
import Messaging
import RabbitMQ
import ServiceFramework
import Synchronization

/// Watches whether the service's queues give it what they hold, and says `not-consuming` where they do not. Owns its thread.
///
/// A queue that is quiet is looked at over a connection of its own, which is closed again: what is wrong with the consuming one cannot deceive it.
/// `Starvation` decides.
final class ConsumptionWatch: Sendable {
    private let queues: [Topology.Queue]
    private let broker: RabbitMQConfiguration
    private let health: Health
    private let logger: Logger
    private let patience: Patience
    private let occupied = Mutex<Set<String>>([])

    init(
        _ queues: [Topology.Queue], of service: String, _ broker: RabbitMQConfiguration, _ health: Health, _ logger: Logger,
        patience: Patience = .current
    ) {
        self.queues = queues
        var broker = broker
        broker.connectionName = "\(service) look"
        self.broker = broker
        self.health = health
        self.logger = logger
        self.patience = patience
    }

    /// Notes which queues have a consumer before this service's connection begins to consume: that one is served, and not this service. To be called
    /// when the connection has the owner's queue, for then the connection before is gone; its consumers are forgotten a moment later.
    func lookWhoIsFirst(_ channel: SetupChannel) throws(RabbitMQError) {
        var found = Set(queues.filter(\.hasSingleActiveConsumer).map(\.name))
        let deadline = ContinuousClock.now + Self.forgetting
        while true {
            for name in found where try channel.declareQueue(name, passive: true).consumerCount == 0 { found.remove(name) }
            if found.isEmpty || ContinuousClock.now >= deadline { break }
            Thread.sleep(forTimeInterval: Self.askEvery)
        }
        occupied.withLock { $0 = found }
    }

    /// Far longer than a broker takes to forget the consumers of a connection that is gone.
    private static let forgetting = Duration.seconds(2)
    private static let askEvery = 0.05

    /// The thread ends with the process: it holds nothing that could be lost.
    func start(_ consumer: RabbitMQConsumer) {
        let thread = Thread { [self] in loop(consumer) }
        thread.name = "consumption"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func loop(_ consumer: RabbitMQConsumer) {
        var starvation = Starvation(patience)
        var told: Set<String> = []
        while true {
            Thread.sleep(forTimeInterval: patience.watchTurn.inSeconds)
            if turn(&starvation, consumer) {
                look(&starvation)
                // Something may have come meanwhile.
                _ = turn(&starvation, consumer)
            }
            let cases = starvation.cases(at: .now)
            tell(cases, &told)
            if starvation.takeRenewal(at: .now) {
                consumer.reconnect(reason: "nothing comes from \(cases.map(\.queue).joined(separator: ", "))")
            }
        }
    }

    private func turn(_ starvation: inout Starvation, _ consumer: RabbitMQConsumer) -> Bool {
        starvation.turned(
            consumer.progress, occupied: occupied.withLock { $0 }, isExplained: health.explainsSilence, at: .now)
    }

    private func look(_ starvation: inout Starvation) {
        do throws(RabbitMQError) {
            let sights = try SetupChannel.run(on: broker) { [queues] channel in
                var sights: [String: Starvation.Sight] = [:]
                for queue in queues {
                    let (_, ready, consumers) = try channel.declareQueue(queue.name, passive: true)
                    sights[queue.name] = .init(ready: Int(ready), consumers: Int(consumers))
                }
                return sights
            }
            starvation.saw(sights, at: .now)
        } catch {
            logger.debug("the queues could not be looked at", metadata: [LogKey.error: "\(error)"])
            starvation.couldNotLook(at: .now)
        }
    }

    private func tell(_ cases: [Starvation.Case], _ told: inout Set<String>) {
        let names = Set(cases.map(\.queue))
        let reason = Health.Reason.notConsuming
        let sentence = cases.map(\.sentence).joined(separator: "; ")
        if cases.isEmpty { health.clear(reason) } else { health.set(reason, sentence) }
        if names == told { return }
        told = names
        if names.isEmpty {
            logger.info("ready again", metadata: [LogKey.reason: "\(reason.rawValue)"])
        } else {
            logger.error("not ready", metadata: [LogKey.reason: "\(reason.rawValue)", LogKey.error: "\(sentence)"])
        }
    }
}

extension Topology.Queue {
    fileprivate var hasSingleActiveConsumer: Bool { arguments["x-single-active-consumer"] == .flag(true) }
}
