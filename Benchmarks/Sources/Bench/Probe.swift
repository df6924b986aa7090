import Foundation
import Histogram
import Logging
import RabbitMQ
import Synchronization

/// Takes events on a queue of its own, and notes how long after its command was due each came. The command's id is the event's correlation id.
final class Probe: Sendable {
    private struct Run {
        var number = 0
        var count = 0
        var start: Int64 = 0
        var interval: Int64 = 1
        var seen = 0
        var histogram = Histogram<UInt64>(highestTrackableValue: 600_000_000, numberOfSignificantValueDigits: .three)
    }

    private let run = Mutex(Run())
    private let consumer: RabbitMQConsumer

    init(_ lab: Lab, bindings: [String]) throws {
        consumer = RabbitMQConsumer(
            configuration: lab.configuration, subscriptions: [.init(queue: "bench.probe", prefetch: 2000)],
            logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() },
            setup: { channel in
                try channel.declareQueue("bench.probe", durable: false, exclusive: true)
                for binding in bindings { try channel.bindQueue("bench.probe", exchange: "mart.events", routingKey: binding) }
            })
        consumer.start()
        let thread = Thread { [self] in
            while true {
                let batch = consumer.nextBatch(max: 1000, timeout: .seconds(1))
                let now = Self.now()
                guard let last = batch.last else { continue }
                for delivery in batch { note(delivery.properties.correlationId ?? "", at: now) }
                consumer.acknowledge(through: last)
            }
        }
        thread.start()
    }

    /// Nanoseconds of the monotonic clock.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// - Parameter interval: nanoseconds between the moments at which commands are due.
    /// - Returns: what the commands' ids begin with, before a dash and their number.
    func begin(count: Int, start: Int64, interval: Int64) -> String {
        run.withLock { run in
            run = Run(number: run.number + 1, count: count, start: start, interval: interval)
            return "run\(run.number)"
        }
    }

    func finish(within limit: Duration) -> Histogram<UInt64> {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            let isComplete = run.withLock { $0.seen >= $0.count }
            if isComplete { break }
            pause(milliseconds: 10)
        }
        return run.withLock { $0.histogram }
    }

    private func note(_ correlationId: String, at now: Int64) {
        run.withLock { run in
            let parts = correlationId.split(separator: "-")
            guard parts.count == 2, parts[0] == "run\(run.number)", let number = Int64(parts[1]) else { return }
            run.seen += 1
            run.histogram.record(UInt64(max(0, now - run.start - number * run.interval) / 1000))
        }
    }
}
