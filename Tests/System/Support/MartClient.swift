import Contracts
import Logging
import Messaging
import RabbitMQ
import StrictJSON
import Synchronization
import TestSupport

/// A stranger on the broker, as a till, an officer's desk or a test harness would be: sends, is answered, watches all events.
final class MartClient: Sendable {
    let name: String
    let configuration: RabbitMQConfiguration
    let replies = Recorder<Reply>()
    /// Every event on `mart.events` since `connect`, unless it was told not to watch.
    let events = Recorder<SeenEvent>()
    private let publisher: RabbitMQPublisher
    private let consumer: RabbitMQConsumer
    private let states = Recorder<ConnectionState>()
    private let consumerStates = Recorder<ConnectionState>()
    private let settled = Recorder<RabbitMQPublisher.Settlement>()
    private let reading = Mutex<Task<Void, Never>?>(nil)
    private let count = Atomic<Int>(0)

    /// - Parameter watchesEvents: a queue bound to everything makes every event routed, also one whose consumer has lost its queue.
    static func connect(to url: String, name: String = "test", watchesEvents: Bool = true) async throws -> MartClient {
        let client = try MartClient(url, name, watchesEvents)
        client.publisher.start()
        client.consumer.start()
        for states in [client.states, client.consumerStates] {
            _ = try await states.first("\(name) connects") { if case .connected = $0 { true } else { false } }
        }
        return client
    }

    private init(_ url: String, _ name: String, _ watchesEvents: Bool) throws {
        self.name = name
        var configuration = try RabbitMQConfiguration(url: url)
        configuration.connectionName = name
        self.configuration = configuration
        let (states, consumerStates, settled, replies, events) = (states, consumerStates, settled, replies, events)
        let logger = Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
        publisher = RabbitMQPublisher(
            configuration: configuration, logger: logger, setup: { try Self.declareExchanges($0) }, onSettled: { settled.add($0) },
            onStateChange: { states.add([$0]) })
        let (replyQueue, eventQueue) = ("\(name).replies", "\(name).events-seen")
        consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: ([replyQueue] + (watchesEvents ? [eventQueue] : [])).map { .init(queue: $0, prefetch: 2000) }, logger: logger,
            setup: { channel in
                try Self.declareExchanges(channel)
                try channel.declareQueue(replyQueue)
                try channel.bindQueue(replyQueue, exchange: Topology.replies, routingKey: "reply.\(name).#")
                guard watchesEvents else { return }
                try channel.declareQueue(eventQueue)
                try channel.bindQueue(eventQueue, exchange: Topology.events, routingKey: "#")
            }, onStateChange: { consumerStates.add([$0]) })
        let consumer = consumer
        reading.withLock {
            $0 = Task {
                while !Task.isCancelled, let batch = try? await consumer.nextBatch(max: 1000) {
                    guard let last = batch.last else {
                        if consumer.state == .closed { return }
                        continue
                    }
                    replies.add(batch.filter { $0.queue == replyQueue }.compactMap(Reply.init))
                    events.add(batch.filter { $0.queue == eventQueue }.compactMap(SeenEvent.init))
                    consumer.acknowledge(through: last)
                }
            }
        }
    }

    private static func declareExchanges(_ channel: SetupChannel) throws(RabbitMQError) {
        for exchange in Topology.exchanges { try channel.declareExchange(exchange, type: "topic", durable: true) }
    }

    func close() async {
        reading.withLock { $0?.cancel() }
        await consumer.shutdown(timeout: .seconds(2))
        await publisher.shutdown(timeout: .seconds(2))
    }

    func nextId(_ word: String = "m") -> String { "\(word)-\(name)-\(count.add(1, ordering: .relaxed).newValue)" }

    // MARK: Commands

    /// Sends a command and waits for its reply.
    @discardableResult
    func send(_ command: some Command, id: String? = nil) async throws -> Reply {
        try await send(type(of: command).name, String(decoding: FieldWriter.bytes(of: command), as: UTF8.self), id: id)
    }

    /// Sends a command whose data may be of any form.
    @discardableResult
    func send(_ name: MessageName, _ data: String, id: String? = nil, more: String = "") async throws -> Reply {
        try await ask(.command(name, data, id: id ?? nextId(), more: more))
    }

    /// Sends bytes and waits for the reply to them. `reply_to` is set here.
    func ask(_ message: OutgoingMessage, limit: Duration = .seconds(20)) async throws -> Reply {
        var message = message
        let place = "reply.\(name).\(nextId("r"))"
        message.properties.replyTo = place
        try await publish(message)
        return try await replies.first("the reply to \(message.routingKey)", limit: limit) { $0.routingKey == place }
    }

    /// Sends a command until it is no longer rejected for something that may still be on its way.
    @discardableResult
    func sendUntilKnown(_ command: some Command) async throws -> Reply {
        try await eventually("\(type(of: command).name) \(command.subject) is accepted") {
            let reply = try await self.send(command)
            return reply.isRetriable ? nil : reply
        }
    }

    // MARK: Anything

    /// Publishes and waits for the broker's confirm; throws if no queue takes it.
    func publish(_ message: OutgoingMessage) async throws { _ = try await publisher.publish(message) }

    /// Publishes many at once, again and again until every one is confirmed; over a broken broker some may arrive twice.
    func publish(all messages: [OutgoingMessage], limit: Duration = .seconds(60)) async throws {
        var open = Array(messages.indices)
        let deadline = ContinuousClock.now + limit
        while !open.isEmpty {
            if ContinuousClock.now > deadline { throw SupportError("\(open.count) messages were not confirmed within \(limit)") }
            let seen = settled.items.count
            publisher.enqueue(open.map { (token: UInt64($0), message: messages[$0]) })
            let wanted = seen + open.count
            try await settled.wait("\(open.count) messages settle", limit: limit) { $0.count >= wanted }
            let confirmed = Set(settled.items[seen..<wanted].filter { $0.outcome == .confirmed }.map { Int($0.token) })
            open.removeAll(where: confirmed.contains)
            // Without a connection everything is lost at once: wait for the next one.
            if !open.isEmpty {
                try await eventually("the broker is back", timeout: limit) {
                    if case .connected = self.publisher.state { true } else { nil }
                }
            }
        }
    }

    /// Publishes an event as another service, or a harness in its place, would.
    @discardableResult
    func inject(
        _ event: some Event, id: String? = nil, source: String? = nil, sequence: Int? = nil, withRegency: Bool = true
    ) async throws -> String {
        let id = id ?? nextId("e")
        try await publish(.event(event, id: id, source: source, sequence: sequence, withRegency: withRegency))
        return id
    }
}

/// A reply as it came.
struct Reply: Sendable {
    let routingKey: String
    let correlationId: String?
    let body: [UInt8]
    let data: JSONValue
    let status: String
    let code: String
    var message: String { data["message"]?.string ?? "" }
    var isRetriable: Bool { data["details"]?["retriable"]?.bool ?? false }
    /// E.g. `accepted ok`.
    var verdict: String { "\(status) \(code)" }

    init?(_ delivery: Delivery) {
        guard let envelope = try? Envelope(parsing: delivery.body), let status = envelope.data["status"]?.string,
            let code = envelope.data["code"]?.string
        else { return nil }
        routingKey = delivery.routingKey
        correlationId = delivery.properties.correlationId
        body = delivery.body
        data = envelope.data
        (self.status, self.code) = (status, code)
    }
}

/// An event as it went over the exchange.
struct SeenEvent: Sendable, CustomStringConvertible {
    let routingKey: String
    let properties: MessageProperties
    let envelope: Envelope
    var data: JSONValue { envelope.data }
    /// Without the prefix and version, e.g. `catalog.product-listed`.
    let name: String
    var subject: String { envelope.subject ?? "" }

    init?(_ delivery: Delivery) {
        guard let envelope = try? Envelope(parsing: delivery.body) else { return nil }
        self.envelope = envelope
        routingKey = delivery.routingKey
        properties = delivery.properties
        name = envelope.type.split(separator: ".").dropFirst(2).dropLast().joined(separator: ".")
    }

    var description: String { "\(name) \(subject)" }
}
