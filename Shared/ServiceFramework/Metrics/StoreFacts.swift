import Contracts
import Foundation
import GRDB
import Messaging
public import Primitives
import Synchronization

/// What the metrics say of the store, read in one snapshot.
public struct StoreFacts: Sendable {
    public let lastSequence: Int64
    public let sentSequence: Int64
    /// Events not yet confirmed, those of an earlier life included.
    public let outboxPending: Int64
    /// Age of the oldest event not yet confirmed; zero if there is none.
    public let outboxAge: Duration
    public let parked: Int64
    /// Messages that the broker takes no way, by kind.
    public let setAside: (events: Int64, replies: Int64)
    public let waiting: Int64
    public let measures: [(metric: Metric, samples: [MeasureReader.Sample])]
}

extension ServiceStore {
    /// Blocks while SQLite reads.
    public func facts(_ reader: MeasureReader, now: Instant = .systemNow) throws -> StoreFacts {
        // Taken first: the snapshot then holds at least what these say has left.
        let sent = sent.withLock { $0 }
        let beyond = Int64(eventsSentBeyond.load(ordering: .relaxed))
        return try pool.read { db in
            let last = try Int64.fetchOne(db, sql: "SELECT coalesce(max(position), 0) FROM outbox") ?? 0
            let oldest = try Data.fetchOne(db, sql: "SELECT body FROM outbox WHERE position = ?", arguments: [sent.events + 1])
            let since = oldest.flatMap { try? Envelope(parsing: Array($0)) }?.sentAt
            return StoreFacts(
                lastSequence: last - lifeStart, sentSequence: max(0, sent.events - lifeStart),
                outboxPending: max(0, last - sent.events - beyond),
                outboxAge: .milliseconds(since.map { max(0, now.milliseconds - $0.milliseconds) } ?? 0),
                parked: try Int64.fetchOne(db, sql: "SELECT count(*) FROM parked WHERE state = 'parked'") ?? 0,
                setAside: (try SetAsideReads.count(db, .event), try SetAsideReads.count(db, .reply)),
                waiting: try definition.waiting.flatMap { try Int64.fetchOne(db, sql: $0) } ?? 0,
                measures: try reader.read(db))
        }
    }
}
