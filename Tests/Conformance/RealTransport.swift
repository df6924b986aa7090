import Logging
import MessagingTesting
import RabbitMQ
import Synchronization
import TestSupport

/// The real client over a real broker. Names get a prefix of their own, so that cases share a virtual host.
struct RealTransport: TransportUnderTest {
    let configuration: RabbitMQConfiguration
    let prefix: String
    /// `rabbitmqctl` of its node, for cases that need it.
    private let control: (@Sendable ([String]) async throws -> Void)?

    init(url: String, prefix: String, control: (@Sendable ([String]) async throws -> Void)? = nil) throws {
        var configuration = try RabbitMQConfiguration(url: url)
        // A broker whose resolver is slow greets some connections only after five seconds, which is the client's own limit.
        configuration.connectTimeout = Self.limit
        self.configuration = configuration
        self.prefix = prefix
        self.control = control
    }

    func setMemoryAlarm(_ isOn: Bool) async throws {
        guard let control else { throw ConformanceFailure("nobody may disturb this broker") }
        try await control(["set_vm_memory_high_watermark"] + (isOn ? ["absolute", "1"] : ["0.9"]))
    }

    static let limit = Duration.seconds(30)
    static let quiet = Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() }

    private func named(_ arguments: [String: FieldValue]) -> [String: FieldValue] {
        var named = arguments
        if case .string(let exchange)? = arguments["x-dead-letter-exchange"] {
            named["x-dead-letter-exchange"] = .string(prefix + exchange)
        }
        return named
    }

    func declare(_ queues: [ConformanceQueue]) async throws {
        try SetupChannel.run(on: configuration) { channel in
            for queue in queues {
                var exchanges = queue.bindings.map(\.exchange)
                if case .string(let exchange)? = queue.arguments["x-dead-letter-exchange"] { exchanges.append(exchange) }
                for exchange in exchanges { try channel.declareExchange(prefix + exchange, type: "topic", durable: true) }
                try declare(queue, on: channel)
                for binding in queue.bindings {
                    try channel.bindQueue(prefix + queue.name, exchange: prefix + binding.exchange, routingKey: binding.routingKey)
                }
            }
        }
    }

    func delete(queue: String) async throws { _ = try SetupChannel.run(on: configuration) { try $0.deleteQueue(prefix + queue) } }

    func refusal(of queue: ConformanceQueue) async throws -> Int? {
        do {
            try SetupChannel.run(on: configuration) { try declare(queue, on: $0) }
            return nil
        } catch {
            return error.replyCode
        }
    }

    func refusal(ofConsumerOn queue: String) async throws -> Int? {
        do {
            try await makeConsumer([queue], prefetch: 1).close()
            return nil
        } catch let refusal as RabbitMQError {
            return refusal.replyCode
        }
    }

    fileprivate func declare(_ queue: ConformanceQueue, on channel: SetupChannel) throws {
        try channel.declareQueue(
            prefix + queue.name, durable: !queue.isExclusive, exclusive: queue.isExclusive, arguments: named(queue.arguments))
    }

    func waitForReady(_ count: Int, in queue: String) async throws {
        try await withTimeLimit(Self.limit, "\(queue) has \(count) ready") {
            while try SetupChannel.run(on: configuration, { try $0.declareQueue(prefix + queue, passive: true).messageCount }) != count {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    func makePublisher() async throws -> any PublisherUnderTest { try await RealPublisher(self) }

    func makeConsumer(_ queues: [String], own: ConformanceQueue?, prefetch: UInt16) async throws -> any ConsumerUnderTest {
        try await RealConsumer(self, queues, own: own, prefetch)
    }
}

/// Values that come from a callback, for one reader.
private final class Inflow<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let source: AsyncStream<Value>.Continuation

    init() { (stream, source) = AsyncStream.makeStream() }

    func put(_ value: Value) { source.yield(value) }

    func first(_ what: String, where isMeant: @escaping @Sendable (Value) -> Bool) async throws -> Value {
        try await withTimeLimit(RealTransport.limit, what) { [stream] in
            for await value in stream where isMeant(value) { return value }
            throw ConformanceFailure("\(what): it ended")
        }
    }
}

private final class RealPublisher: PublisherUnderTest {
    private let transport: RealTransport
    private let publisher: RabbitMQPublisher
    private let settled = Inflow<[RabbitMQPublisher.Settlement]>()
    private let states = Inflow<ConnectionState>()
    /// Those that were begun and not finished.
    private let begun = Mutex(0)

    init(_ transport: RealTransport) async throws {
        self.transport = transport
        let (settled, states) = (settled, states)
        publisher = RabbitMQPublisher(
            configuration: transport.configuration, logger: RealTransport.quiet, onSettled: { settled.put($0) },
            onStateChange: { states.put($0) })
        publisher.start()
        _ = try await states.first("a publisher connects") { if case .connected = $0 { true } else { false } }
    }

    func publish(_ messages: [OutgoingMessage]) async throws -> [PublishOutcome] {
        try await begin(messages)
        return try await finish()
    }

    func begin(_ messages: [OutgoingMessage]) async throws {
        begun.withLock { $0 += messages.count }
        publisher.enqueue(
            messages.enumerated().map { number, message in
                var named = message
                if message.exchange.isEmpty {
                    named.routingKey = transport.prefix + message.routingKey
                } else {
                    named.exchange = transport.prefix + message.exchange
                }
                return (UInt64(number), named)
            })
    }

    func finish() async throws -> [PublishOutcome] {
        let count = begun.withLock { begun in
            defer { begun = 0 }
            return begun
        }
        var outcomes: [UInt64: PublishOutcome] = [:]
        while outcomes.count < count {
            for settlement in try await settled.first("outcomes", where: { _ in true }) { outcomes[settlement.token] = settlement.outcome }
        }
        return try (0..<count).map { number in
            guard let outcome = outcomes[UInt64(number)] else { throw ConformanceFailure("\(number) has no outcome") }
            return outcome
        }
    }

    func waitUntil(isBlocked: Bool) async throws {
        _ = try await states.first("the publisher is told") { state in
            switch state {
            case .blocked: isBlocked
            case .connected: !isBlocked
            default: false
            }
        }
    }

    func close() async { await publisher.shutdown(timeout: .seconds(5)) }
}

private final class RealConsumer: ConsumerUnderTest {
    private let transport: RealTransport
    private let consumer: RabbitMQConsumer
    private let states = Inflow<ConnectionState>()
    private let taken = Mutex<[Delivery]>([])

    /// - Throws: what the broker refused.
    init(_ transport: RealTransport, _ queues: [String], own: ConformanceQueue?, _ prefetch: UInt16) async throws {
        self.transport = transport
        let states = states
        consumer = RabbitMQConsumer(
            configuration: transport.configuration, subscriptions: queues.map { .init(queue: transport.prefix + $0, prefetch: prefetch) },
            logger: RealTransport.quiet, setup: { channel in if let own { try transport.declare(own, on: channel) } },
            onStateChange: { states.put($0) })
        consumer.start()
        let state = try await states.first("a consumer connects or is refused") { state in
            switch state {
            case .connected: true
            case .connecting(let error?): error.replyCode != nil
            default: false
            }
        }
        guard case .connecting(let refusal?) = state else { return }
        await close()
        throw refusal
    }

    func next(_ count: Int) async throws -> [Delivery] {
        try await withTimeLimit(RealTransport.limit, "\(count) deliveries") { [self] in
            while taken.withLock({ $0.count }) < count {
                let more = try await consumer.nextBatch(max: count)
                taken.withLock { $0 += more }
            }
        }
        return taken.withLock { taken in
            defer { taken.removeFirst(count) }
            return taken.prefix(count).map(named)
        }
    }

    func waiting() async -> Int {
        // With no time to wait, nothing blocks.
        let more = consumer.nextBatch(max: 1000, timeout: .zero)
        return taken.withLock { taken in
            taken += more
            return taken.count
        }
    }

    /// The delivery as the case named things.
    private func named(_ delivery: Delivery) -> Delivery {
        func short(_ name: String) -> String { name.hasPrefix(transport.prefix) ? String(name.dropFirst(transport.prefix.count)) : name }
        return Delivery(
            queue: short(delivery.queue), generation: delivery.generation, deliveryTag: delivery.deliveryTag,
            redelivered: delivery.redelivered,
            exchange: short(delivery.exchange), routingKey: delivery.routingKey, properties: delivery.properties, body: delivery.body)
    }

    func acknowledge(through delivery: Delivery) async throws { consumer.acknowledge(through: delivery) }
    func acknowledge(_ delivery: Delivery) async throws { consumer.acknowledge(delivery) }
    func reject(_ delivery: Delivery, requeue: Bool) async throws { consumer.reject(delivery, requeue: requeue) }

    func waitForCancellation() async throws {
        _ = try await states.first("the consumer is told") { state in
            if case .connecting(let error?) = state { error.code == .consumerCancelled } else { false }
        }
    }

    func close() async { await consumer.shutdown(timeout: .seconds(5)) }
}
