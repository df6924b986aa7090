import Foundation
import RabbitMQ
import TestSupport
import Testing

@Suite("Waiting and ending", .timeLimit(.minutes(5)))
struct WaitingTests {
    /// Calls a blocking `nextBatch` on a thread of its own.
    private func blockingBatch(_ consumer: RabbitMQConsumer, timeout: Duration) async throws -> (batch: [Delivery], took: Duration) {
        try await withTimeLimit(.seconds(30), "a blocking call") {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    let start = ContinuousClock.now
                    let batch = consumer.nextBatch(max: 10, timeout: timeout)
                    continuation.resume(returning: (batch, ContinuousClock.now - start))
                }
            }
        }
    }

    @Test func aBlockingCallReturnsWithTheFirstDelivery() async throws {
        let pair = try Pair(url: try await TestBroker.shared.makeVirtualHost().url)
        try await pair.start()
        async let waiting = blockingBatch(pair.consumer, timeout: .seconds(20))
        _ = try await pair.publisher.publish(message("x", to: pair.queue))
        let (batch, took) = try await waiting
        #expect(batch.map(text) == ["x"])
        #expect(took < .seconds(10))
        await pair.shutdown()
    }

    @Test func aBlockingCallEndsAtItsTimeAndWhenWoken() async throws {
        let consumer = RabbitMQConsumer(
            configuration: try RabbitMQConfiguration(url: "amqp://127.0.0.1:1"), subscriptions: [], logger: quiet)
        let (batch, took) = try await blockingBatch(consumer, timeout: .milliseconds(50))
        #expect(batch.isEmpty && took >= .milliseconds(50))
        // Woken before it waits, or while it does: both end it.
        async let waiting = blockingBatch(consumer, timeout: .seconds(20))
        consumer.wake()
        #expect(try await waiting.took < .seconds(10))
        async let waitingForEnd = blockingBatch(consumer, timeout: .seconds(20))
        await consumer.shutdown(timeout: .zero)
        #expect(try await waitingForEnd.took < .seconds(10))
        #expect(try await blockingBatch(consumer, timeout: .seconds(20)).took < .seconds(10))
        #expect(try await consumer.nextBatch(max: 1).isEmpty)
    }

    @Test func aWaitingTaskIsWokenAndCancelled() async throws {
        let consumer = RabbitMQConsumer(
            configuration: try RabbitMQConfiguration(url: "amqp://127.0.0.1:1"), subscriptions: [], logger: quiet)
        async let woken = withTimeLimit(.seconds(20), "it wakes") { try await consumer.nextBatch(max: 1) }
        consumer.wake()
        #expect(try await woken.isEmpty)
        let task = Task { try await consumer.nextBatch(max: 1) }
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? RabbitMQError)?.code == .cancelled }
        await consumer.shutdown(timeout: .zero)
    }

    @Test func aCancelledPublishEnds() async throws {
        let publisher = RabbitMQPublisher(configuration: try RabbitMQConfiguration(url: "amqp://127.0.0.1:1"), logger: quiet)
        // Not started: nothing settles it.
        let task = Task { try await publisher.publish(message("x", to: "x")) }
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? RabbitMQError)?.code == .cancelled }
        await publisher.shutdown(timeout: .zero)
    }

    @Test func moreThanTheQueueLimitIsRefused() async throws {
        var limits = PublisherLimits()
        limits.maxQueued = 2
        let settled = Recorder<RabbitMQPublisher.Settlement>()
        let publisher = RabbitMQPublisher(
            configuration: try RabbitMQConfiguration(url: "amqp://127.0.0.1:1"), logger: quiet, settings: limits,
            onSettled: { settled.add($0) })
        publisher.enqueue([(1, message("x", to: "x")), (2, message("x", to: "x"))])
        publisher.enqueue([(3, message("x", to: "x"))])
        #expect(settled.items == [.init(token: 3, outcome: .lost)])
        await #expect { try await publisher.publish(message("x", to: "x")) } throws: { ($0 as? RabbitMQError)?.code == .overloaded }
        await publisher.shutdown(timeout: .zero)
        #expect(settled.items.map(\.token) == [3, 1, 2])
    }

    @Test func shuttingDownWaitsForTheConfirms() async throws {
        let pair = try Pair(url: try await TestBroker.shared.makeVirtualHost().url)
        try await pair.start()
        pair.publisher.enqueue((0..<3000).map { (token: UInt64($0), message: message("x", to: pair.queue)) })
        await pair.publisher.shutdown(timeout: .seconds(20))
        #expect(pair.settled.items.count == 3000)
        #expect(pair.settled.items.allSatisfy { $0.outcome == .confirmed })
        #expect(pair.publisherStates.items.last == .closed)
        await pair.shutdown()
    }

    @Test func afterStopConsumingWhatWasTakenCanBeAcknowledged() async throws {
        let pair = try Pair(url: try await TestBroker.shared.makeVirtualHost().url)
        try await pair.start()
        for name in ["a", "b", "c"] { _ = try await pair.publisher.publish(message(name, to: pair.queue)) }
        let taken = try await pair.consumer.take(2)
        pair.consumer.stopConsuming()
        #expect(try await pair.consumer.nextBatch(max: 10).isEmpty)
        pair.consumer.acknowledge(through: taken[1])
        await pair.consumer.shutdown(timeout: .seconds(5))
        #expect(try pair.readyMessages() == 1)
        await pair.shutdown()
    }

    @Test func aReleasedConsumerEndsItsThread() async throws {
        let states = Recorder<ConnectionState>()
        let place = try await TestBroker.shared.makeVirtualHost()
        do {
            let publisher = RabbitMQPublisher(
                configuration: try RabbitMQConfiguration(url: place.url), logger: quiet, onStateChange: { states.add([$0]) })
            publisher.start()
            try await states.first("it connects") { $0 == .connected(generation: 1) }
        }
        try await states.first("it ends") { $0 == .closed }
    }
}
