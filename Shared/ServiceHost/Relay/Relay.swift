import Dispatch
import Foundation
import Logging
import Messaging
import RabbitMQ
import ServiceFramework
import ServiceLifecycle
import Synchronization

/// Sends what the writer has committed: events in the order of their sequence, replies once their own events are confirmed.
///
/// Woken by the commit, by the broker's answers and by new connections; sweeps at start by the same code. Owns its thread, its connections to
/// the broker and one to the store. What goes when, and what is passed over, `RelayWindow` decides; `RelayTurn` is a turn of the thread.
final class Relay: Service {
    /// What has come in since the last turn.
    struct Mail {
        var committed: BatchProcessor.Committed
        var main = News()
        var queues = News()
        var isOpen = false
        var isStopping = false
        fileprivate var isSignalled = false
    }

    /// What one publisher has said.
    struct News {
        var settlements: [RabbitMQPublisher.Settlement] = []
        /// How its last live connection ended.
        var end: RabbitMQError?
        var isLive = false
        /// It is live since the last turn.
        var isNew = false
    }

    private let mail: Mutex<Mail>
    private let signal = DispatchSemaphore(value: 0)
    let main: RabbitMQPublisher
    /// Replies to queues; started when there is the first.
    let queues: RabbitMQPublisher
    private let makeTurn: @Sendable (Relay) -> RelayTurn
    private let finished = Completion()
    /// Time for the outbox to empty when the service stops.
    private static let drainLimit = Duration.seconds(5)
    /// Whether everything committed had left when it ended.
    var isDrained: Bool { finished.isComplete }

    init(
        store: ServiceStore, committed: BatchProcessor.Committed, configuration: RabbitMQConfiguration, health: Health,
        metrics: ServiceMetrics, logger: Logger, setup: @escaping @Sendable (SetupChannel) throws -> Void
    ) throws {
        let reader = try store.outboxReader()
        makeTurn = { RelayTurn($0, store, reader, health, metrics, logger) }
        mail = Mutex(Mail(committed: committed))
        let refusals = Refusals(of: store.definition.name, heartbeat: configuration.heartbeat, logger: logger)
        // The publishers' callbacks need the relay, which does not exist yet: they speak to these.
        let (ofMain, ofQueues) = (PublisherCallbacks(), PublisherCallbacks())
        main = ofMain.publisher(configuration, named: " relay", logger, setup: setup)
        queues = ofQueues.publisher(configuration, named: " relay replies", logger) { _ in }
        ofMain.connect(
            settled: { [weak self] settlements in self?.post { $0.main.settlements += settlements } },
            changed: { [weak self] state in
                guard let self else { return }
                health.publisher(state)
                metrics.connection(.relay, state)
                let endsLife = post { $0.main.changed(state) }
                // How a live connection ends is the relay's own affair: a message may be at fault. What is refused is a fresh one.
                if !endsLife { refusals.changed(state) }
            })
        ofQueues.connect(
            settled: { [weak self] settlements in self?.post { $0.queues.settlements += settlements } },
            changed: { [weak self] state in
                metrics.connection(.replies, state)
                self?.post { $0.queues.changed(state) }
            })
    }

    /// Lets messages go out; called when this process is the service's one instance.
    func open() { post { $0.isOpen = true } }

    /// New rows are committed.
    func committed(_ committed: BatchProcessor.Committed) { post { $0.committed = committed } }

    @discardableResult
    private func post<Answer>(_ change: (inout Mail) -> Answer) -> Answer {
        let (answer, mustSignal) = mail.withLock { mail in
            let answer = change(&mail)
            defer { mail.isSignalled = true }
            return (answer, !mail.isSignalled)
        }
        if mustSignal { signal.signal() }
        return answer
    }

    /// Waits for news, or so long.
    func nextMail(within milliseconds: Int) -> Mail {
        _ = signal.wait(timeout: .now() + .milliseconds(milliseconds))
        return mail.withLock { mail in
            defer {
                mail.main.settlements.removeAll(keepingCapacity: true)
                mail.queues.settlements.removeAll(keepingCapacity: true)
                (mail.main.isNew, mail.queues.isNew, mail.isSignalled) = (false, false, false)
            }
            return mail
        }
    }

    /// Sends until the service stops, and then until everything committed has left or the time for that is over. Stops after the writer: nothing
    /// more is committed then.
    func run() async throws {
        startThread()
        try? await gracefulShutdown()
        post { $0.isStopping = true }
        await finished.wait(until: .now + Self.drainLimit)
        async let queuesAreClosed: Void = queues.shutdown(timeout: .seconds(1))
        await main.shutdown(timeout: .seconds(1))
        await queuesAreClosed
    }

    private func startThread() {
        main.start()
        let thread = Thread { [self] in
            var turn = makeTurn(self)
            while !turn.take() {}
            finished.complete()
        }
        thread.name = "relay"
        thread.stackSize = 1 << 20
        thread.start()
    }
}

extension Relay.News {
    /// Answers whether a live connection has ended.
    fileprivate mutating func changed(_ state: ConnectionState) -> Bool {
        let wasLive = isLive
        switch state {
        case .connected, .blocked: (isLive, isNew) = (true, true)
        case .connecting(let error):
            if wasLive { end = error }
            isLive = false
        case .suspended, .closed: isLive = false
        }
        return wasLive && !isLive
    }
}

/// Passes a publisher's callbacks on to a relay that is made after it.
private final class PublisherCallbacks: Sendable {
    private struct Receivers {
        var settled: (@Sendable ([RabbitMQPublisher.Settlement]) -> Void)?
        var changed: (@Sendable (ConnectionState) -> Void)?
    }

    private let receivers = Mutex(Receivers())

    func publisher(
        _ configuration: RabbitMQConfiguration, named name: String, _ logger: Logger,
        setup: @escaping @Sendable (SetupChannel) throws -> Void
    ) -> RabbitMQPublisher {
        var configuration = configuration
        configuration.connectionName += name
        return RabbitMQPublisher(
            configuration: configuration, logger: logger, setup: setup, onSettled: { self.settled($0) },
            onStateChange: { self.changed($0) })
    }

    func connect(
        settled: @escaping @Sendable ([RabbitMQPublisher.Settlement]) -> Void, changed: @escaping @Sendable (ConnectionState) -> Void
    ) {
        receivers.withLock { $0 = Receivers(settled: settled, changed: changed) }
    }

    private func settled(_ settlements: [RabbitMQPublisher.Settlement]) { receivers.withLock { $0.settled }?(settlements) }
    private func changed(_ state: ConnectionState) { receivers.withLock { $0.changed }?(state) }
}
