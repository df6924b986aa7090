import GRDB
import Messaging
import Primitives

/// What a store says of itself when it is opened.
struct StoreMeta {
    var storeId: String
    var life: SourceLife
    /// The position of the outbox behind which the sequence of this life begins.
    var lifeStart: Int64
    var wasUnclean: Bool
    var sent: SentMarks
    var businessInstant: Instant

    /// Words of the table `meta`.
    enum Key {
        static let storeId = "storeId"
        static let source = "source"
        static let running = "running"
        /// There only in a backup: whoever opens it for work begins a new life.
        static let backup = "backup"
        /// The number that the next life must have at least.
        static let nextLife = "nextLife"
    }

    /// Opens the store for work: a new one gets its identity, a backup a new one. In one transaction, so that it happens whole or not at all.
    static func open(_ db: Database, service: String, _ surroundings: Surroundings) throws -> StoreMeta {
        var ids = UUIDv7Generator(seed: surroundings.nextSeed())
        var opened: StoreMeta?
        try db.inTransaction(.immediate) {
            let first = SourceLife.first(of: service)
            try db.execute(
                sql: "INSERT OR IGNORE INTO meta VALUES (?, ?), (?, ?), (?, '0')",
                arguments: [Key.storeId, ids.next(at: surroundings.now()), Key.source, first.source, Key.running])
            try db.execute(sql: "INSERT OR IGNORE INTO life VALUES (0, ?, 0)", arguments: [first.source])
            if try value(Key.backup, db) != nil { try beginLife(db, first.origin, storeId: ids.next(at: surroundings.now())) }
            opened = try read(db)
            try set(Key.running, "1", db)
            return .commit
        }
        guard let opened else { throw StoreOpenError.failed(path: "", reason: "the table meta cannot be read") }
        return opened
    }

    static func read(_ db: Database) throws -> StoreMeta {
        guard let progress = try Row.fetchOne(db, sql: "SELECT eventsSent, repliesSent, businessInstant FROM progress"),
            let life = try Row.fetchOne(db, sql: "SELECT source, startsAfter FROM life ORDER BY number DESC LIMIT 1"),
            let storeId = try value(Key.storeId, db), let running = try value(Key.running, db)
        else { throw StoreOpenError.failed(path: "", reason: "the store does not say what it is") }
        return StoreMeta(
            storeId: storeId, life: SourceLife(life[0]), lifeStart: life[1], wasUnclean: running == "1",
            sent: SentMarks(events: progress[0], replies: progress[1]), businessInstant: Instant(milliseconds: progress[2]))
    }

    /// What the old life did after the backup is known out there under its source, so the store may not go on under that: its next events would
    /// have sequences that were used before. Work that was asked of the old life is not done again.
    private static func beginLife(_ db: Database, _ origin: String, storeId: String) throws {
        let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM life") ?? 0
        let floor = try value(Key.nextLife, db).flatMap { Int64($0) } ?? 0
        let life = SourceLife(origin: origin, number: max(last + 1, floor))
        try db.execute(
            sql: "INSERT INTO life SELECT ?, ?, coalesce(max(position), 0) FROM outbox", arguments: [life.number, life.source])
        try set(Key.storeId, storeId, db)
        try set(Key.source, life.source, db)
        try db.execute(sql: "UPDATE backup SET state = 'superseded' WHERE state = 'requested'; UPDATE resync SET sent = endsAt")
        try db.execute(sql: "DELETE FROM meta WHERE key IN (?, ?)", arguments: [Key.backup, Key.nextLife])
    }

    static func value(_ key: String, _ db: Database) throws -> String? {
        try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }

    static func set(_ key: String, _ value: String, _ db: Database) throws {
        try db.execute(sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", arguments: [key, value])
    }
}

extension SourceLife {
    /// The sequence of the event at `outbox.position`, in the life in which it was published.
    static let sequenceSQL = "(outbox.position - (SELECT max(startsAfter) FROM life WHERE startsAfter < outbox.position))"
}
