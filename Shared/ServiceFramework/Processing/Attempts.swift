import GRDB
public import Messaging
import Storage

/// Counts deliveries of messages that came back after the process had died, so that one that kills it cannot do so for ever.
extension BatchProcessor {
    private static let add = SQL("INSERT INTO attempt VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count")
    private static let remove = SQL("DELETE FROM attempt WHERE digest = ?")

    /// Commits one more attempt before it is made; answers whether the message may be tried. If not, it has been parked.
    public func beginAttempt(_ incoming: Incoming) throws -> Bool {
        let digest = Digest(of: incoming)
        var count: Int64 = 0
        try transactionAlone { count = try connection.first(Self.add, digest) { $0.int(0) } ?? 1 }
        CrashPoint.attemptCounted.pass()
        openAttempt = count <= Limits.attempts ? digest : nil
        if openAttempt != nil { return true }
        try transactionAlone {
            let arrival = Arrival(refused: incoming, digest)
            pendingTally.countParked(arrival.envelope.flatMap { entries[$0.type] }, incoming.channel)
            let error = "the process died \(Limits.attempts) times while it was being handled"
            try refuse(arrival, .poison, error)
            try connection.execute(Self.remove, digest)
        }
        return false
    }

    /// The message was handled, and the process lives.
    public func endAttempt(_ incoming: Incoming) throws {
        CrashPoint.attemptEnding.pass()
        try transactionAlone { try connection.execute(Self.remove, Digest(of: incoming)) }
        openAttempt = nil
    }

    /// A transaction of next to nothing, to see whether the store takes anything. With it goes the attempt that the store interrupted: the process
    /// has not died of it.
    public func probe() throws {
        try transactionAlone { if let openAttempt { try connection.execute(Self.remove, openAttempt) } }
        openAttempt = nil
    }
}
