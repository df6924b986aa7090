import Contracts
import GRDB
import Messaging

/// A range of the outbox that is to be sent once more.
public struct ResyncJob: Sendable, Equatable {
    public let number: Int64
    public let consumer: String
    /// Types that the consumer takes.
    public let types: Set<String>
    /// Position up to which it was sent before.
    public let sent: Int64
    /// The last position of the range.
    public let endsAt: Int64
}

extension OutboxReader {
    /// The first unfinished job after the one of that number.
    public func nextResync(after number: Int64) throws -> ResyncJob? {
        try database.unsafeRead { db in
            let statement = try db.cachedStatement(
                sql: "SELECT number, consumer, sent, endsAt FROM resync WHERE sent < endsAt AND number > ? ORDER BY number LIMIT 1")
            guard let row = try Row.fetchOne(statement, arguments: [number]) else { return nil }
            let consumer: String = row["consumer"]
            return ResyncJob(
                number: row["number"], consumer: consumer, types: Set(topology.consumed(by: consumer).map(\.type)), sent: row["sent"],
                endsAt: row["endsAt"])
        }
    }

    /// Positions that one read of a resync looks at, whether they are of the consumer's types or not.
    static let resyncStride: Int64 = 5000

    /// The next events of a job after a position, at most `limit`; and the position up to which there are no others.
    public func events(of job: ResyncJob, after position: Int64, limit: Int) throws -> (rows: [OutboxRow], through: Int64) {
        let end = min(job.endsAt, position + Self.resyncStride)
        let rows = try events(after: position, limit: limit, through: end, types: job.types)
        // Stopped by the limit or by the bytes at once, there may be more before the end.
        return (rows, rows.isEmpty ? end : rows.last?.position ?? end)
    }
}
