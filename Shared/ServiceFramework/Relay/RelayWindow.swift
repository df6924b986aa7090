import Contracts
import Messaging
import Primitives

/// The relay's connections. Replies to queues have one of their own, for there a reply's address can make the broker close it.
package enum RelayLane: Sendable, Hashable, CaseIterable {
    /// Events, and replies through the exchange.
    case main
    /// Replies to queues, by the default exchange.
    case queues
}

/// What the relay has on its way to the broker. Pure: settlements in, decisions out; moments are milliseconds of a clock that never goes back.
///
/// Streams of events, of replies, and of events that are sent once more, each in the order of its positions; and what was set aside and is
/// tried again. A destination that refuses is held (`RelayHolds`) while the others go on; after a closing that was not asked for, a lane goes
/// one by one (`RelayIsolation`) and the message at fault is passed over, with a note for the store.
package struct RelayWindow {
    struct Lane {
        private(set) var inFlight = 0
        /// What is in flight takes about so much in memory: with each that is settled the mean of all goes, for sizes are not remembered.
        private(set) var bytes = 0
        /// Lost with the connection that has just ended.
        var lost = 0
        var lastLost: RelayToken?
        var pausedUntil: Int64 = 0
        /// How often nothing at all has passed.
        var refusals = 0
        var isolation = RelayIsolation()

        mutating func handOver(_ size: Int) {
            inFlight += 1
            bytes += size
        }

        mutating func handOver(_ rows: [OutboxRow]) { for row in rows { handOver(row.body.count) } }

        mutating func settled() {
            bytes -= bytes / max(1, inFlight)
            inFlight -= 1
        }
    }

    package internal(set) var events: RelayStream
    package internal(set) var replies: RelayStream
    /// Of the resync that is under way; at rest otherwise.
    package internal(set) var resync = RelayStream(mark: 0)
    /// Set aside before, and to be tried again.
    var again: [Again] = []
    struct Again: Equatable {
        let kind: SetAsideKind
        let position: Int64
        /// Known once it was read.
        var destination: RelayDestination?
        var lane = RelayLane.main
        var isInFlight = false
    }

    package internal(set) var holds: RelayHolds
    var main = Lane()
    var queues = Lane()
    /// The position of an event that came back although somebody consumes it.
    private var unroutable: Int64?
    /// For the store, with the marks that they belong to.
    private(set) var notes: [SetAside.Note] = []
    /// Addresses for which the broker has closed a connection: nobody else is sent there.
    var deadAddresses: Set<String> = []
    /// The address of what is alone on the lane of queues.
    var loneAddress: String?
    private var random: SplitMix64

    /// Something may be sent that could not be at the last look.
    var mustScan = (events: false, replies: false, resync: false)
    var lastScan: (events: Int64, replies: Int64) = (.min / 2, .min / 2)

    private let consumed: Set<String>
    private var types: [String: (destination: RelayDestination, isConsumed: Bool)] = [:]
    private var typeNames = [""]

    /// - Parameters:
    ///   - events: the position up to which they have left; likewise `replies`.
    ///   - consumed: types of events that must not go out unrouted.
    ///   - seed: of the jitter of pauses.
    package init(events: Int64, replies: Int64, consumed: Set<String> = [], seed: UInt64 = 0) {
        self.events = RelayStream(mark: events)
        self.replies = RelayStream(mark: replies)
        self.consumed = consumed
        holds = RelayHolds(seed: seed)
        random = SplitMix64(seed: seed &+ 1)
    }

    package func inFlight(on lane: RelayLane) -> Int { self[lane].inFlight }
    package var inFlight: Int { main.inFlight + queues.inFlight }
    package func state(of lane: RelayLane) -> RelayIsolation.State { self[lane].isolation.state }

    subscript(lane: RelayLane) -> Lane {
        get { lane == .main ? main : queues }
        set { if lane == .main { main = newValue } else { queues = newValue } }
    }

    mutating func destination(ofType type: String) -> (destination: RelayDestination, isConsumed: Bool) {
        if let known = types[type] { return known }
        let new = (destination: RelayDestination(code: UInt16(typeNames.count & 0x7FFF)), isConsumed: consumed.contains(type))
        types[type] = new
        typeNames.append(type)
        return new
    }

    /// Types of events that are held for a cause, in the order of their names.
    package func types(heldFor cause: RelayHolds.Cause) -> [String] {
        holds.holds.filter { $0.value.cause == cause }.compactMap { name(of: $0.key) }.sorted()
    }

    /// The type of event; nil: it is one of replies.
    private func name(of destination: RelayDestination) -> String? {
        typeNames.indices.contains(Int(destination.code)) ? typeNames[Int(destination.code)] : nil
    }

    /// Whether the broker closes every channel on which this lane publishes.
    package func passesNothing(_ lane: RelayLane) -> Bool { self[lane].refusals > 0 }

    // MARK: What may go

    /// How many messages more a lane may be handed now.
    func room(_ lane: RelayLane, at now: Int64) -> Int {
        let state = self[lane]
        if now < state.pausedUntil || state.lost > 0 { return 0 }
        switch state.isolation.state {
        case .open:
            if lane == .main, !holds.isEmpty, holds.dueAlone(at: now) != nil { return state.inFlight == 0 ? 1 : 0 }
            return state.bytes >= Limits.relayBytes ? 0 : max(0, Limits.relayWindow - state.inFlight)
        case .oneByOne: return state.inFlight == 0 ? 1 : 0
        case .probing: return 0
        }
    }

    /// Whether a lane must first show that the broker takes something.
    package func mustProbe(_ lane: RelayLane, at now: Int64) -> Bool {
        guard case .probing = self[lane].isolation.state else { return false }
        return self[lane].inFlight == 0 && self[lane].lost == 0 && now >= self[lane].pausedUntil
    }

    /// When there is something to do at the latest, if nothing happens.
    package func nextDue(after now: Int64) -> Int64? {
        var due = [holds.nextEnd(after: now)] + [main, queues].map { $0.pausedUntil > now ? $0.pausedUntil : nil }
        if mustScan.events, events.holes.count > Self.manyHoles { due.append(lastScan.events + Self.scanPeriod) }
        if mustScan.replies, replies.holes.count > Self.manyHoles { due.append(lastScan.replies + Self.scanPeriod) }
        return due.compactMap { $0 }.min()
    }

    /// Holes beyond so many are not looked through in every turn.
    static let manyHoles = 1000
    static let scanPeriod: Int64 = 20

    /// The lane of queues has a connection, so what waited for it may go.
    package mutating func opened() { mustScan.replies = true }

    // MARK: What becomes of it

    package enum Result {
        case confirmed, notRouted, failed
    }

    /// What became of a message that was handed over.
    package mutating func settle(_ token: RelayToken, _ outcome: Outcome, on lane: RelayLane, at now: Int64) -> Result {
        if lane == .main { main.settled() } else { queues.settled() }
        if outcome == .lost {
            self[lane].lost += 1
            self[lane].lastLost = token
        }
        let result = settle(token, outcome, lane, now)
        // The channel lives, whatever it said.
        if outcome != .lost, !self[lane].isolation.isOpen {
            self[lane].refusals = 0
            let verdict = self[lane].isolation.passed()
            apply(verdict, "the broker closes the channel at it", lane, now)
        }
        return result
    }

    package enum Outcome: Equatable {
        case confirmed, returned, nacked, lost
        case invalid(String)
    }

    private mutating func settle(_ token: RelayToken, _ outcome: Outcome, _ lane: RelayLane, _ now: Int64) -> Result {
        let destination = token.destination
        if !holds.isEmpty {
            switch outcome {
            case .confirmed: holds.passed(destination, at: now)
            case .lost, .invalid: holds.lost(destination)
            case .returned: if !mustArrive(token) { holds.passed(destination, at: now) }
            case .nacked: break
            }
            mustScan = (true, true, true)
        }
        switch outcome {
        case .confirmed:
            left(token, now)
            return .confirmed
        case .returned where !mustArrive(token):
            left(token, now)
            return .notRouted
        case .returned:
            failed(token, lane)
            if holds.refused(destination, .unroutable, at: now) { unroutable = token.position }
            return .notRouted
        case .nacked:
            failed(token, lane)
            _ = holds.refused(destination, .full, at: now)
            return .failed
        case .lost:
            failed(token, lane)
            return .failed
        case .invalid(let reason):
            failed(token, lane)
            giveUp(token, "it cannot be published: \(reason)", now)
            return .failed
        }
    }

    private func mustArrive(_ token: RelayToken) -> Bool {
        switch token.kind {
        case .event(let isConsumed): isConsumed
        // Its consumer is named by whoever asked for it.
        case .resync: true
        case .again(.event): name(of: token.destination).map(consumed.contains) ?? false
        // A reply that came back has nobody waiting for it: that is final.
        case .reply, .again(.reply), .probe: false
        }
    }

    private mutating func left(_ token: RelayToken, _ now: Int64) {
        switch token.kind {
        case .event:
            events.left(token.position)
            if !replies.holes.isEmpty { mustScan.replies = true }
        case .reply: replies.left(token.position)
        case .resync: resync.left(token.position)
        case .again(let kind):
            again.removeAll { $0.kind == kind && $0.position == token.position }
            note(kind, token.position, nil)
        case .probe: break
        }
    }

    private mutating func failed(_ token: RelayToken, _ lane: RelayLane) {
        switch token.kind {
        case .event: events.failed(token.position, token.destination, lane)
        case .reply: replies.failed(token.position, token.destination, lane)
        case .resync: resync.failed(token.position, token.destination, lane)
        case .again(let kind):
            if let place = again.firstIndex(where: { $0.kind == kind && $0.position == token.position }) { again[place].isInFlight = false }
        case .probe: break
        }
        mustScan = (true, true, true)
    }

    /// A connection has ended, and everything that was on it is accounted for.
    /// - Parameter reason: how it ended, for a person.
    package mutating func conclude(_ closing: RelayIsolation.Closing, _ reason: String, on lane: RelayLane, at now: Int64) {
        guard self[lane].lost > 0, self[lane].inFlight == 0, let last = self[lane].lastLost else { return }
        let verdict = self[lane].isolation.closed(closing, lost: self[lane].lost, last: last)
        (self[lane].lost, self[lane].lastLost) = (0, nil)
        self[lane].pausedUntil = now + Self.pauseAfterLoss
        if closing == .byMessage, case .probing = self[lane].isolation.state { lastReason = reason }
        apply(verdict, reason, lane, now)
    }

    /// Whether a connection's end is to be concluded.
    package func mustConclude(_ lane: RelayLane) -> Bool { self[lane].lost > 0 && self[lane].inFlight == 0 }

    /// What is lost is not sent again in a busy loop.
    private static let pauseAfterLoss: Int64 = 50
    private var lastReason = ""

    private mutating func apply(_ verdict: RelayIsolation.Verdict, _ reason: String, _ lane: RelayLane, _ now: Int64) {
        switch verdict {
        case .none: break
        case .atFault(let token):
            if lane == .queues, token.isReply, let loneAddress, deadAddresses.count < 1000 { deadAddresses.insert(loneAddress) }
            giveUp(token, "the broker closes the channel at it alone: \(lastReason)", now)
        case .forbidden(let token): _ = holds.refused(token.destination, .forbidden, at: now)
        case .nothingPasses:
            self[lane].pausedUntil = now + RelayPause.length(first: 200, self[lane].refusals, random: random.next())
            self[lane].refusals += 1
        }
    }

    /// The connection itself has shown that the broker is well: there is nothing to probe with.
    package mutating func passWithoutProbe(_ lane: RelayLane, at now: Int64) {
        apply(self[lane].isolation.passed(), "", lane, now)
    }

    /// Passes over a message for good, unless a person wants it sent.
    mutating func giveUp(_ token: RelayToken, _ reason: String, _ now: Int64) {
        switch token.kind {
        case .event:
            events.giveUp(token.position)
            note(.event, token.position, reason)
            if !replies.holes.isEmpty { mustScan.replies = true }
        case .reply:
            replies.giveUp(token.position)
            note(.reply, token.position, reason)
        case .resync:
            resync.giveUp(token.position)
            note(.event, token.position, reason)
        case .again(let kind):
            again.removeAll { $0.kind == kind && $0.position == token.position }
            note(kind, token.position, reason)
        case .probe: break
        }
    }

    mutating func note(_ kind: SetAsideKind, _ position: Int64, _ reason: String?) {
        notes.append(SetAside.Note(kind, position, reason: reason))
    }

    package mutating func takeNotes() -> [SetAside.Note] {
        defer { notes = [] }
        return notes
    }

    /// The position of an event for which the topology is to be asserted again.
    package mutating func takeUnroutable() -> Int64? {
        defer { unroutable = nil }
        return unroutable
    }

    /// Begins a resync behind a position; only when the one before has settled.
    mutating func begin(resyncAfter position: Int64) {
        precondition(resync.inFlight == 0 && resync.holes.isEmpty, "a resync begins while messages of another are to be sent")
        resync = RelayStream(mark: position)
    }
}
