package import GRDB
import Primitives

/// What a store says of itself when it is opened.
package struct StoreMeta {
    var storeId: String
    var life: SourceLife
    /// The position of the outbox behind which the sequence of this life begins.
    var lifeStart: Int64
    var wasUnclean: Bool
    /// How far events and replies have left.
    var sent: (events: Int64, replies: Int64)
    var businessInstant: Instant
    /// It was empty.
    var isNew = false
    /// Its life began now, because a person said so.
    var isTold = false

    /// Words of the table `meta`.
    package enum Key {
        static let storeId = "storeId"
        static let source = "source"
        static let running = "running"
        /// There only in a backup: whoever opens it for work begins a new life.
        static let backup = "backup"
        /// The number that a restore has reserved for the life that begins with it.
        static let nextLife = "nextLife"
        /// The `MART_NOW` that the store last ran with.
        static let martNow = "martNow"
        /// There as long as the business instant is only reckoned from the build date, since no clock was ever believed.
        package static let presumed = "presumed"
    }

    /// Opens the store for work: a new one gets its identity, a backup a new one. In one transaction, so that it happens whole or not at all.
    /// Throws if the store is not the one that its history tells of, unless a person has said that a new life is to begin.
    static func open(
        _ db: Database, _ history: StoreHistory, file: FileIdentity, told: Beginning?, _ clock: BusinessClock, _ surroundings: Surroundings
    ) throws -> StoreMeta {
        var ids = UUIDv7Generator(seed: surroundings.nextSeed())
        var opened: StoreMeta?
        try db.inTransaction(.immediate) {
            let stamp = try beginTime(clock, db, surroundings)
            let first = SourceLife.first(of: history.files.service)
            let isNew = try value(Key.storeId, db) == nil
            if isNew, let evidence = history.evidence, told != .store { throw history.missing(evidence) }
            try db.execute(
                sql: "INSERT OR IGNORE INTO meta VALUES (?, ?), (?, ?), (?, '0')",
                arguments: [Key.storeId, ids.next(at: stamp), Key.source, first.source, Key.running])
            try db.execute(sql: "INSERT OR IGNORE INTO life VALUES (0, ?, 0)", arguments: [first.source])
            let isBackup = try value(Key.backup, db) != nil
            let fault = isNew || isBackup ? nil : history.fault(of: try stand(db, file: file))
            if let fault, told != .life { throw StoreOpenError.putBack(path: history.files.store, fault: fault) }
            let isTold = fault != nil || isNew && history.evidence != nil
            if isBackup || isTold { try beginLife(db, first.origin, storeId: ids.next(at: stamp), least: history.nextLife()) }
            var meta = try read(db)
            (meta.isNew, meta.isTold) = (isNew, isTold)
            opened = meta
            try set(Key.running, "1", db)
            return .commit
        }
        guard let opened else { throw StoreOpenError.failed(path: "", reason: "the table meta cannot be read") }
        return opened
    }

    /// Business time goes on from what the store remembers, and the store remembers what was believed at this start.
    private static func beginTime(_ clock: BusinessClock, _ db: Database, _ surroundings: Surroundings) throws -> Instant {
        let floor = try Int64.fetchOne(db, sql: "SELECT businessInstant FROM progress") ?? 0
        var memory = BelievedTime.Memory(floor: floor == 0 ? nil : Instant(milliseconds: floor))
        memory.isPresumed = try value(Key.presumed, db) != nil
        memory.given = try value(Key.martNow, db).flatMap { Instant($0) }
        let moment = clock.begin(memory)
        if clock.isManual { return surroundings.now() }
        try save(moment, db)
        if let given = clock.given {
            try set(Key.martNow, given.description, db)
        } else {
            try db.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [Key.martNow])
        }
        return moment.stamp
    }

    /// Writes down where business time stands, outside of a batch.
    static func save(_ moment: BusinessClock.Moment, _ db: Database) throws {
        try db.execute(sql: "UPDATE progress SET businessInstant = max(businessInstant, ?)", arguments: [moment.now.milliseconds])
        if moment.isPresumed {
            try set(Key.presumed, "1", db)
        } else {
            try db.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [Key.presumed])
        }
    }

    /// How far it has come.
    static func stand(_ db: Database, file: FileIdentity) throws -> LifeNote.Stand {
        let meta = try read(db)
        let events = try Int64.fetchOne(db, sql: "SELECT coalesce(max(position), 0) FROM outbox") ?? 0
        let received = try Int64.fetchOne(db, sql: "SELECT coalesce(max(position), 0) FROM inbox") ?? 0
        return .init(
            life: meta.life.number, storeId: meta.storeId, sequence: events - meta.lifeStart, received: received, file: file.text)
    }

    static func read(_ db: Database) throws -> StoreMeta {
        guard let progress = try Row.fetchOne(db, sql: "SELECT eventsSent, repliesSent, businessInstant FROM progress"),
            let life = try Row.fetchOne(db, sql: "SELECT source, startsAfter FROM life ORDER BY number DESC LIMIT 1"),
            let storeId = try value(Key.storeId, db), let running = try value(Key.running, db)
        else { throw StoreOpenError.failed(path: "", reason: "the store does not say what it is") }
        return StoreMeta(
            storeId: storeId, life: SourceLife(life[0]), lifeStart: life[1], wasUnclean: running == "1",
            sent: (events: progress[0], replies: progress[1]), businessInstant: Instant(milliseconds: progress[2]))
    }

    /// What the old life did after the backup is known out there under its source, so the store may not go on under that: its next events would
    /// have sequences that were used before. Work that was asked of the old life is not done again.
    private static func beginLife(_ db: Database, _ origin: String, storeId: String, least: Int64) throws {
        let last = try Int64.fetchOne(db, sql: "SELECT max(number) FROM life") ?? 0
        // A restore has reserved it already, and so written it down among those that may not be used again.
        let reserved = try value(Key.nextLife, db).flatMap { Int64($0) }
        let life = SourceLife(origin: origin, number: max(last + 1, reserved ?? least))
        try db.execute(
            sql: "INSERT INTO life SELECT ?, ?, coalesce(max(position), 0) FROM outbox", arguments: [life.number, life.source])
        try set(Key.storeId, storeId, db)
        try set(Key.source, life.source, db)
        try db.execute(sql: "UPDATE backup SET state = 'superseded' WHERE state = 'requested'; UPDATE resync SET sent = endsAt")
        try db.execute(sql: "DELETE FROM meta WHERE key IN (?, ?)", arguments: [Key.backup, Key.nextLife])
    }

    package static func value(_ key: String, _ db: Database) throws -> String? {
        try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }

    static func set(_ key: String, _ value: String, _ db: Database) throws {
        try db.execute(sql: "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", arguments: [key, value])
    }
}
