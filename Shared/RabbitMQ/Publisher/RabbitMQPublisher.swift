public import Logging

/// Publishes with confirms over a connection and a thread of its own.
///
/// The connection is made and made anew for ever, over the configured hosts; each new one goes through `setup` first. What the
/// broker has not confirmed when a connection ends settles as `.lost`: the caller publishes it again (the broker may have it, so
/// consumers must tolerate duplicates). Call `shutdown(timeout:)` in the end; without it the thread is told to stop when the
/// publisher is released.
public final class RabbitMQPublisher: Sendable {
    private let core: PublisherCore

    /// Makes a publisher; nothing happens before `start()`.
    /// - Parameters:
    ///   - settings: window, queue limit, confirm timeout.
    ///   - setup: declares what the publisher needs, on every new connection before the first publish. Runs on the publisher's thread.
    ///   - onSettled: gets the outcomes of `enqueue`d messages, at most once per turn of the loop, on the publisher's thread. It
    ///     must return soon: while it runs nothing is sent or received, and after two heartbeats the connection is cut.
    ///   - onStateChange: gets every change of `state` and every failed attempt to connect, on the publisher's thread; the same holds.
    public init(
        configuration: RabbitMQConfiguration, logger: Logger, settings: PublisherLimits = PublisherLimits(),
        setup: @escaping @Sendable (SetupChannel) throws -> Void = { _ in },
        onSettled: (@Sendable ([Settlement]) -> Void)? = nil,
        onStateChange: (@Sendable (ConnectionState) -> Void)? = nil
    ) {
        core = PublisherCore(
            configuration: configuration, logger: logger, settings: settings, setup: setup, onSettled: onSettled,
            onStateChange: onStateChange)
    }

    deinit { core.requestStop(timeout: .zero) }

    /// Starts the thread, which connects and goes on connecting. A second call does nothing.
    public func start() { core.start() }

    /// Hands over messages to publish, in order. Does not wait; every message settles exactly once through `onSettled`.
    ///
    /// Up to `PublisherLimits.window` messages are in flight, the rest waits. While there is no connection, and when it is lost,
    /// everything unsettled settles as `.lost`, also what was never written. A batch that does not fit into `PublisherLimits.maxQueued`,
    /// or comes after the end, settles as `.lost` on the calling thread.
    /// - Parameter batch: tokens are the caller's and come back in the settlement; they must be below 2⁶³.
    public func enqueue(_ batch: [(token: UInt64, message: OutgoingMessage)]) { core.enqueue(batch) }

    /// Publishes one message and waits until the broker has it.
    /// - Throws: `.unroutable`, `.nacked`, `.invalidMessage`, `.overloaded`, `.connectionLost` (also while there is no connection),
    ///   `.shutDown`, `.cancelled`. After the last three and `.nacked` the message may have been delivered all the same.
    public func publish(_ message: OutgoingMessage) async throws(RabbitMQError) -> PublishReceipt { try await core.publish(message) }

    /// Drops the connection and comes back through `setup`, to assert the topology again. Unsettled messages are lost.
    public func reconnect(reason: String) { core.reconnect(reason: reason) }

    /// Where the connection stands.
    public var state: ConnectionState { core.state }

    /// Waits until everything handed over is settled, at most `timeout`, then closes the connection and ends the thread.
    /// What is unsettled then settles as `.lost`.
    public func shutdown(timeout: Duration) async { await core.shutdown(timeout: timeout) }
}
