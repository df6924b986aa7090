import RabbitMQ

/// The platform's events as they pass, from a queue of its own on `mart.events`.
final class EventStream: Sendable {
    private let consumer: RabbitMQConsumer

    /// - Parameter patterns: topic patterns of routing keys, e.g. `consignment.#`.
    init(_ broker: RabbitMQConfiguration, patterns: [String]) {
        consumer = RabbitMQConsumer(
            configuration: broker, subscriptions: [.init(queue: "", prefetch: 2000, exclusive: true)], logger: Connecting.logger,
            setup: { try OwnQueue.declare(on: $0, exchange: "mart.events", keys: patterns) })
    }

    /// Returns when every event published from now on will arrive.
    func connect(within patience: Duration) async throws {
        consumer.start()
        try await Connecting.wait(within: patience) { [consumer.state] }
    }

    /// The next events; nothing after `stop()`.
    func next() async -> [Delivery] { (try? await consumer.nextBatch(max: 1000)) ?? [] }

    func acknowledge(through delivery: Delivery) { consumer.acknowledge(through: delivery) }

    func stop() { consumer.stopConsuming() }

    func close() async { await consumer.shutdown(timeout: .seconds(5)) }
}
