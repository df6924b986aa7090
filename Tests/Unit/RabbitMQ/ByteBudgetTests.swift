import RabbitMQ
import TestSupport
import Testing

@Suite("A consumer with much in hand", .timeLimit(.minutes(5)))
struct ByteBudgetTests {
    private static let size = 4_000

    /// Counts heartbeats: what is maintained is asked for at each.
    private final class Heartbeats: Sendable {
        let seen = Recorder<Int>()

        func next() -> [Declaration] {
            seen.add([seen.items.count])
            return []
        }

        func pass(_ count: Int) async throws {
            let wanted = seen.items.count + count
            try await seen.wait("\(count) heartbeats") { $0.count >= wanted }
        }
    }

    private static func pair(_ heartbeats: Heartbeats, budget: Int = 20_000, url: String? = nil) async throws -> Pair {
        let place = if let url { url } else { try await TestBroker.shared.makeVirtualHost().url }
        let pair = try Pair(url: place, heartbeat: .seconds(1), prefetch: 2000, byteBudget: budget, maintained: heartbeats.next)
        try await pair.start()
        return pair
    }

    private static func publish(_ count: Int, of size: Int = size, to pair: Pair, from first: Int = 0) async throws {
        for number in first..<first + count {
            let body = [UInt8](repeating: UInt8(number), count: size)
            _ = try await pair.publisher.publish(OutgoingMessage(exchange: "", routingKey: pair.queue, body: body))
        }
    }

    /// All that comes without acknowledging anything.
    private static func takeAll(_ pair: Pair, _ heartbeats: Heartbeats) async throws -> [Delivery] {
        var taken: [Delivery] = []
        try await heartbeats.pass(2)
        for _ in 1...3 {
            taken += pair.consumer.nextBatch(max: 1000, timeout: .zero)
            try await heartbeats.pass(1)
        }
        return taken
    }

    @Test func readsNoMoreThanItsBudgetAndGoesOnWhenItIsAcknowledged() async throws {
        let heartbeats = Heartbeats()
        let pair = try await Self.pair(heartbeats)
        try await Self.publish(40, to: pair)
        var got: [UInt8] = []
        while got.count < 40 {
            let taken = try await Self.takeAll(pair, heartbeats)
            // Five of 4,000 bytes and what is around them.
            #expect((1...6).contains(taken.count), "\(taken.count)")
            guard let last = taken.last else { break }
            got += taken.map { $0.body[0] }
            pair.consumer.acknowledge(through: last)
            if got.count >= 12 { break }
        }
        let rest = try await Self.takeAcknowledging(40 - got.count, pair)
        #expect(got + rest == Array(0..<40))
        #expect(pair.consumerStates.items == [.connected(generation: 1)])
        await pair.shutdown()
        #expect(try pair.readyMessages() == 0)
    }

    private static func takeAcknowledging(_ count: Int, _ pair: Pair) async throws -> [UInt8] {
        var got: [UInt8] = []
        while got.count < count {
            let batch = try await pair.consumer.take(1)
            got += batch.map { $0.body[0] }
            pair.consumer.acknowledge(through: batch[0])
        }
        return got
    }

    @Test func takesASingleMessageOverItsBudget() async throws {
        let heartbeats = Heartbeats()
        let pair = try await Self.pair(heartbeats)
        try await Self.publish(3, of: 1_000_000, to: pair)
        for number in 0..<3 as Range<UInt8> {
            let taken = try await pair.consumer.take(1)
            #expect(taken[0].body.count == 1_000_000 && taken[0].body[0] == number)
            try await heartbeats.pass(1)
            #expect(pair.consumer.nextBatch(max: 10, timeout: .zero).isEmpty)
            pair.consumer.acknowledge(through: taken[0])
        }
        await pair.shutdown()
    }

    /// Neither side takes the other for dead: three times as long as either waits.
    @Test func livesOnWhileItDoesNotRead() async throws {
        let heartbeats = Heartbeats()
        let pair = try await Self.pair(heartbeats)
        try await Self.publish(20, of: 100_000, to: pair)
        let first = try await pair.consumer.take(1)
        try await heartbeats.pass(8)
        #expect(pair.consumerStates.items == [.connected(generation: 1)])
        pair.consumer.acknowledge(through: first[0])
        #expect(try await Self.takeAcknowledging(19, pair) == Array(1..<20))
        #expect(pair.consumerStates.items == [.connected(generation: 1)])
        await pair.shutdown()
    }

    @Test func whatIsAcknowledgedOutOfOrderMakesRoom() async throws {
        let heartbeats = Heartbeats()
        let pair = try await Self.pair(heartbeats)
        try await Self.publish(20, to: pair)
        let held = try await pair.consumer.take(1)
        for number in 1..<20 as Range<UInt8> {
            let next = try await pair.consumer.take(1)
            #expect(next[0].body[0] == number)
            if number.isMultiple(of: 2) { pair.consumer.acknowledge(next[0]) } else { pair.consumer.reject(next[0], requeue: false) }
        }
        pair.consumer.acknowledge(held[0])
        await pair.shutdown()
        #expect(try pair.readyMessages() == 0)
    }

    @Test func largeHeadersCountAsWhatTheyTake() async throws {
        let heartbeats = Heartbeats()
        let pair = try await Self.pair(heartbeats, budget: 1_000_000)
        for _ in 0..<5 {
            var properties = MessageProperties()
            properties.headers["list"] = .array(Array(repeating: .null, count: 30_000))
            _ = try await pair.publisher.publish(OutgoingMessage(exchange: "", routingKey: pair.queue, body: [1], properties: properties))
        }
        #expect(try await Self.takeAll(pair, heartbeats).count == 2)
        await pair.shutdown()
    }

    /// With the rest unread before it.
    @Test func theEndOfTheConnectionIsNoticedWhileItDoesNotRead() async throws {
        let broker = try await TestBroker.start()
        let pair = try await Self.pair(Heartbeats(), url: broker.url)
        try await Self.publish(50, of: 200_000, to: pair)
        _ = try await pair.consumer.take(1)
        let taken = pair.consumerStates.items.count
        try await broker.control("close_all_connections", "test")
        try await pair.consumerStates.wait("it is noticed") { $0[taken...].contains { $0.failure != nil } }
        try await pair.consumerStates.first("it comes back") { $0 == .connected(generation: 2) }
        #expect(try await Self.takeAcknowledging(50, pair).count == 50)
        await pair.shutdown()
        try await broker.stop()
    }

    /// The acknowledgement is behind nothing that the library would have to keep, and what is unread goes back.
    @Test func isShutDownInOrderWithMuchUnread() async throws {
        let pair = try await Self.pair(Heartbeats())
        try await Self.publish(50, of: 200_000, to: pair)
        let first = try await pair.consumer.take(1)
        pair.consumer.acknowledge(through: first[0])
        await pair.shutdown()
        #expect(try pair.readyMessages() == 49)
    }

    @Test func thePrefetchOfTheFirstConnectionIsItsOwn() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        let states = Recorder<ConnectionState>()
        let heartbeats = Heartbeats()
        var configuration = try RabbitMQConfiguration(url: place.url)
        configuration.heartbeat = .seconds(1)
        let consumer = RabbitMQConsumer(
            configuration: configuration, subscriptions: [.init(queue: "work", prefetch: 20, firstPrefetch: 3)], logger: quiet,
            setup: { try $0.declareQueue("work") }, maintained: heartbeats.next, onStateChange: { states.add([$0]) })
        let publisher = RabbitMQPublisher(configuration: configuration, logger: quiet, setup: { try $0.declareQueue("work") })
        publisher.start()
        try await eventually("it connects") { if case .connected = publisher.state { true } else { nil } }
        for number in 0..<30 { _ = try await publisher.publish(message("\(number)", to: "work")) }
        consumer.start()
        _ = try await consumer.take(3)
        try await heartbeats.pass(2)
        #expect(consumer.nextBatch(max: 100, timeout: .zero).isEmpty)
        consumer.reconnect(reason: "test")
        try await states.first("it comes back") { $0 == .connected(generation: 2) }
        _ = try await consumer.take(20)
        try await heartbeats.pass(2)
        #expect(consumer.nextBatch(max: 100, timeout: .zero).isEmpty)
        await consumer.shutdown(timeout: .seconds(5))
        await publisher.shutdown(timeout: .seconds(5))
    }
}
