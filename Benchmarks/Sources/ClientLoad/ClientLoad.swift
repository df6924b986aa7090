import Foundation
import Logging
import RabbitMQ
import Synchronization

/// The Swift client under load, the counterpart of `c-client`:
///
///     client-load URL publish|consume QUEUE COUNT WINDOW [BYTES]
///
/// WINDOW is how many are unconfirmed at most, or the prefetch. Prints messages per second and microseconds of CPU per message. A process of
/// its own, so that its CPU can be told, and without Swift's concurrency, whose end valgrind cannot bear.
@main
struct ClientLoad {
    var queue: String
    var count: Int
    var window: Int
    var bytes: Int

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 6, let count = Int(arguments[4]), let window = Int(arguments[5]) else {
            fatalError("client-load URL publish|consume QUEUE COUNT WINDOW [BYTES]")
        }
        let load = ClientLoad(
            queue: arguments[3], count: count, window: window, bytes: arguments.count > 6 ? Int(arguments[6]) ?? 1024 : 1024)
        let configuration = try RabbitMQConfiguration(url: arguments[1])
        let logger = Logger(label: "load") { _ in SwiftLogNoOpLogHandler() }
        let (seconds, cpu) = arguments[2] == "publish" ? load.publish(configuration, logger) : load.consume(configuration, logger)
        let line = String(format: "%.0f %.3f\n", Double(count) / seconds, cpu / Double(count) * 1e6)
        FileHandle.standardOutput.write(Data(line.utf8))
    }

    private func measured(_ body: () -> Void) -> (seconds: Double, cpu: Double) {
        let (started, used) = (ContinuousClock.now, clock())
        body()
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        return (Double(seconds) + Double(attoseconds) / 1e18, Double(clock() - used) / Double(CLOCKS_PER_SEC))
    }

    private func publish(_ configuration: RabbitMQConfiguration, _ logger: Logger) -> (Double, Double) {
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
            usleep(2000)
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

    private func consume(_ configuration: RabbitMQConfiguration, _ logger: Logger) -> (Double, Double) {
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
