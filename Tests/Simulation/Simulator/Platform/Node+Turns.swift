import Contracts
import Foundation
import GRDB
import Messaging
import MessagingTesting
import Primitives
import RabbitMQ
import ServiceFramework
import ServiceHost
import Storage

extension Node {
    /// A message and what was decided on it.
    struct Judged {
        let id: String?
        let correlationId: String?
        let channel: Incoming.Channel
        let verdict: Decision.Verdict
        /// It had come earlier, and waited until now.
        var isPutOff = false
        /// It had been parked, and a person wants it tried again.
        var isReplay = false

        init(_ incoming: Incoming, _ verdict: Decision.Verdict) {
            (id, correlationId, channel) = (incoming.messageId, incoming.correlationId, incoming.channel)
            self.verdict = verdict
        }

        /// Of a message that was parked and is handled again, or had waited.
        init(_ decision: Decision, isPutOff: Bool = false, isReplay: Bool = false) {
            self.isPutOff = isPutOff
            self.isReplay = isReplay
            (id, correlationId, verdict) = (decision.messageId, decision.correlationId, decision.verdict)
            channel = decision.messageId?.hasPrefix("c-") == true ? .commands : .events
        }
    }

    /// What a turn of the writer left behind.
    struct Commit {
        /// In their order.
        var judged: [Judged] = []
        /// Business time of the transaction.
        var now: Instant
        /// Whether the clock was not believed.
        var holdsDates = false
        /// Appended by it, in the order of their sequence.
        var events: [PublishedEvent] = []
        /// The store failed after that, and the rest is still to be done.
        var failure: (any Error)?
    }

    /// Timers that are due, what is to be replayed, or else the next deliveries, in one transaction. Nil if there was nothing to do, or if the process
    /// has died over it (`doom`).
    func write(max: Int) throws -> Commit? {
        guard let store, let processor else { return nil }
        let moment = store.clock.moment
        if moment.now < lastNow { throw Broken("\(name): business time went back from \(lastNow) to \(moment.now)") }
        var commit = Commit(now: moment.now, holdsDates: moment.verdict.holdsDates)
        do {
            if timers.isDue(on: moment.datedToday, at: machine.monotonic) {
                try fireTimers(processor, on: moment.datedToday)
            } else if processor.committed.replayRequested {
                try replay(processor, &commit)
            } else if try !takeBatch(max, processor, &commit) {
                return nil
            }
        } catch let error as StoreError {
            commit.failure = error
        }
        if commit.failure == nil, !isDead { lastNow = moment.now }
        if doom != nil, commit.failure == nil || isDead {
            unobserved = commit
            return nil
        }
        commit.events = try newEvents(store)
        return commit
    }

    /// The next deliveries, or those that the store did not take; false if there are none.
    private func takeBatch(_ max: Int, _ processor: BatchProcessor, _ commit: inout Commit) throws -> Bool {
        // A clock that is accepted counts from the next transaction on: what is judged in one turn is judged at one time.
        let deliveries = held.isEmpty ? consumer.take(isClockDoubted ? 1 : max) : held
        guard let last = deliveries.last else {
            try processor.saveSentMarks()
            return false
        }
        held = deliveries
        try handle(deliveries, processor, &commit)
        if doom != nil { return true }
        held = []
        turns = [:]
        consumer.acknowledge(through: last)
        if processor.committed.timersRequested { timers.request() }
        return true
    }

    /// Whether the process has died already: what is done from here on is not done.
    private var isDead: Bool { doom?.hasCome ?? false }

    private func handle(_ deliveries: [Delivery], _ processor: BatchProcessor, _ commit: inout Commit) throws {
        if isNextDeadly { make(deadly: deliveries[deliveries.count / 2].properties.messageId) }
        var batch: [Incoming] = []
        for (place, delivery) in deliveries.enumerated() {
            let incoming = Incoming(delivery)
            guard suspects.contains(delivery) else {
                batch.append(incoming)
                continue
            }
            try take(turn: place, incoming, processor, &commit)
            if isDead { return }
        }
        if batch.isEmpty { return }
        if let deadly, batch.contains(where: { $0.messageId == deadly }) { plan(deathAfterChanges: 1, of: "inbox") }
        try processor.process(batch)
        if !isDead { try record(batch, processor.decisions, &commit) }
    }

    /// A message that came back after a crash; where the store fails, its turn goes on at the next try.
    private func take(turn place: Int, _ incoming: Incoming, _ processor: BatchProcessor, _ commit: inout Commit) throws {
        var turn = turns[place] ?? SuspectTurn(incoming)
        defer { turns[place] = turn }
        if turn.isOver { return }
        attempted = incoming.messageId
        let isDeadly = deadly != nil && incoming.messageId == deadly
        if isDeadly { plan(deathAfterChanges: 1, of: "inbox") }
        var decided: [Decision]?
        let result = Result { try turn.proceed(processor) { if !isDead { decided = $0 } } }
        // Said at once, also where the store has failed after it.
        if let decided { try record([incoming], decided, &commit) }
        try result.get()
        if isDead { return }
        // It was given up, and the process lives.
        if isDeadly {
            cancelDeath()
            make(deadly: nil)
        }
        attempted = nil
    }

    private func record(_ batch: [Incoming], _ all: [Decision], _ commit: inout Commit) throws {
        var decisions = all[...]
        for incoming in batch {
            guard let decision = decisions.popFirst() else {
                throw Broken("\(name) took no decision on \(incoming.messageId ?? "a message")")
            }
            commit.judged.append(Judged(incoming, decision.verdict))
            decisions.dropKeptCopy(of: decision)
        }
        for decision in decisions {
            guard decision.verdict == .parked(.inconsistent) else {
                throw Broken("\(name) decided something on \(decision.messageId ?? "?") that nobody asked for")
            }
            commit.judged.append(Judged(decision, isPutOff: true))
        }
    }

    /// Everything that a person wants replayed.
    private func replay(_ processor: BatchProcessor, _ commit: inout Commit) throws {
        var isMore = true
        attempted = "replay"
        while isMore, !isDead {
            isMore = try processor.replayParked(isSuspect: suspects.isArmed) { all in
                if isDead { return }
                var decisions = all[...]
                var isPutOff = false
                while let decision = decisions.popFirst() {
                    commit.judged.append(Judged(decision, isPutOff: isPutOff, isReplay: !isPutOff))
                    decisions.dropKeptCopy(of: decision)
                    isPutOff = true
                }
            }
        }
        if !isDead { attempted = nil }
    }

    private func fireTimers(_ processor: BatchProcessor, on today: BusinessDate?) throws {
        var failure: (any Error)?
        try processor.fireTimers(dated: today != nil) { failure = $1 }
        if let failure { throw failure }
        timers.fired(on: today, more: processor.committed.timersRequested)
    }

    /// Over the writer's connection, which is there anyway.
    func newEvents(_ store: ServiceStore) throws -> [PublishedEvent] {
        guard let processor, processor.committed.events > lastEvent else { return [] }
        return try store.pool.writeWithoutTransaction { db in
            let statement = try db.cachedStatement(
                sql: "SELECT position, routingKey, body FROM outbox WHERE position > ? ORDER BY position")
            return try Row.fetchAll(statement, arguments: [lastEvent]).map { row in
                lastEvent = row[0]
                return try PublishedEvent(Envelope(parsing: Array(row[2] as Data)), routingKey: row[1])
            }
        }
    }

    /// One turn of the relay, as `RelayTurn` takes it.
    func relay() throws {
        guard let store, let reader, let processor else { return }
        let (now, committed) = (machine.now.milliseconds, processor.committed)
        for (lane, end) in [(RelayLane.main, publisher), (.queues, queuePublisher)] {
            for settlement in end.takeSettlements() { window.settle(settlement, on: lane, at: now) }
            window.conclude(.init(end.refusal), end.refusal?.text ?? "", on: lane, at: now)
        }
        passedOver += window.mark(store).count
        if window.takeUnroutable() != nil, let zombie = publisher.lose() { broker.close(zombie.channel) }
        let queuesAreOpen = queuePublisher.isConnected
        guard isOpen, publisher.isConnected else { return }
        for (lane, end) in [(RelayLane.main, publisher), (.queues, queuePublisher)] where end.isConnected && window.mustProbe(lane, at: now)
        {
            end.enqueue(try window.takeProbe(lane, from: reader, at: now).outgoing(from: name))
        }
        while let batch = try window.takeEvents(from: reader, upTo: committed.events, at: now) {
            publisher.enqueue(batch.outgoing(from: name))
        }
        while let batches = try window.takeReplies(from: reader, upTo: committed.replies, queuesAreOpen: queuesAreOpen, at: now) {
            publisher.enqueue(batches.main.outgoing(from: name))
            queuePublisher.enqueue(batches.queues.outgoing(from: name))
        }
        if committed.sendAgainRequests != sendAgainRequests {
            sendAgainRequests = committed.sendAgainRequests
            window.want(try reader.wantedAgain(limit: 100))
        }
        if let batches = try window.takeAgain(from: reader, queuesAreOpen: queuesAreOpen, at: now) {
            publisher.enqueue(batches.main.outgoing(from: name))
            queuePublisher.enqueue(batches.queues.outgoing(from: name))
        }
        if let batch = try window.takeHeldResync(from: reader, at: now) {
            publisher.enqueue(batch.outgoing(from: name))
        }
        if window.events.handedOver >= committed.events {
            let batch = try resync.takeBatch(committed.resyncRequests, of: store, from: reader, in: &window, at: now)
            publisher.enqueue(batch.outgoing(from: name))
        }
        window.sweep()
        passedOver += window.mark(store).count
    }
}

extension RelayIsolation.Closing {
    init(_ refusal: InMemoryBroker.Refusal?) {
        self =
            switch refusal?.replyCode {
            case nil: .other
            case 403, 404: .forRights
            default: .byMessage
            }
    }
}

extension ArraySlice<Decision> {
    /// A report that was rejected is kept for a person as well, which is a decision of its own.
    fileprivate mutating func dropKeptCopy(of decision: Decision) {
        guard case .rejected = decision.verdict, let next = first, case .parked = next.verdict, next.messageId == decision.messageId else {
            return
        }
        removeFirst()
    }
}
