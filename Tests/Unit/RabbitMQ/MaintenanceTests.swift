import RabbitMQ
import Synchronization
import TestSupport
import Testing

@Suite("What a consumer maintains", .timeLimit(.minutes(5)))
struct MaintenanceTests {
    /// Counts the rounds, since nothing else tells that one is over: when the next one begins, the broker has had a heartbeat's time.
    private final class Rounds: Sendable {
        let begun = Recorder<Int>()
        let declarations: Mutex<[Declaration]>

        init(_ declarations: [Declaration]) { self.declarations = Mutex(declarations) }

        func next() -> [Declaration] {
            begun.add([begun.items.count])
            return declarations.withLock { $0 }
        }
    }

    private func makeConsumer(
        _ url: String, _ rounds: Rounds, _ states: Recorder<ConnectionState>
    ) throws -> RabbitMQConsumer {
        var configuration = try RabbitMQConfiguration(url: url)
        configuration.heartbeat = .seconds(1)
        return RabbitMQConsumer(
            configuration: configuration, subscriptions: [.init(queue: "work", prefetch: 10)], logger: quiet,
            setup: { channel in
                try channel.declareExchange("trade", type: "topic", durable: true)
                try channel.declareQueue("work")
                try channel.bindQueue("work", exchange: "trade", routingKey: "a.#")
            },
            maintained: rounds.next, onStateChange: { states.add([$0]) })
    }

    @Test func `an exchange that was deleted is there again, with its bindings, on the same connection`() async throws {
        let url = try await TestBroker.shared.makeVirtualHost().url
        let rounds = Rounds([
            .exchange("trade", type: "topic"), .queue("work"), .binding(queue: "work", exchange: "trade", routingKey: "a.#"),
        ])
        let states = Recorder<ConnectionState>()
        let consumer = try makeConsumer(url, rounds, states)
        consumer.start()
        try await states.first("it connects") { $0.isConnected }
        let publisher = RabbitMQPublisher(configuration: try RabbitMQConfiguration(url: url), logger: quiet)
        publisher.start()
        try SetupChannel.run(on: try RabbitMQConfiguration(url: url)) { try $0.deleteExchange("trade") }
        let begun = rounds.begun.items.count
        try await rounds.begun.wait("a whole round") { $0.count >= begun + 2 }
        _ = try await publisher.publish(OutgoingMessage(exchange: "trade", routingKey: "a.b", body: Array("again".utf8)))
        #expect(try await consumer.take(1).map(text) == ["again"])
        #expect(states.items == [.connected(generation: 1)])
        await publisher.shutdown(timeout: .seconds(5))
        await consumer.shutdown(timeout: .seconds(5))
    }

    @Test func `what the broker refuses ends the connection, and the setup comes again`() async throws {
        let rounds = Rounds([.queue("work", arguments: ["x-max-length": .int(1)])])
        let states = Recorder<ConnectionState>()
        let consumer = try makeConsumer(try await TestBroker.shared.makeVirtualHost().url, rounds, states)
        consumer.start()
        try await states.first("it is refused") { $0.failure?.code == .preconditionFailed }
        rounds.declarations.withLock { $0 = [] }
        try await states.first("it comes back") { $0 == .connected(generation: 2) }
        await consumer.shutdown(timeout: .seconds(5))
    }
}
