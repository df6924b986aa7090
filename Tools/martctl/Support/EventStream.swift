import RabbitMQ
import Synchronization

/// The platform's events as they pass, from a queue of its own on `mart.events`.
final class EventStream: Sendable {
    private let consumer: RabbitMQConsumer
    private let watch: ConnectionWatch

    /// - Parameters:
    ///   - patterns: topic patterns of routing keys, e.g. `consignment.#`.
    ///   - tell: gets a sentence whenever the connection is lost or comes back.
    init(_ broker: RabbitMQConfiguration, patterns: [String], tell: @escaping @Sendable (String) -> Void = { _ in }) {
        let watch = ConnectionWatch(tell)
        self.watch = watch
        consumer = RabbitMQConsumer(
            configuration: broker, subscriptions: [.init(queue: "", prefetch: 2000, exclusive: true)], logger: Connecting.logger,
            setup: { try OwnQueue.declare(on: $0, exchange: "mart.events", keys: patterns) },
            onStateChange: { watch.changed($0) })
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

    func close() async {
        watch.end()
        await consumer.shutdown(timeout: .seconds(5))
    }

    /// How often events may have been missed: the queue ends with its connection, and nobody keeps what is published until the next one.
    var holes: Int { watch.holes }
}

/// Notices when a connection that was there is lost, and when it comes back.
final class ConnectionWatch: Sendable {
    private struct State {
        var isConnected = false
        var lostAt: ContinuousClock.Instant?
        var holes = 0
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let tell: @Sendable (String) -> Void

    init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    var holes: Int { state.withLock { $0.holes } }

    /// What happens from now on is our own doing.
    func end() { state.withLock { $0.hasEnded = true } }

    func changed(_ connection: ConnectionState, at now: ContinuousClock.Instant = .now) {
        let sentence = state.withLock { state -> String? in
            if state.hasEnded { return nil }
            switch connection {
            case .connected:
                state.isConnected = true
                guard let lostAt = state.lostAt else { return nil }
                state.lostAt = nil
                return "listening again after \((now - lostAt).inWords); what was published in between is missing here"
            case .connecting(let error):
                guard state.isConnected, state.lostAt == nil else { return nil }
                state.lostAt = now
                state.holes += 1
                return "the connection to the broker is lost (\(error.map { $0.replyText ?? $0.context } ?? "without a reason")); "
                    + "what is published until it is back is missing here"
            case .blocked, .suspended, .closed: return nil
            }
        }
        if let sentence { tell(sentence) }
    }
}
