import GRDB
import GRDBSQLite
public import Messaging
import Storage

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
    /// Of a reply that may not leave yet: the events that must be confirmed before. Its body is not read then.
    public var awaited: OwnEvents?
}

/// The events of the transaction that a reply answers: those after one position and through another.
public struct OwnEvents: Sendable, Hashable {
    public let after: Int64
    public let through: Int64

    public init(after: Int64, through: Int64) {
        self.after = after
        self.through = through
    }
}

/// Reads what the relay has to send, over a connection of its own: readers over HTTP may take as long as they like, and use up the pool's.
///
/// One statement is a snapshot by itself, so none has a transaction around it, which would be three more statements; and none is open while
/// the relay talks to the broker.
public final class OutboxReader: Sendable {
    public let service: String
    /// Who consumes what on the platform.
    public let topology: Topology
    let database: DatabaseQueue

    init(path: String, service: String, topology: Topology) throws {
        self.service = service
        self.topology = topology
        var configuration = Configuration()
        // Exactly one connection per store may write (platform facts).
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.label = "relay"
        database = try DatabaseQueue(path: path, configuration: configuration)
    }

    public func close() throws { try database.close() }

    /// Events after a position, in the order of their sequence; at most `limit`, and no more than some megabytes at once.
    public func events(after position: Int64, limit: Int) throws -> [OutboxRow] {
        try database.unsafeRead { db in try Self.rows(try db.cachedStatement(sql: Self.nextEvents), position, limit, read: Self.event) }
    }

    /// The events at these positions; no more of them than some megabytes at once.
    public func events(at positions: some Sequence<Int64>) throws -> [OutboxRow] {
        try database.unsafeRead { db in
            let statement = try db.cachedStatement(sql: Self.nextEvents)
            return try Self.rows(at: positions, statement, read: Self.event)
        }
    }

    private static let nextEvents =
        "SELECT position, routingKey, messageId, type, correlationId, traceparent, body, tracestate FROM outbox WHERE position > ? ORDER BY position LIMIT ?"

    /// The smallest of the last events up to a position; nil if there is none whose body is kept.
    public func smallestEvent(through position: Int64) throws -> OutboxRow? {
        let found = try database.unsafeRead { db in
            try Int64.fetchOne(
                db,
                sql: """
                    SELECT position FROM outbox WHERE position > ?1 - 200 AND position <= ?1 AND body IS NOT NULL
                    ORDER BY length(body), position DESC LIMIT 1
                    """, arguments: [position])
        }
        return try found.flatMap { try events(at: [$0]).first }
    }

    /// Events of some types after a position and up to another, as they were sent; those whose bodies were let go of are left out.
    func events(after position: Int64, limit: Int, through end: Int64, types: Set<String>) throws -> [OutboxRow] {
        // Names of the contract, the same few lists each time: part of the statement, so that it is prepared once.
        let names = types.sorted().map { "'\($0)'" }.joined(separator: ", ")
        return try database.unsafeRead { db in
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

    /// Replies after a position; those that nobody asked for have an empty routing key.
    /// - Parameters:
    ///   - stopsAtAwaiting: whether the first that waits for its events ends the list; otherwise it is listed with what it awaits.
    ///   - haveLeft: whether these events are confirmed.
    public func replies(
        after position: Int64, limit: Int, stopsAtAwaiting: Bool, haveLeft: (OwnEvents) -> Bool
    ) throws -> [OutboxRow] {
        try database.unsafeRead { db in
            var isStopped = false
            return try Self.rows(try db.cachedStatement(sql: Self.nextReplies), position, limit) { row, _ in
                let events = Self.ownEvents(row)
                let mustWait = isStopped || !haveLeft(events)
                if mustWait, stopsAtAwaiting {
                    isStopped = true
                    return nil
                }
                return Self.reply(row, awaited: mustWait ? events : nil)
            }
        }
    }

    /// The replies at these positions; no more of them than some megabytes at once.
    public func replies(at positions: some Sequence<Int64>) throws -> [OutboxRow] {
        try database.unsafeRead { db in
            let statement = try db.cachedStatement(sql: Self.nextReplies)
            return try Self.rows(at: positions, statement) { row, _ in Self.reply(row, awaited: nil) }
        }
    }

    private static let nextReplies =
        "SELECT position, exchange, routingKey, messageId, correlationId, body, afterEvent, traceparent, tracestate, eventsAfter FROM reply WHERE position > ? ORDER BY position LIMIT ?"

    /// A reply of before this was noted waits for everything up to its last event.
    private static func ownEvents(_ row: StatementRow) -> OwnEvents { OwnEvents(after: row.intOrNil(9) ?? 0, through: row.int(6)) }

    private static func reply(_ row: StatementRow, awaited: OwnEvents?) -> OutboxRow {
        OutboxRow(
            position: row.int(0), exchange: row.text(1), routingKey: row.text(2), messageId: row.text(3), type: "",
            correlationId: row.text(4), traceparent: row.textOrNil(7), tracestate: row.textOrNil(8),
            body: awaited == nil ? row.blob(5) : [], awaited: awaited)
    }

    private static let bytesAtOnce = 4 << 20

    private static func rows(
        at positions: some Sequence<Int64>, _ statement: Statement, read: (StatementRow, _ before: [OutboxRow]) -> OutboxRow?
    ) throws -> [OutboxRow] {
        var found: [OutboxRow] = []
        var bytes = 0
        for position in positions where bytes < bytesAtOnce {
            guard let row = try rows(statement, position - 1, 1, read: read).first, row.position == position else { continue }
            bytes += row.body.count
            found.append(row)
        }
        return found
    }

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

extension ServiceStore {
    /// A reader of its own for the relay.
    public func outboxReader() throws -> OutboxReader {
        try OutboxReader(path: pool.path, service: definition.name, topology: topology)
    }
}
