import Contracts
import GRDB
public import Messaging
import Primitives
public import Storage
import Synchronization

/// The writer's work: judges a batch of messages in one transaction, with inbox, handlers, outbox and replies, and commits it.
///
/// A batch runs without savepoints, for they cost 2–3 µs a message. If a message is at fault after it has written something, everything is
/// rolled back and the batch is done again with a savepoint around each message, so that only the faulty one is undone.
/// One owner at a time: the writer's thread.
public final class BatchProcessor {
    let store: ServiceStore
    let entries: [String: HandlerEntry]
    let connection: Connection
    let tx: Transaction
    let positions: CurrentPositions
    let outbox: Outbox
    let inbox: Inbox
    let replies: Replies
    let parkingLot: ParkingLot
    private let numbers: RememberedNumbers
    let heard = HeardSequences()
    /// What was decided since the start, by type and outcome.
    public private(set) var tally: Tally
    var pendingTally: Tally
    /// Decisions of the last transaction, for the log: rejected, unanswered and parked, the others where they are asked for.
    public private(set) var decisions: [Decision] = []
    var pendingDecisions: [Decision] = []
    /// The message whose attempt is counted and not over; still that after a transaction that the store refused.
    var openAttempt: Digest?
    /// Whether `decisions` holds what was accepted and repeated too.
    public var keepsRoutine = false
    /// How long the last COMMIT took.
    public private(set) var commitDuration = Duration.zero
    /// Where the message that is being replayed is parked; nil for one that was delivered.
    private(set) var replayed: Int64?
    var isReplaying: Bool { replayed != nil }
    /// What was decided on it.
    var replayVerdict: Decision.Verdict?

    private static let begin = SQL("BEGIN IMMEDIATE")
    private static let commit = SQL("COMMIT")
    private static let rollback = SQL("ROLLBACK")
    private static let saveProgress = SQL(
        "UPDATE progress SET eventsSent = ?, repliesSent = ?, businessInstant = ? WHERE id = 1")
    private static let presume = SQL("INSERT INTO meta VALUES ('\(StoreMeta.Key.presumed)', '1') ON CONFLICT DO NOTHING")
    private static let knowTime = SQL("DELETE FROM meta WHERE key = '\(StoreMeta.Key.presumed)'")

    private static let saveResync = SQL("UPDATE resync SET sent = max(sent, ?) WHERE number = ?")

    /// Where the store stands after a commit.
    public struct Committed: Sendable {
        /// Position of the last event in the outbox.
        public var events: Int64
        /// Position of the last reply.
        public var replies: Int64
        /// Timers have more to do, or a handler asks for them.
        public var timersRequested: Bool
        /// A person wants parked messages tried again.
        public var replayRequested: Bool
        /// How many backups were asked for since the start.
        public var backupRequests: Int
        /// The same of resyncs.
        public var resyncRequests: Int
        /// The same of messages that were set aside and are to be sent again.
        public var sendAgainRequests: Int
    }

    public init(_ store: ServiceStore, repliesToQueues: Bool = true) throws(StoreOpenError) {
        self.store = store
        let handled = store.definition.handles + CommonCommands.entries(of: store.definition.name)
        let known = handled.enumerated().map { place, entry in entry.placed(place) }
        entries = Dictionary(uniqueKeysWithValues: known.map { ($0.name.type, $0) })
        tally = Tally(known)
        pendingTally = tally
        let parkingLot = ParkingLot(store.file.surroundings)
        let found: Found
        do {
            found = try store.pool.writeWithoutTransaction { db in try Found(db, store.pool.path, parkingLot) }
        } catch {
            throw StoreOpenError(error, path: store.pool.path)
        }
        let service = store.definition.name
        (self.parkingLot, connection, isPresumedSaved) = (parkingLot, found.connection, found.isPresumed)
        positions = CurrentPositions(found.positions)
        numbers = RememberedNumbers()
        let sources = SourceTable(numbers)
        outbox = Outbox(
            service: service, source: store.source, lifeStart: store.lifeStart, positions: positions, store.file.surroundings)
        inbox = Inbox(sources: sources, positions: positions)
        replies = Replies(service: service, outbox: outbox, positions: positions, queuesAllowed: repliesToQueues)
        tx = Transaction(
            connection: connection, topology: store.topology, positions: positions, outbox: outbox, numbers: numbers, sources: sources,
            parkingLot: parkingLot)
        if found.hasReplays { tx.requestReplay() }
    }

    /// What the store holds when work on it begins.
    private struct Found {
        let connection: Connection
        let positions: Positions
        /// A wish to replay has been left undone.
        let hasReplays: Bool
        /// Its time is only presumed.
        let isPresumed: Bool

        init(_ db: Database, _ path: String, _ parkingLot: ParkingLot) throws {
            guard let handle = db.sqliteConnection else { throw StoreOpenError.failed(path: path, reason: "no connection") }
            func last(_ table: String) throws -> Int64 {
                try Int64.fetchOne(db, sql: "SELECT coalesce(max(position), 0) FROM \(table)") ?? 0
            }
            connection = Connection(handle)
            positions = Positions(events: try last("outbox"), messages: try last("inbox"), replies: try last("reply"))
            hasReplays = try parkingLot.hasReplays(in: connection)
            isPresumed = try StoreMeta.value(StoreMeta.Key.presumed, db) != nil
        }
    }

    public var committed: Committed {
        Committed(
            events: positions.now.events, replies: positions.now.replies, timersRequested: tx.timersRequested,
            replayRequested: tx.replayRequested,
            backupRequests: tx.backupRequests, resyncRequests: tx.resyncRequests, sendAgainRequests: tx.sendAgainRequests)
    }

    /// Handles and commits a batch, in order. When this returns, everything is durable and every delivery may be acknowledged; when it throws,
    /// the store has failed, nothing was changed, and the same batch may be tried again.
    @discardableResult
    public func process(_ batch: [Incoming]) throws -> Committed {
        try transaction(redoingGuarded: true) { isGuarded in
            for incoming in batch {
                try judge(incoming, isGuarded: isGuarded)
                CrashPoint.writerJudged.pass()
            }
        }
    }

    /// Fires every timer once and commits. A timer that throws is undone alone; its error is handed to `report`.
    /// - Parameter dated: whether dated things may happen; if not, only timers fire that wait for no date.
    @discardableResult
    public func fireTimers(dated: Bool = true, report: (any Timer, any Error) -> Void) throws -> Committed {
        tx.timersRequested = false
        for timer in store.definition.timers + [Retention()] where dated || !timer.isDated {
            var more = false
            CrashPoint.timerDue.pass()
            do {
                try transaction(redoingGuarded: false) { _ in
                    tx.cause = .clock(tx.today, traceparent: outbox.traces.start())
                    more = try timer.fire(in: tx)
                    CrashPoint.timerFired.pass()
                }
                CrashPoint.timerCommitted.pass()
                tally.countTimer(timer.name, failed: false)
            } catch let error where Self.isFaultOfMessage(error) {
                tally.countTimer(timer.name, failed: true)
                report(timer, error)
            }
            if more { tx.requestTimers() }
        }
        return committed
    }

    /// Handles again the first message that a person wants replayed; does nothing if there is nothing. Answers whether there was.
    ///
    /// - Parameters:
    ///   - isSuspect: whether one of them may have killed the last process. Then attempts are counted, as for redelivered messages.
    ///   - decided: gets what was decided on it.
    public func replayParked(isSuspect: Bool = false, decided: ([Decision]) -> Void = { _ in }) throws -> Bool {
        defer { replayed = nil }
        let suspect = isSuspect ? try nextToReplay() : nil
        // Begun anew, an attempt that the store interrupted would count once more each time.
        let isBegun = suspect != nil && openAttempt != nil && openAttempt == suspect.map { Digest(of: $0) }
        if isSuspect, openAttempt != nil, !isBegun { try probe() }
        let mayBeTried = try suspect.map { try isBegun || beginAttempt($0) } ?? true
        let found: Bool
        do {
            found = mayBeTried ? try replayNext() : true
        } catch {
            // As in a `SuspectTurn`.
            if suspect != nil { try? probe() }
            throw error
        }
        // Before the attempt is taken back, which is a transaction of its own that decides nothing.
        decided(decisions)
        if let suspect, mayBeTried { try endAttempt(suspect) }
        return found
    }

    private func nextToReplay() throws -> Incoming? {
        let next = try store.pool.writeWithoutTransaction { _ in try parkingLot.nextToReplay(in: connection) }
        replayed = next?.position
        return next?.incoming
    }

    private func replayNext() throws -> Bool {
        var found = false
        try transaction(redoingGuarded: true) { isGuarded in
            guard let next = try parkingLot.nextToReplay(in: connection) else { return }
            found = true
            replayed = next.position
            replayVerdict = nil
            var incoming = next.incoming
            if incoming.channel == .dead, let envelope = try? Envelope(parsing: incoming.body), let entry = entries[envelope.type] {
                incoming = incoming.rerouted(to: entry.channel, routingKey: entry.name.routingKey)
            }
            try judge(incoming, isGuarded: isGuarded)
            CrashPoint.replayJudged.pass()
            try parkingLot.finishReplay(of: next.position, replayVerdict, in: connection)
        }
        tx.replayRequested = found
        if found { CrashPoint.replayCommitted.pass() }
        return found
    }

    func transactionAlone(_ body: () throws -> Void) throws { try transaction(redoingGuarded: false) { _ in try body() } }

    /// Writes how far the relay has got, when no batch has come to carry it; and the time, where only this process counts it.
    public func saveSentMarks() throws {
        if savedMarks == store.sent.withLock({ $0 }), !mustSaveTime { return }
        try transaction(redoingGuarded: false) { _ in }
    }
    private var savedMarks = SentMarks(events: -1, replies: -1)

    /// While the system's clock is of no use, what was counted since the last commit is all there is, and a crash would lose it.
    private var mustSaveTime: Bool {
        let moment = store.clock.moment
        switch moment.verdict {
        case .believed, .given: return moment.isPresumed != isPresumedSaved
        case .behind, .ahead, .unknown, .storeAhead: return moment.now.milliseconds(since: tx.now) >= Self.timeAtRisk
        }
    }
    /// In milliseconds.
    private static let timeAtRisk: Int64 = 60_000
    /// Whether the store says that its time is only presumed.
    private var isPresumedSaved: Bool

    @discardableResult
    private func transaction(redoingGuarded redo: Bool, _ body: (_ isGuarded: Bool) throws -> Void) throws -> Committed {
        try store.pool.writeWithoutTransaction { _ in
            do {
                try attempt(isGuarded: false, body)
            } catch let error where redo && (error is NeedsSavepoints || Self.isFaultOfMessage(error)) {
                try attempt(isGuarded: true, body)
            }
            return committed
        }
    }

    private func attempt(isGuarded: Bool, _ body: (_ isGuarded: Bool) throws -> Void) throws {
        positions.now.parkedPutOff = []
        let before = positions.now
        pendingTally = tally.emptied
        pendingDecisions.removeAll(keepingCapacity: true)
        outbox.time = store.file.surroundings.now()
        let moment = store.clock.moment
        // Business time never goes back, whatever the system's clock does.
        tx.now = max(tx.now, moment.now)
        (tx.moment, tx.acceptedClock) = (moment, nil)
        outbox.stamp = store.clock.isManual ? outbox.time : moment.stamp
        parkingLot.stamp = outbox.stamp
        try connection.execute(Self.begin)
        do {
            CrashPoint.writerBegun.pass()
            try body(isGuarded)
            try heard.save(in: connection)
            var marks = store.sent.withLock { $0 }
            let isPresumed = moment.isPresumed && tx.acceptedClock == nil
            try connection.execute(Self.saveProgress, marks.events, marks.replies, max(tx.now, tx.acceptedClock ?? tx.now))
            if isPresumed != isPresumedSaved { try connection.execute(isPresumed ? Self.presume : Self.knowTime) }
            for (number, sent) in marks.resyncs where savedMarks.resyncs[number] != sent {
                try connection.execute(Self.saveResync, sent, number)
            }
            // With the marks that pass over it, or it would be lost.
            if !marks.setAside.isEmpty { try SetAside.write(marks.setAside, at: outbox.time, to: connection) }
            CrashPoint.writerCommitting.pass()
            try store.file.watch.check()
            let started = ContinuousClock.now
            try connection.execute(Self.commit)
            CrashPoint.writerCommitted.pass()
            commitDuration = started.duration(to: .now)
            if !marks.setAside.isEmpty {
                store.sent.withLock { $0.setAside.removeFirst(marks.setAside.count) }
                marks.setAside = []
            }
            savedMarks = marks
            isPresumedSaved = isPresumed
        } catch {
            _ = try? connection.execute(Self.rollback)
            positions.now = before
            numbers.forget()
            heard.forget()
            throw error
        }
        if let accepted = tx.acceptedClock { store.clock.accept(accepted) }
        for decision in positions.now.parkedPutOff { noteParked(decision) }
        pendingTally.refusedReplies = positions.now.refusedReplies - before.refusedReplies
        tally.add(pendingTally)
        swap(&decisions, &pendingDecisions)
    }

    func noteParked(_ decision: Decision) {
        if case .parked(let reason) = decision.verdict { pendingTally.countParked(reason) }
        pendingDecisions.append(decision)
    }

    /// Whether an error is the doing of the message that was being handled; otherwise the store has failed.
    static func isFaultOfMessage(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError: error.isFaultOfMessage
        case is StoreChanged: false
        case let error as DatabaseError: StoreError(code: error.extendedResultCode.rawValue, message: "", statement: "").isFaultOfMessage
        default: true
        }
    }

    private static let savepoint = SQL("SAVEPOINT message")
    private static let undo = SQL("ROLLBACK TO message")
    private static let release = SQL("RELEASE message")

    /// Runs a handler so that it leaves nothing behind unless its outcome stands.
    func run(_ decoded: HandlerEntry.Decoded, isGuarded: Bool) throws -> Outcome {
        guard isGuarded else {
            let changes = connection.totalChanges
            let outcome = try Self.catchingRefusals { try decoded.handle(tx) }
            if !outcome.stands, connection.totalChanges != changes { throw NeedsSavepoints() }
            return outcome
        }
        let before = positions.now
        try connection.execute(Self.savepoint)
        var outcome: Outcome
        do {
            outcome = try Self.catchingRefusals { try decoded.handle(tx) }
        } catch let error where Self.isFaultOfMessage(error) {
            outcome = .park(.poison, "the handler failed: \(StoreError.reason(error))")
        }
        if !outcome.stands {
            try connection.execute(Self.undo)
            positions.now = before
            numbers.forget()
        }
        try connection.execute(Self.release)
        return outcome
    }

    /// A thrown `Rejection` is a rejection; money that overflows, and an event that no consumer would take, make the data invalid.
    private static func catchingRefusals(_ body: () throws -> Outcome) throws -> Outcome {
        do {
            return try body()
        } catch let rejection as Rejection {
            return .rejected(rejection)
        } catch let overflow as MoneyOverflow {
            return .rejected(Rejection(.invalid, overflow.description))
        } catch let oversize as OversizeEvent {
            return .rejected(Rejection(.invalid, oversize.description))
        }
    }
}

/// A message wrote something and then turned out to be no good: the batch must be done again, guarded.
private struct NeedsSavepoints: Error {}

extension Outcome {
    /// Whether what the handler wrote stays.
    fileprivate var stands: Bool {
        switch self {
        case .done, .answered, .duplicate: true
        case .rejected, .park: false
        }
    }
}
