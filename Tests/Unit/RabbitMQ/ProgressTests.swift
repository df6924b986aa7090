import RabbitMQ
import TestSupport
import Testing

/// How far a consumer says that its deliveries have come.
@Suite("A consumer's progress", .timeLimit(.minutes(5)))
struct ProgressTests {
    private func progress(of pair: Pair, _ what: String, _ isSo: (RabbitMQConsumer.Progress) -> Bool) async throws {
        try await eventually(what) { pair.consumer.progress.flatMap { isSo($0) ? true : nil } }
    }

    @Test func isToldByQueueAndConnection() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        try SetupChannel.run(on: RabbitMQConfiguration(url: place.url)) { _ = try $0.declareQueue("other") }
        let pair = try Pair(url: place.url, extra: [.init(queue: "other", prefetch: 10)])
        #expect(pair.consumer.progress == nil)
        try await pair.start()
        try await progress(of: pair, "nothing yet") {
            $0.generation == 1 && $0.queues.map(\.name) == ["work", "other"]
                && $0.queues.allSatisfy { $0.lastDelivered == 0 && !$0.isInHand }
        }
        for (number, queue) in ["work", "other", "work"].enumerated() {
            _ = try await pair.publisher.publish(message("\(number)", to: queue))
        }
        let deliveries = try await pair.consumer.take(3)
        try await progress(of: pair, "three in hand") {
            Set($0.queues.map(\.lastDelivered))
                == Set(
                    ["work", "other"].map { queue in
                        deliveries.last { $0.queue == queue }?.deliveryTag ?? 0
                    }) && $0.queues.allSatisfy(\.isInHand)
        }
        pair.consumer.acknowledge(through: deliveries[2])
        try await progress(of: pair, "none in hand, and how far it came") {
            $0.queues.allSatisfy { !$0.isInHand && $0.lastDelivered > 0 }
        }
        pair.consumer.reconnect(reason: "test")
        try await progress(of: pair, "a new connection begins anew") {
            $0.generation == 2 && $0.queues.allSatisfy { $0.lastDelivered == 0 && !$0.isInHand }
        }
        await pair.shutdown()
        #expect(pair.consumer.progress == nil)
    }

    @Test func allIsInHandWhileReadingPauses() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        try SetupChannel.run(on: RabbitMQConfiguration(url: place.url)) { _ = try $0.declareQueue("other") }
        let pair = try Pair(url: place.url, byteBudget: 1000, extra: [.init(queue: "other", prefetch: 10)])
        try await pair.start()
        _ = try await pair.publisher.publish(message(String(repeating: "x", count: 2000), to: pair.queue))
        try await progress(of: pair, "what may wait behind the large one counts as on its way") {
            $0.queues[1].lastDelivered == 0 && $0.queues[1].isInHand
        }
        let large = try await pair.consumer.take(1)
        pair.consumer.acknowledge(through: large[0])
        try await progress(of: pair, "and no longer") { $0.queues.allSatisfy { !$0.isInHand } }
        await pair.shutdown()
    }
}
