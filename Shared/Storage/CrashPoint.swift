import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A named place at which a service can be made to end itself by SIGKILL, to try what its death there leaves behind (Tests/Chaos).
///
/// Off unless `MART_CRASH_AT=<point>[:<n>]` is in the environment: then the process dies when it gets there for the n-th time.
/// `MART_CRASH_AT=message:<id>` makes one message deadly, each time it is handled. Where it is off, passing costs one comparison.
public enum CrashPoint: String, Sendable, CaseIterable {
    case migrationBegun = "migration.begun"
    /// Within the transaction of a migration.
    case migrationStep = "migration.step"
    case migrationDone = "migration.done"
    case topologyAsserted = "topology.asserted"
    case consumerConnected = "consumer.connected"
    /// Deliveries are taken, nothing is done with them.
    case consumerTaken = "consumer.taken"
    /// Committed, not acknowledged.
    case consumerUnacknowledged = "consumer.unacknowledged"
    /// The acknowledgement is asked for, and perhaps not sent.
    case consumerAcknowledged = "consumer.acknowledged"
    case writerBegun = "writer.begun"
    /// One message of a batch is judged.
    case writerJudged = "writer.judged"
    case writerCommitting = "writer.committing"
    case writerCommitted = "writer.committed"
    /// The attempt at a message that may have killed the last process is counted.
    case attemptCounted = "attempt.counted"
    case attemptEnding = "attempt.ending"
    case relayRead = "relay.read"
    case relayPublished = "relay.published"
    case relayReplied = "relay.replied"
    /// The broker has answered, and nothing knows it yet.
    case relayConfirmed = "relay.confirmed"
    case relayMarked = "relay.marked"
    case timerDue = "timer.due"
    /// Within the transaction of a timer.
    case timerFired = "timer.fired"
    case timerCommitted = "timer.committed"
    case parkInserted = "park.inserted"
    /// The wish to replay is committed, nothing is replayed.
    case replayRequested = "replay.requested"
    case replayJudged = "replay.judged"
    case replayCommitted = "replay.committed"
    /// The wish for a backup is committed, nothing is copied.
    case backupWanted = "backup.wanted"
    /// The copy is whole, under its temporary name.
    case backupCopied = "backup.copied"
    /// The copy has its name, its manifest has not.
    case backupNamed = "backup.named"
    /// The backup is whole; nothing is written down of it.
    case backupTaken = "backup.taken"
    /// In `martctl restore`: the copy is whole, the old store still in its place.
    case restoreReady = "restore.ready"
    /// In `martctl restore`: the old store is aside, nothing in its place.
    case restoreAside = "restore.aside"
    case stopDrained = "stop.drained"
    case stopClosed = "stop.closed"

    /// Dies here if so told.
    @inline(__always)
    public func pass() {
        if let armed = Self.armed { armed.pass(self) }
    }

    /// Dies if this message was made deadly.
    @inline(__always)
    package static func handling(_ messageId: String) {
        if let armed = Self.armed, armed.messageId == messageId { die() }
    }

    private static let armed = Armed(getenv(variable).map { String(cString: $0) })

    private static let variable = "MART_CRASH_AT"

    /// What is wrong with the environment's wish, in one sentence.
    public static var fault: String? {
        guard let wish = getenv(variable).map({ String(cString: $0) }), !wish.isEmpty, armed == nil else { return nil }
        return "\(variable): \(wish) is neither message:<id> nor <point>[:<n>] of \(allCases.map(\.rawValue).joined(separator: ", "))"
    }

    private static func die() -> Never {
        kill(getpid(), SIGKILL)
        // The signal may hit another thread first; this one goes no further.
        while true { pause() }
    }

    private final class Armed: Sendable {
        let point: CrashPoint?
        let messageId: String?
        private let left: Atomic<Int>

        init?(_ wish: String?) {
            let parts = (wish ?? "").split(separator: ":", maxSplits: 1).map(String.init)
            let isMessage = parts.count == 2 && parts[0] == "message"
            messageId = isMessage ? parts[1] : nil
            point = parts.first.flatMap(CrashPoint.init)
            let count = parts.count == 2 ? Int(parts[1]) ?? 0 : 1
            left = Atomic(count)
            if !isMessage, point == nil || count < 1 { return nil }
        }

        func pass(_ point: CrashPoint) {
            if point == self.point, left.subtract(1, ordering: .relaxed).newValue == 0 { die() }
        }
    }
}
