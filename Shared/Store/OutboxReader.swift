import GRDB
import GRDBSQLite
import Messaging

/// An event or reply that waits to be sent.
public struct OutboxRow: Sendable {
    public var position: Int64
    public var exchange: String
    public var routingKey: String
    public var messageId: String
    public var type: String
    public var correlationId: String
    public var traceparent: String?
    public var tracestate: String?
    public var body: [UInt8]
}

/// Reads what the relay has to send. One statement is a snapshot by itself, so none has a transaction around it, which would be three more statements;
/// and none is open while the relay talks to the broker.
extension ServiceStore {
    /// Events after a position, in the order of their sequence; at most `limit`, and no more than some megabytes at once.
    public func events(after position: Int64, limit: Int) throws -> [OutboxRow] {
        try pool.unsafeRead { db in
            let statement = try db.cachedStatement(
                sql:
                    "SELECT position, routingKey, messageId, type, correlationId, traceparent, body, tracestate FROM outbox WHERE position > ? ORDER BY position LIMIT ?"
            )
            return try Self.rows(statement, position, limit, read: Self.event)
        }
    }

    /// Events of some types after a position and up to another, as they were sent; those whose bodies were let go of are left out.
    func events(after position: Int64, limit: Int, through end: Int64, types: Set<String>) throws -> [OutboxRow] {
        // Names of the contract, the same few lists each time: part of the statement, so that it is prepared once.
        let names = types.sorted().map { "'\($0)'" }.joined(separator: ", ")
        return try pool.unsafeRead { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT position, routingKey, messageId, type, correlationId, traceparent, body, tracestate FROM outbox
                    WHERE position > ?1 AND position <= ?3 AND body IS NOT NULL AND type IN (\(names)) ORDER BY position LIMIT ?2
                    """)
            sqlite3_bind_int64(statement.sqliteStatement, 3, end)
            return try Self.rows(statement, position, limit, read: Self.event)
        }
    }

    private static func event(_ row: StatementRow, _ before: [OutboxRow]) -> OutboxRow {
        let last = before.indices.last
        return OutboxRow(
            position: row.int(0), exchange: Topology.events, routingKey: row.text(1, likely: last.map { before[$0].routingKey }),
            messageId: row.text(2), type: row.text(3, likely: last.map { before[$0].type }), correlationId: row.text(4),
            traceparent: row.textOrNil(5), tracestate: row.textOrNil(7), body: row.blob(6))
    }

    /// Replies after a position whose events are confirmed up to `confirmedEvents`; those that nobody asked for have an empty routing key.
    public func replies(after position: Int64, confirmedEvents: Int64, limit: Int) throws -> [OutboxRow] {
        try pool.unsafeRead { db in
            let statement = try db.cachedStatement(
                sql:
                    "SELECT position, exchange, routingKey, messageId, correlationId, body, afterEvent, traceparent, tracestate FROM reply WHERE position > ? ORDER BY position LIMIT ?"
            )
            var blocked = false
            return try Self.rows(statement, position, limit) { row, _ in
                blocked = blocked || row.int(6) > confirmedEvents
                if blocked { return nil }
                return OutboxRow(
                    position: row.int(0), exchange: row.text(1), routingKey: row.text(2), messageId: row.text(3), type: "",
                    correlationId: row.text(4), traceparent: row.textOrNil(7), tracestate: row.textOrNil(8), body: row.blob(5))
            }
        }
    }

    private static let bytesAtOnce = 4 << 20

    private static func rows(
        _ statement: Statement, _ position: Int64, _ limit: Int, read: (StatementRow, _ before: [OutboxRow]) -> OutboxRow?
    ) throws
        -> [OutboxRow]
    {
        let handle = statement.sqliteStatement
        sqlite3_reset(handle)
        sqlite3_bind_int64(handle, 1, position)
        sqlite3_bind_int64(handle, 2, Int64(limit))
        defer { sqlite3_reset(handle) }
        var rows: [OutboxRow] = []
        rows.reserveCapacity(min(limit, 256))
        var bytes = 0
        while bytes < bytesAtOnce {
            switch sqlite3_step(handle) {
            case SQLITE_ROW:
                guard let row = read(StatementRow(statement: handle), rows) else { return rows }
                bytes += row.body.count
                rows.append(row)
            case SQLITE_DONE: return rows
            case let code: throw StoreError(code: code, message: "the outbox cannot be read", statement: statement.sql)
            }
        }
        return rows
    }
}
