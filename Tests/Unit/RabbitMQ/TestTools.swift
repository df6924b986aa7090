import Logging
import RabbitMQ
import TestSupport

extension RabbitMQConsumer {
    /// Takes deliveries until there are so many.
    func take(_ count: Int, limit: Duration = .seconds(30)) async throws -> [Delivery] {
        try await withTimeLimit(limit, "\(count) deliveries") {
            var deliveries: [Delivery] = []
            while deliveries.count < count { deliveries += try await self.nextBatch(max: count - deliveries.count) }
            return deliveries
        }
    }
}

extension ConnectionState {
    /// Why there is no connection.
    var failure: RabbitMQError? { if case .connecting(let error) = self { error } else { nil } }
    var isConnected: Bool { if case .connected = self { true } else { false } }
    var blockReason: String? { if case .blocked(let reason) = self { reason } else { nil } }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

func text(_ delivery: Delivery) -> String { String(decoding: delivery.body, as: UTF8.self) }

/// A message to a queue through the default exchange.
func message(_ text: String, to queue: String, id: String? = nil) -> OutgoingMessage {
    OutgoingMessage(
        exchange: "", routingKey: queue, body: Array(text.utf8), properties: MessageProperties(messageId: id, deliveryMode: 2))
}

/// A publisher and a consumer of one queue in a virtual host of their own, and what they told.
final class Pair: Sendable {
    let queue = "work"
    let configuration: RabbitMQConfiguration
    let publisher: RabbitMQPublisher
    let consumer: RabbitMQConsumer
    let settled = Recorder<RabbitMQPublisher.Settlement>()
    let publisherStates = Recorder<ConnectionState>()
    let consumerStates = Recorder<ConnectionState>()

    init(
        url: String, heartbeat: Duration = .seconds(10), limits: PublisherLimits = PublisherLimits(), prefetch: UInt16 = 100,
        maxBodySize: Int = RabbitMQLimits.maxBodyBytes, queueArguments: [String: FieldValue] = [:],
        byteBudget: Int = RabbitMQLimits.bytesInHand, extra: [RabbitMQConsumer.Subscription] = [],
        change: (inout RabbitMQConfiguration) -> Void = { _ in }, maintained: @escaping @Sendable () -> [Declaration] = { [] }
    ) throws {
        var configuration = try RabbitMQConfiguration(url: url)
        configuration.heartbeat = heartbeat
        change(&configuration)
        self.configuration = configuration
        let (settled, publisherStates, consumerStates, queue) = (settled, publisherStates, consumerStates, queue)
        publisher = RabbitMQPublisher(
            configuration: configuration, logger: quiet, settings: limits,
            setup: { try $0.declareQueue(queue, arguments: queueArguments) },
            onSettled: { settled.add($0) }, onStateChange: { publisherStates.add([$0]) })
        consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [.init(queue: queue, prefetch: prefetch, maxBodySize: maxBodySize)] + extra,
            byteBudget: byteBudget, logger: quiet, setup: { try $0.declareQueue(queue, arguments: queueArguments) }, maintained: maintained,
            onStateChange: { consumerStates.add([$0]) })
    }

    func start() async throws {
        publisher.start()
        consumer.start()
        try await publisherStates.first("the publisher connects") { $0 == .connected(generation: 1) }
        try await consumerStates.first("the consumer connects") { $0 == .connected(generation: 1) }
    }

    func shutdown() async {
        await publisher.shutdown(timeout: .seconds(5))
        await consumer.shutdown(timeout: .seconds(5))
    }

    /// Messages ready in the queue, seen from a connection of its own.
    func readyMessages() throws -> UInt32 {
        try SetupChannel.run(on: configuration) { [queue] in try $0.declareQueue(queue, passive: true).messageCount }
    }
}
