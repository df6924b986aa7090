import Contracts
import Dispatch
import Logging
import Messaging
import RabbitMQ
import ServiceFramework
import Storage
import Synchronization

/// What the relay's thread does, turn by turn: settles what the broker has answered, and hands over what may go.
struct RelayTurn {
    private let relay: Relay
    private let store: ServiceStore
    private let reader: OutboxReader
    private let metrics: ServiceMetrics
    private let logger: Logger
    private var report: RelayReport
    private var window: RelayWindow
    private var resync = RelayResync()
    private var times = ConfirmTimes()
    /// Requests to send again that were looked at.
    private var sendAgainRequests = -1
    private var now: Int64

    init(
        _ relay: Relay, _ store: ServiceStore, _ reader: OutboxReader, _ health: Health, _ metrics: ServiceMetrics, _ logger: Logger
    ) {
        self.relay = relay
        self.store = store
        self.reader = reader
        self.metrics = metrics
        self.logger = logger
        report = RelayReport(reader, health, logger)
        let marks = store.sent.withLock { $0 }
        window = RelayWindow(
            events: marks.events, replies: marks.replies, consumed: store.topology.consumedTypes, seed: .random(in: .min ... .max))
        now = Self.clock
    }

    private static var clock: Int64 { Int64(DispatchTime.now().uptimeNanoseconds / 1_000_000) }

    /// Answers whether it was the last: everything has left, and the service stops.
    mutating func take() -> Bool {
        let due = window.nextDue(after: now).map { min(500, max(1, $0 - now)) } ?? 500
        let mail = relay.nextMail(within: Int(due))
        now = Self.clock
        settle(mail)
        if let position = window.takeUnroutable() {
            report.unroutable(position)
            relay.main.reconnect(reason: "an event came back unroutable")
        }
        if mail.isOpen { handOver(mail) }
        report.standing(window, mail)
        let isDrained = window.events.mark >= mail.committed.events && window.replies.mark >= mail.committed.replies
        return mail.isStopping && isDrained
    }

    // MARK: What the broker has answered

    private mutating func settle(_ mail: Relay.Mail) {
        if !mail.main.settlements.isEmpty || !mail.queues.settlements.isEmpty {
            CrashPoint.relayConfirmed.pass()
            var (events, replies) = (ServiceMetrics.Sent(), ServiceMetrics.Sent())
            settle(mail.main.settlements, on: .main, &events, &replies)
            settle(mail.queues.settlements, on: .queues, &events, &replies)
            metrics.relayed(events: events, replies: replies, confirms: times.left(through: window.events.mark, at: .now))
        }
        conclude(.main, mail.main.end)
        conclude(.queues, mail.queues.end)
        if mail.queues.isNew { window.opened() }
        report.passedOver(window.mark(store))
        if !mail.main.settlements.isEmpty { CrashPoint.relayMarked.pass() }
    }

    private mutating func settle(
        _ settlements: [RabbitMQPublisher.Settlement], on lane: RelayLane, _ events: inout ServiceMetrics.Sent,
        _ replies: inout ServiceMetrics.Sent
    ) {
        for settlement in settlements {
            let (kind, result) = window.settle(settlement, on: lane, at: now)
            switch kind {
            case .reply, .again(.reply): replies.count(result, isConsumed: false)
            case .event(let isConsumed): events.count(result, isConsumed: isConsumed)
            case .resync, .again(.event): events.count(result, isConsumed: true)
            case .probe: break
            }
        }
    }

    private mutating func conclude(_ lane: RelayLane, _ end: RabbitMQError?) {
        guard window.mustConclude(lane) else { return }
        let closing = RelayIsolation.Closing(end)
        window.conclude(closing, end.map { "\($0)" } ?? "", on: lane, at: now)
        times.forget()
        if closing != .other { report.closed(lane, end) }
    }

    // MARK: What may go

    private mutating func handOver(_ mail: Relay.Mail) {
        do {
            let queuesAreOpen = mail.queues.isLive
            if mail.main.isLive {
                if window.mustProbe(.main, at: now) { send(try window.takeProbe(.main, from: reader, at: now), on: .main) }
                // Half a window at a time: many small reads would cost more than the broker's short wait.
                if window.inFlight(on: .main) <= Limits.relayWindow / 2 { try handOverFresh(mail.committed, queuesAreOpen: queuesAreOpen) }
                try handOverAgain(mail, queuesAreOpen: queuesAreOpen)
            }
            if queuesAreOpen, window.mustProbe(.queues, at: now) {
                send(try window.takeProbe(.queues, from: reader, at: now), on: .queues)
            }
            if !queuesAreOpen, window.wantsQueues { relay.queues.start() }
            window.sweep()
            report.passedOver(window.mark(store))
        } catch {
            report.unreadable(error)
        }
    }

    private func send(_ batch: RelayWindow.Batch, on lane: RelayLane) {
        if batch.isEmpty { return }
        let publisher = lane == .main ? relay.main : relay.queues
        publisher.enqueue(batch.outgoing(from: reader.service))
    }

    private mutating func handOverFresh(_ committed: BatchProcessor.Committed, queuesAreOpen: Bool) throws {
        while let batch = try window.takeEvents(from: reader, upTo: committed.events, at: now) {
            CrashPoint.relayRead.pass()
            times.handedOver(through: window.events.handedOver, at: .now)
            send(batch, on: .main)
            CrashPoint.relayPublished.pass()
        }
        while let batches = try window.takeReplies(from: reader, upTo: committed.replies, queuesAreOpen: queuesAreOpen, at: now) {
            send(batches.main, on: .main)
            send(batches.queues, on: .queues)
            CrashPoint.relayReplied.pass()
        }
    }

    /// What was set aside, and what a consumer wants once more; the latter only while nothing fresh waits.
    private mutating func handOverAgain(_ mail: Relay.Mail, queuesAreOpen: Bool) throws {
        let committed = mail.committed
        if committed.sendAgainRequests != sendAgainRequests {
            sendAgainRequests = committed.sendAgainRequests
            try window.want(wantedAgain())
        }
        if let batches = try window.takeAgain(from: reader, queuesAreOpen: queuesAreOpen, at: now) {
            send(batches.main, on: .main)
            send(batches.queues, on: .queues)
        }
        if let batch = try window.takeHeldResync(from: reader, at: now) { send(batch, on: .main) }
        guard window.events.handedOver >= committed.events, !mail.isStopping else { return }
        let batch = try resync.takeBatch(committed.resyncRequests, of: store, from: reader, in: &window, at: now)
        send(batch, on: .main)
    }

    /// Those of which the store has not yet been told what became of them stay out.
    private func wantedAgain() throws -> [(kind: SetAsideKind, position: Int64)] {
        let told = store.sent.withLock { $0.setAside }
        return try reader.wantedAgain(limit: Limits.repliesHeld).filter { wanted in
            !told.contains { $0.kind == wanted.kind && $0.position == wanted.position }
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
