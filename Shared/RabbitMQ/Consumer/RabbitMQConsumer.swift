public import Logging

/// Consumes from queues over a connection and a thread of its own.
///
/// All subscriptions share one channel, so that delivery tags are in the order of arrival over all of them. Never more than the sum
/// of the prefetches is in hand (delivered and not acknowledged), nor more bytes than its budget and one message: whoever waits for more before
/// acknowledging waits for ever. When the connection ends, what was buffered and not taken is dropped (the broker delivers it
/// again), and acknowledgements of older generations are ignored. A queue that is deleted ends the connection too; the next one goes
/// through `setup`, which declares it anew. Call `shutdown(timeout:)` in the end; without it the thread is told to stop when the
/// consumer is released.
public final class RabbitMQConsumer: Sendable {
    /// One queue to consume from.
    public struct Subscription: Sendable, Hashable {
        /// The queue's name.
        public var queue: String
        /// Most deliveries unacknowledged at a time, at least 1.
        public var prefetch: UInt16
        /// The same on the first connection, where it differs: a prefetch changes only with a connection.
        public var firstPrefetch: UInt16?
        /// Whether to refuse other consumers on the queue.
        public var exclusive: Bool
        /// Consumer arguments, e.g. `x-priority`.
        public var arguments: [String: FieldValue]
        /// Larger bodies are truncated (`Delivery.isTruncated`). Bytes.
        public var maxBodySize: Int
        /// Whether to go on without it when the queue does not exist (looked up again at every new connection).
        public var isOptional: Bool

        public init(
            queue: String, prefetch: UInt16, firstPrefetch: UInt16? = nil, exclusive: Bool = false, arguments: [String: FieldValue] = [:],
            maxBodySize: Int = RabbitMQLimits.maxBodyBytes, isOptional: Bool = false
        ) {
            self.queue = queue
            self.prefetch = prefetch
            self.firstPrefetch = firstPrefetch
            self.exclusive = exclusive
            self.arguments = arguments
            self.maxBodySize = maxBodySize
            self.isOptional = isOptional
        }
    }

    /// How far the deliveries of one connection have come.
    public struct Progress: Sendable, Hashable {
        public struct Queue: Sendable, Hashable {
            /// The queue's name.
            public var name: String
            /// The delivery tag of its last delivery; 0 before the first.
            public var lastDelivered: UInt64
            /// Whether some of it is unsettled, or may be on its way: a message is coming in, or reading pauses over what is in hand.
            public var isInHand: Bool

            public init(name: String, lastDelivered: UInt64, isInHand: Bool) {
                (self.name, self.lastDelivered, self.isInHand) = (name, lastDelivered, isInHand)
            }
        }

        /// The connection, counted from 1.
        public var generation: Int
        /// In the order of the subscriptions.
        public var queues: [Queue]

        public init(generation: Int, queues: [Queue]) { (self.generation, self.queues) = (generation, queues) }
    }

    private let core: ConsumerCore

    /// Makes a consumer; nothing happens before `start()`.
    /// - Parameters:
    ///   - byteBudget: nothing is read while so many bytes are in hand.
    ///   - setup: declares queues and bindings, on every new connection before consuming. Runs on the consumer's thread.
    ///   - maintained: declared again at every heartbeat while connected, without waiting for answers, so that what somebody takes away
    ///     comes back. A refusal ends the connection, and `setup` meets its reason. Called on the consumer's thread.
    ///   - onStateChange: gets every change of `state` and every failed attempt to connect, on the consumer's thread; must return soon.
    /// - Precondition: every prefetch is at least 1.
    public init(
        configuration: RabbitMQConfiguration, subscriptions: [Subscription], byteBudget: Int = RabbitMQLimits.bytesInHand, logger: Logger,
        setup: @escaping @Sendable (SetupChannel) throws -> Void = { _ in },
        maintained: @escaping @Sendable () -> [Declaration] = { [] },
        onStateChange: (@Sendable (ConnectionState) -> Void)? = nil
    ) {
        precondition(subscriptions.allSatisfy { $0.prefetch > 0 && $0.firstPrefetch != 0 }, "A prefetch of 0 means without limit")
        precondition(byteBudget > 0, "A budget of nothing")
        core = ConsumerCore(
            configuration: configuration, subscriptions: subscriptions, byteBudget: byteBudget, logger: logger, setup: setup,
            maintained: maintained,
            onStateChange: onStateChange)
    }

    deinit { core.requestStop(timeout: .zero) }

    /// Starts the thread, which connects and goes on connecting. A second call does nothing.
    public func start() { core.start() }

    /// The next deliveries in order of arrival; **blocks the calling thread**, which must be the caller's own (never a task's).
    ///
    /// Returns as soon as there is at least one delivery, with at most `max`; it does not wait to fill.
    /// - Returns: nothing after `timeout`, `wake()`, `stopConsuming()` or `shutdown(timeout:)`.
    public func nextBatch(max: Int, timeout: Duration) -> [Delivery] { core.nextBatch(max: max, timeout: timeout) }

    /// The next deliveries in order of arrival, for callers within a task.
    /// - Returns: nothing after `wake()`, `stopConsuming()` or `shutdown(timeout:)`.
    /// - Throws: `.cancelled`.
    public func nextBatch(max: Int) async throws(RabbitMQError) -> [Delivery] { try await core.nextBatch(max: max) }

    /// Makes a waiting `nextBatch` return at once; when none waits, the next one does.
    public func wake() { core.wake() }

    /// Acknowledges this delivery and all before it, over all subscriptions. Sent by the consumer's thread, many as one.
    ///
    /// Ignored when the delivery is of another generation, since the broker has taken it back already.
    public func acknowledge(through delivery: Delivery) { core.settle(.acknowledgeThrough, delivery) }

    /// Acknowledges this delivery alone. Ignored when it is of another generation.
    public func acknowledge(_ delivery: Delivery) { core.settle(.acknowledge, delivery) }

    /// Gives a delivery back: to the queue, or away (dropped or dead-lettered). Ignored when it is of another generation.
    public func reject(_ delivery: Delivery, requeue: Bool) { core.settle(requeue ? .requeue : .discard, delivery) }

    /// Drops the connection and comes back through `setup`.
    public func reconnect(reason: String) { core.reconnect(reason: reason) }

    /// Drops the connection, so that the broker takes back what is unacknowledged, and does without until `resume()`. Acknowledgements given
    /// before are sent first. Nothing is handed out meanwhile.
    public func suspend(reason: String) { core.suspend(reason: reason) }

    /// Connects again after `suspend(reason:)`.
    public func resume() { core.resume() }

    /// Where the connection stands.
    public var state: ConnectionState { core.state }

    /// How far its deliveries have come, at most 0.2 s ago; nil while there is no connection.
    public var progress: Progress? { core.progress }

    /// Hands out nothing more; `nextBatch` returns nothing. What was handed out can still be acknowledged.
    public func stopConsuming() { core.stopConsuming() }

    /// Sends the acknowledgements given so far, closes channel and connection, and ends the thread, all within `timeout`.
    /// What is unacknowledged then goes back to its queue in order.
    public func shutdown(timeout: Duration) async { await core.shutdown(timeout: timeout) }
}
