import Logging
import RabbitMQ
import Synchronization
import TestSupport

/// What a callback told, in order; tests wait for what they expect.
final class EventLog<Event: Sendable>: Sendable {
    private struct Waiter {
        var id: Int
        var isMatch: @Sendable ([Event]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }
    private struct State {
        var events: [Event] = []
        var waiters: [Waiter] = []
        var lastId = 0
    }
    private let state = Mutex(State())

    var events: [Event] { state.withLock { $0.events } }

    func add(_ events: [Event]) {
        let ready = state.withLock { state in
            state.events += events
            let ready = state.waiters.filter { $0.isMatch(state.events) }
            state.waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Waits until all events together satisfy a condition.
    func wait(_ what: String, limit: Duration = .seconds(30), until isMatch: @escaping @Sendable ([Event]) -> Bool) async throws {
        do {
            try await withTimeLimit(limit, what) { await self.match(isMatch) }
        } catch {
            throw NotInTime(description: "\(error); so far: \(events.suffix(20))")
        }
    }

    /// Waits until one event satisfies a condition.
    func waitForOne(_ what: String, limit: Duration = .seconds(30), _ isMatch: @escaping @Sendable (Event) -> Bool) async throws {
        try await wait(what, limit: limit) { $0.contains(where: isMatch) }
    }

    /// Returns at the match, or when cancelled.
    private func match(_ isMatch: @escaping @Sendable ([Event]) -> Bool) async {
        let id = state.withLock { state in
            state.lastId += 1
            return state.lastId
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || isMatch(state.events) { return true }
                    state.waiters.append(Waiter(id: id, isMatch: isMatch, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let index = state.waiters.firstIndex { $0.id == id }
                return index.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }
}

struct NotInTime: Error, CustomStringConvertible {
    var description: String
}

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
    let settled = EventLog<RabbitMQPublisher.Settlement>()
    let publisherStates = EventLog<ConnectionState>()
    let consumerStates = EventLog<ConnectionState>()

    init(
        url: String, heartbeat: Duration = .seconds(10), limits: PublisherLimits = PublisherLimits(), prefetch: UInt16 = 100,
        maxBodySize: Int = RabbitMQLimits.maxBodyBytes, queueArguments: [String: FieldValue] = [:],
        extra: [RabbitMQConsumer.Subscription] = [], change: (inout RabbitMQConfiguration) -> Void = { _ in }
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
            subscriptions: [.init(queue: queue, prefetch: prefetch, maxBodySize: maxBodySize)] + extra, logger: quiet,
            setup: { try $0.declareQueue(queue, arguments: queueArguments) }, onStateChange: { consumerStates.add([$0]) })
    }

    func start() async throws {
        publisher.start()
        consumer.start()
        try await publisherStates.waitForOne("the publisher connects") { $0 == .connected(generation: 1) }
        try await consumerStates.waitForOne("the consumer connects") { $0 == .connected(generation: 1) }
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
