import ArgumentParser
import Foundation
import Logging
import RabbitMQ
import Synchronization

/// The Swift client under load, in a process of its own so that its CPU can be told: the counterpart of `c-client`.
struct ClientLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "client-load", abstract: "One side of `client`.", shouldDisplay: false)

    @Argument var url: String
    @Argument(help: "publish or consume") var kind: String
    @Argument var queue: String
    @Argument var count: Int
    @Argument(help: "Unconfirmed messages, or prefetch.") var window: Int
    @Argument var bytes = 1024

    func run() async throws {
        let configuration = try RabbitMQConfiguration(url: url)
        let logger = Logger(label: "load") { _ in SwiftLogNoOpLogHandler() }
        let (seconds, cpu) = try kind == "publish" ? publish(configuration, logger) : consume(configuration, logger)
        report(String(format: "%.0f %.3f", Double(count) / seconds, cpu / Double(count) * 1e6))
    }

    private func measured(_ body: () -> Void) -> (seconds: Double, cpu: Double) {
        let (started, used) = (ContinuousClock.now, clock())
        body()
        return ((ContinuousClock.now - started).seconds, Double(clock() - used) / Double(CLOCKS_PER_SEC))
    }

    private func publish(_ configuration: RabbitMQConfiguration, _ logger: Logger) throws -> (Double, Double) {
        let confirmed = Mutex(0)
        let changed = DispatchSemaphore(value: 0)
        var limits = PublisherLimits()
        limits.window = window
        limits.maxQueued = max(window * 4, 4096)
        let publisher = RabbitMQPublisher(
            configuration: configuration, logger: logger, settings: limits,
            onSettled: { settlements in
                confirmed.withLock { $0 += settlements.count }
                changed.signal()
            })
        publisher.start()
        while true {
            if case .connected = publisher.state { break }
            pause(milliseconds: 2)
        }
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
        return measured {
            var handedIn = 0
            while handedIn < count {
                // Always a window ready beside the one in flight.
                while handedIn - confirmed.withLock({ $0 }) > window * 2 { changed.wait() }
                let batch = (handedIn..<min(count, handedIn + max(1, window / 2))).map { number in
                    let properties = MessageProperties(messageId: String(number), deliveryMode: 2)
                    return (
                        token: UInt64(number), message: OutgoingMessage(exchange: "", routingKey: queue, body: body, properties: properties)
                    )
                }
                handedIn += batch.count
                publisher.enqueue(batch)
            }
            while confirmed.withLock({ $0 }) < count { changed.wait() }
        }
    }

    private func consume(_ configuration: RabbitMQConfiguration, _ logger: Logger) throws -> (Double, Double) {
        let consumer = RabbitMQConsumer(
            configuration: configuration, subscriptions: [.init(queue: queue, prefetch: UInt16(window))], logger: logger)
        return measured {
            consumer.start()
            var taken = 0
            while taken < count {
                let batch = consumer.nextBatch(max: 1000, timeout: .seconds(60))
                guard let last = batch.last else { continue }
                taken += batch.count
                consumer.acknowledge(through: last)
            }
        }
    }
}
