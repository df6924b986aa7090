import RabbitMQ
import TestSupport
import Testing

/// What a broker with narrow limits closes a running channel for, and what it says of it.
@Suite("What the broker refuses while it runs", .serialized, .processes(minutes: 4))
struct RunningRefusalTests {
    /// The broker looks once a minute whether a delivery has been held for too long; here twice a second.
    private static func start(_ configuration: String) async throws -> TestBroker {
        let broker = try await TestBroker.start(configuration: configuration)
        try await broker.control("eval", "application:set_env(rabbit, channel_tick_interval, 500).")
        return broker
    }

    @Test func `a delivery that is held for too long is no refused declaration, and is delivered again`() async throws {
        let broker = try await Self.start("consumer_timeout = 1000\n")
        let pair = try Pair(url: broker.url, queueArguments: ["x-queue-type": "quorum"])
        try await pair.start()
        _ = try await pair.publisher.publish(message("held", to: pair.queue))
        #expect(try await pair.consumer.take(1).map(text) == ["held"])
        // A broker that is too busy may close it for another reason first.
        let state = try await pair.consumerStates.first("the broker closes the channel") { $0.failure?.replyCode == 406 }
        let error = try #require(state.failure)
        #expect(error.code == .preconditionFailed && error.refused == nil && error.isRetriable, "\(error)")
        #expect(error.replyText?.contains("timed out") == true)
        // A channel keeps the limit that it was opened with: the next one has a longer one than this machine can be slow.
        try await broker.control("eval", "application:set_env(rabbit, consumer_timeout, 600000).")
        pair.consumer.reconnect(reason: "the limit is longer now")
        try await pair.consumerStates.first("it is dropped") { $0.failure.map { "\($0)".contains("the limit is longer now") } ?? false }
        let again = try await pair.consumer.take(1)
        #expect(again.map(text) == ["held"])
        await pair.shutdown()
        try await broker.stop()
    }

    @Test func `a message over the broker's limit is named as what was refused`() async throws {
        let broker = try await Self.start("max_message_size = 4096\n")
        let pair = try Pair(url: broker.url)
        try await pair.start()
        pair.publisher.enqueue([(1, OutgoingMessage(exchange: "", routingKey: pair.queue, body: [UInt8](repeating: 7, count: 5000)))])
        let state = try await pair.publisherStates.first("the broker closes the channel") { $0.failure?.refused == .publish }
        let error = try #require(state.failure)
        #expect(error.code == .preconditionFailed && !error.isRetriable, "\(error)")
        try await pair.publisherStates.first("it comes back") { if case .connected(let generation) = $0 { generation > 1 } else { false } }
        _ = try await pair.publisher.publish(message("smaller", to: pair.queue))
        await pair.shutdown()
        try await broker.stop()
    }

    @Test func `a declaration that differs is named as such, at setup and while it is maintained`() async throws {
        let pair = try Pair(url: try await TestBroker.shared.makeVirtualHost().url)
        try await pair.start()
        #expect {
            try SetupChannel.run(on: pair.configuration) { [queue = pair.queue] in
                try $0.declareQueue(queue, arguments: ["x-max-length": 5])
            }
        } throws: {
            let error = $0 as? RabbitMQError
            return error?.refused == .declaration && error?.isRetriable == false
        }
        await pair.shutdown()
    }

    @Test func `a limit of queues is waited for`() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        try await TestBroker.shared.control("set_vhost_limits", "-p", place.name, #"{"max-queues": 0}"#)
        let states = Recorder<ConnectionState>()
        let consumer = RabbitMQConsumer(
            configuration: try RabbitMQConfiguration(url: place.url), subscriptions: [.init(queue: "late", prefetch: 1)], logger: quiet,
            setup: { try $0.declareQueue("late") }, onStateChange: { states.add([$0]) })
        consumer.start()
        try await states.first("it is refused") { $0.failure?.refused == .declaration && $0.failure?.isRetriable == true }
        try await TestBroker.shared.control("set_vhost_limits", "-p", place.name, #"{"max-queues": -1}"#)
        try await states.first("it connects") { $0.isConnected }
        await consumer.shutdown(timeout: .seconds(5))
    }
}
