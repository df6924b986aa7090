import CSQLite
public import GRDB
public import Primitives
import Synchronization

/// The open store of one service: one SQLite file with one writer, and readers that see snapshots. Held by this process alone.
///
/// Exactly one read-write connection per file, for SQLite before 3.51.3 can corrupt a WAL that two connections write (platform facts).
public final class Store: Sendable {
    public let service: String
    public let clock: BusinessClock
    public let pool: DatabasePool
    /// A random id of this file, to tell a restored or swapped store from the old one.
    public let storeId: String
    /// The CloudEvents source of what it publishes: `/<service>`, or `/<service>~<n>` after a restore.
    public let source: String
    /// The position of the outbox behind which the sequence of that source begins: 0 unless the store was restored.
    public let lifeStart: Int64
    /// Whether the last process on this store ended without draining.
    public let wasStoppedUncleanly: Bool
    public let settings: StoreSettings
    /// How far events and replies had left when it was opened, by the count of their positions.
    package let sentAtOpening: (events: Int64, replies: Int64)
    /// What a person should know of how it was opened.
    public let remarks: [String]
    package let surroundings: Surroundings
    let files: StoreFiles
    let backupFolder: String
    package let watch: StoreWatch
    /// No life may have this number or a lower one again.
    let reservedLife: Int64
    /// The note of its life, as it is in the file.
    let lastNote: Mutex<LifeNote?>

    /// Opens or creates `<folder>/<service>.sqlite`, brings its schema up to date, and takes it for this process alone.
    ///
    /// - Parameters:
    ///   - schema: the service's own, which must name every step that the file may hold.
    ///   - backups: where its backups lie; `backups` in its folder unless named.
    ///   - told: what may begin where the store that should be there is not. Refused unless a person has said so.
    public init(
        _ schema: StoreSchema, folder: String, backups: String? = nil, clock: BusinessClock, told: Beginning? = nil,
        surroundings: Surroundings = .system
    ) throws(StoreOpenError) {
        self.surroundings = surroundings
        let lock = try FileLock(folder: folder, service: schema.service)
        files = StoreFiles(folder: folder, service: schema.service)
        backupFolder = backups ?? "\(folder)/backups"
        let path = files.store
        if DurableFile.exists(files.ready) { throw StoreOpenError.halfRestored(path: path) }
        let history = StoreHistory(files, backups: backupFolder)
        let begun: (isNew: Bool, isTold: Bool)
        do {
            try Self.makeRoom(history, told, at: surroundings.now())
            let held = try HeldFile(path)
            let mustBeChecked = history.mayHaveForeignLog(held.identity)
            pool = try Self.open(path)
            if mustBeChecked, let fault = try pool.read({ try StoreSoundness.faults(in: $0).first }) {
                throw StoreOpenError.damaged(path: path, reason: "another file than before lies beside its write-ahead log: \(fault)")
            }
            try Self.migrate(pool, schema.migrations)
            let (opened, watch) = try pool.writeWithoutTransaction { db in
                let opened = try StoreMeta.open(db, history, file: held.identity, told: told, clock, surroundings)
                return (opened, try StoreWatch(path, db, held: held, lock: lock))
            }
            self.watch = watch
            settings = try pool.writeWithoutTransaction { db in try StoreSettings(db) }
            storeId = opened.storeId
            source = opened.life.source
            lifeStart = opened.lifeStart
            wasStoppedUncleanly = opened.wasUnclean
            sentAtOpening = opened.sent
            reservedLife = max(history.reserved, opened.life.number)
            lastNote = Mutex(history.note)
            remarks = Self.remarks(opened, told, path)
            begun = (isNew: opened.isNew, isTold: opened.isTold)
        } catch let error as StoreOpenError {
            throw error
        } catch {
            throw StoreOpenError(error, path: path)
        }
        service = schema.service
        self.clock = clock
        try beginNote(isNew: begun.isNew, isTold: begun.isTold)
    }

    /// Where the store's place is empty, nothing may be left that a new one would be taken for. Throws if there should be a store.
    private static func makeRoom(_ history: StoreHistory, _ told: Beginning?, at time: Instant) throws {
        if DurableFile.size(history.files.store) > 0 { return }
        guard let evidence = history.evidence else { return }
        guard told == .store else { throw history.missing(evidence) }
        _ = try history.files.setAside(at: time)
    }

    private static func remarks(_ opened: StoreMeta, _ told: Beginning?, _ path: String) -> [String] {
        if opened.isTold {
            return ["a new life of the store \(path) begins, as a person has said: it goes on as \(opened.life.source) from 1"]
        }
        return told.map {
            ["\($0.flag) is without effect: nothing is missed of the store \(path). Take the flag away, it is meant for one start"]
        } ?? []
    }

    /// The store is there before its note: a process that dies in between finds a store, and notes it.
    private func beginNote(isNew: Bool, isTold: Bool) throws(StoreOpenError) {
        do {
            try noteLife(in: files.folder)
            guard isTold else { return }
            try Folder.create(backupFolder)
            try LifeNote(reserved: reservedLife).write(to: StoreHistory.note(in: backupFolder, files.service), in: backupFolder)
        } catch {
            // Of a store that has been there it can be written later as well.
            if isNew || isTold { throw .failed(path: files.life, reason: "\(error)") }
        }
    }

    /// Its counts of memory take a lock in every allocation, of which there are dozens per message, and nobody reads them. Once, before any use.
    private static let sqliteCountsNoMemory = csqlite_count_no_memory() == SQLITE_OK

    private static func open(_ path: String) throws -> DatabasePool {
        _ = sqliteCountsNoMemory
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 3
        configuration.prepareDatabase { db in
            // Before WAL, or it has no effect on a new file; 8 KB pages cost 2 µs less per message than 4 KB.
            try db.execute(sql: "PRAGMA page_size = 8192")
            try db.execute(sql: "PRAGMA cache_size = -8000")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // GRDB sets NORMAL for WAL, with which a commit can vanish on power loss although the broker was told "done".
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
            // A reader can make the log grow while it stays; when it has gone, the disk gets the room back.
            try db.execute(sql: "PRAGMA journal_size_limit = \(StoreSettings.logLimit)")
            guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2,
                try String.fetchOne(db, sql: "PRAGMA journal_mode") == "wal"
            else { throw StoreOpenError.failed(path: path, reason: "WAL with synchronous=FULL cannot be had") }
        }
        return pool
    }

    private static func migrate(_ pool: DatabasePool, _ migrations: [Migration]) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { db in
                try migration.run(in: db)
                CrashPoint.migrationStep.pass()
            }
        }
        if try pool.read({ try migrator.hasBeenSuperseded($0) }) { throw StoreOpenError.newer(path: pool.path) }
        CrashPoint.migrationBegun.pass()
        try migrator.migrate(pool)
        CrashPoint.migrationDone.pass()
    }

    /// Remembers that everything taken was finished, so that the next start need not suspect what is redelivered. The last thing done with the
    /// store, when nobody writes to it any more.
    /// - Parameter last: what else is to be written, in the same go.
    public func closeCleanly(_ last: (Database) throws -> Void = { _ in }) throws {
        CrashPoint.stopDrained.pass()
        try watch.look()
        let moment = clock.moment
        try pool.writeWithoutTransaction { db in
            try last(db)
            // What has passed since the last commit is not lost where only this process has counted it.
            if !clock.isManual { try StoreMeta.save(moment, db) }
            try db.execute(sql: "UPDATE meta SET value = '0' WHERE key = 'running'")
            // A copy of the file alone is then a copy of the store, and no log is left to be taken for another file's. A reader may be in the way.
            _ = try? db.checkpoint(.truncate)
        }
        try? noteLife()
        CrashPoint.stopClosed.pass()
    }
}
