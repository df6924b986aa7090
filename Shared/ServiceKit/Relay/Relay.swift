import Dispatch
import Foundation
import Logging
import Messaging
import RabbitMQ
import Store
import Synchronization

/// Sends what the writer has committed: events in the order of their sequence, replies once their events are confirmed.
///
/// Woken by the commit, by the broker's answers and by a new connection; sweeps at start by the same code. Owns its thread.
final class Relay: Sendable {
    private struct Mailbox {
        var committed: BatchProcessor.Committed
        var settlements: [RabbitMQPublisher.Settlement] = []
        var isOpen = false
        var isStopping = false
        var isSignalled = false
    }

    private let store: ServiceStore
    /// Types of events that must not go out unrouted.
    private let consumed: Set<String>
    private let health: Health
    private let metrics: ServiceMetrics
    private let logger: Logger
    private let mailbox: Mutex<Mailbox>
    private let signal = DispatchSemaphore(value: 0)
    private let publisher: RabbitMQPublisher
    private let callbacks: PublisherCallbacks

    init(
        store: ServiceStore, committed: BatchProcessor.Committed, topology: Topology, configuration: RabbitMQConfiguration, health: Health,
        metrics: ServiceMetrics, logger: Logger, setup: @escaping @Sendable (SetupChannel) throws -> Void
    ) {
        let refusals = Refusals(of: store.definition.name, heartbeat: configuration.heartbeat, logger: logger)
        self.store = store
        consumed = topology.consumedTypes
        self.health = health
        self.metrics = metrics
        self.logger = logger
        mailbox = Mutex(Mailbox(committed: committed))
        // The publisher's callbacks need the relay, which does not exist yet: they speak to this.
        let callbacks = PublisherCallbacks()
        self.callbacks = callbacks
        var configuration = configuration
        configuration.connectionName += " relay"
        publisher = RabbitMQPublisher(
            configuration: configuration, logger: logger, setup: setup, onSettled: { callbacks.settled($0) },
            onStateChange: { callbacks.changed($0) })
        callbacks.connect(
            settled: { [weak self] in self?.take($0) },
            changed: { [weak self] state in
                self?.health.publisher(state)
                self?.metrics.connection(.relay, state)
                refusals.changed(state)
                self?.wake()
            })
    }

    /// Lets messages go out; called when this process is the service's one instance.
    func open() { post { $0.isOpen = true } }

    /// New rows are committed.
    func committed(_ committed: BatchProcessor.Committed) { post { $0.committed = committed } }

    private func take(_ settlements: [RabbitMQPublisher.Settlement]) { post { $0.settlements += settlements } }
    private func wake() { post { _ in } }

    private func post(_ change: (inout Mailbox) -> Void) {
        let mustSignal = mailbox.withLock { mailbox in
            change(&mailbox)
            defer { mailbox.isSignalled = true }
            return !mailbox.isSignalled
        }
        if mustSignal { signal.signal() }
    }

    func start() {
        publisher.start()
        let thread = Thread { [self] in loop() }
        thread.name = "relay"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Waits until everything committed has left, at most `limit`; answers whether it has.
    func drain(limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        post { $0.isStopping = true }
        let drained = await finished.wait(until: deadline)
        await publisher.shutdown(timeout: .seconds(1))
        return drained
    }

    private let finished = Completion()

    private func loop() {
        let marks = store.sent.withLock { $0 }
        var window = RelayWindow(events: marks.events, replies: marks.replies)
        var times = ConfirmTimes()
        var committed = mailbox.withLock { $0.committed }
        /// What came back or failed is not tried again in a busy loop.
        var pausedUntil = ContinuousClock.now
        var unroutable: (event: Int64?, resync: Int64?) = (nil, nil)
        var resync = RelayResync()
        while true {
            _ = signal.wait(timeout: .now() + .milliseconds(ContinuousClock.now < pausedUntil ? 20 : 500))
            let (settlements, isOpen, isStopping) = mailbox.withLock { mailbox in
                defer { mailbox.settlements.removeAll(keepingCapacity: true) }
                mailbox.isSignalled = false
                committed = mailbox.committed
                return (mailbox.settlements, mailbox.isOpen, mailbox.isStopping)
            }
            settle(settlements, in: &window, &times)
            window.mark(store)
            if !settlements.isEmpty { CrashPoint.relayMarked.pass() }
            if window.mustRewind, window.inFlight == 0 {
                let (ofEvent, ofResync) = (window.isUnroutable, window.isResyncUnroutable)
                let mustAssertTopology = window.rewind()
                times.forget()
                pausedUntil = .now + (mustAssertTopology ? Self.unroutablePause : Self.failurePause)
                if mustAssertTopology {
                    if ofEvent { unroutable.event = window.events.mark + 1 }
                    if ofResync { unroutable.resync = window.resync.mark + 1 }
                    assertTopology(for: (ofEvent ? window.events : window.resync).mark + 1)
                }
            }
            if unroutable != (nil, nil), window.events.mark >= unroutable.event ?? 0, window.resync.mark >= unroutable.resync ?? 0 {
                unroutable = (nil, nil)
                health.clear(.unroutable)
            }
            if isOpen, !window.mustRewind, ContinuousClock.now >= pausedUntil, case .connected = publisher.state {
                handOver(upTo: committed, in: &window, &times)
                if window.events.handedOver >= committed.events, !isStopping {
                    sendOnceMore(committed.resyncRequests, &resync, in: &window)
                }
            }
            let isDrained = window.events.mark >= committed.events && window.replies.mark >= committed.replies
            if isStopping, isDrained { return finished.complete() }
        }
    }

    private static let failurePause = Duration.milliseconds(50)
    private static let unroutablePause = Duration.seconds(1)

    /// An event came back although the contract names a consumer: its queue or binding is gone. A new connection declares it again.
    private func assertTopology(for position: Int64) {
        health.set(.unroutable, "an event came back although the contract names a consumer; the topology is being asserted")
        logger.error("event came back unroutable, asserting the topology", metadata: about(event: position))
        publisher.reconnect(reason: "an event came back unroutable")
    }

    /// Which event it is, so that its message is found.
    private func about(event position: Int64) -> Logger.Metadata {
        var metadata: Logger.Metadata = [LogKey.outboxPosition: "\(position)"]
        guard let event = try? store.events(after: position - 1, limit: 1).first, event.position == position else { return metadata }
        metadata[LogKey.messageId] = "\(event.messageId)"
        metadata[LogKey.messageType] = "\(event.type)"
        metadata[LogKey.correlationId] = "\(event.correlationId)"
        return metadata
    }

    private func settle(_ settlements: [RabbitMQPublisher.Settlement], in window: inout RelayWindow, _ times: inout ConfirmTimes) {
        if settlements.isEmpty { return }
        CrashPoint.relayConfirmed.pass()
        var (events, replies) = (ServiceMetrics.Sent(), ServiceMetrics.Sent())
        for settlement in settlements {
            if case .invalid(let reason) = settlement.outcome {
                let position = "\(RelayToken(rawValue: settlement.token).position)"
                logger.critical(
                    "a message cannot be published", metadata: [LogKey.outboxPosition: "\(position)", LogKey.error: "\(reason)"])
            }
            let (kind, result) = window.settle(settlement)
            switch kind {
            case .reply: replies.count(result, isConsumed: false)
            case .event(let isConsumed): events.count(result, isConsumed: isConsumed)
            case .resync: events.count(result, isConsumed: true)
            }
        }
        metrics.relayed(events: events, replies: replies, confirms: times.left(through: window.events.mark, at: .now))
    }

    private func handOver(upTo committed: BatchProcessor.Committed, in window: inout RelayWindow, _ times: inout ConfirmTimes) {
        // Half a window at a time: many small reads would cost more than the broker's short wait.
        if window.inFlight > Limits.relayWindow / 2 { return }
        do {
            while let batch = try window.takeEvents(from: store, upTo: committed.events, consumed: consumed) {
                CrashPoint.relayRead.pass()
                times.handedOver(through: window.events.handedOver, at: .now)
                publisher.enqueue(batch)
                CrashPoint.relayPublished.pass()
            }
            while let batch = try window.takeReplies(from: store, upTo: committed.replies) {
                if !batch.isEmpty { publisher.enqueue(batch) }
                CrashPoint.relayReplied.pass()
            }
            window.mark(store)
        } catch {
            unreadable(error)
        }
    }

    private func unreadable(_ error: any Error) {
        if StoreError.isCorruption(error) { FatalExit.now(.unavailable, "the store is damaged: \(error)", logger) }
        health.set(.storeFailing, "the outbox cannot be read: \(error)")
        logger.error("the outbox cannot be read", metadata: [LogKey.error: "\(error)"])
    }

    private func sendOnceMore(_ requests: Int, _ resync: inout RelayResync, in window: inout RelayWindow) {
        do {
            let batch = try resync.takeBatch(requests, from: store, in: &window)
            if !batch.isEmpty { publisher.enqueue(batch) }
        } catch {
            unreadable(error)
        }
    }
}

extension ServiceMetrics.Sent {
    fileprivate mutating func count(_ result: RelayWindow.Result, isConsumed: Bool) {
        switch result {
        case .confirmed: confirmed += 1
        case .notRouted where isConsumed: unroutable += 1
        case .notRouted: unrouted += 1
        case .failed: failed += 1
        }
    }
}

/// Passes the publisher's callbacks on to a relay that is made after it.
private final class PublisherCallbacks: Sendable {
    private struct Receivers {
        var settled: (@Sendable ([RabbitMQPublisher.Settlement]) -> Void)?
        var changed: (@Sendable (ConnectionState) -> Void)?
    }

    private let receivers = Mutex(Receivers())

    func connect(
        settled: @escaping @Sendable ([RabbitMQPublisher.Settlement]) -> Void, changed: @escaping @Sendable (ConnectionState) -> Void
    ) {
        receivers.withLock { $0 = Receivers(settled: settled, changed: changed) }
    }

    func settled(_ settlements: [RabbitMQPublisher.Settlement]) { receivers.withLock { $0.settled }?(settlements) }
    func changed(_ state: ConnectionState) { receivers.withLock { $0.changed }?(state) }
}
