import GRDB
import GRDBSQLite
public import Primitives

/// Takes a backup of a live store: a copy of one snapshot over a read-only connection of its own, under a temporary name; checked, and only
/// then given its name. Neither the writer nor the readers wait for it; the write-ahead log grows while it lasts.
///
/// By SQLite's online backup, not by `VACUUM INTO`: over a read-only connection that fails for a table that has both a CHECK and a generated
/// column (docs/decisions/0007-lives-of-a-store.md).
public struct BackupWriter: Sendable {
    /// The live store's file.
    public let path: String
    public let service: String
    public let folder: String

    public init(path: String, service: String, folder: String) {
        self.path = path
        self.service = service
        self.folder = folder
    }

    /// Blocks for as long as the copy takes. When it returns, the backup is on the disk and is whole.
    /// - Parameter storeId: of the store that is meant; nil: of whichever is there.
    public func take(
        _ name: String, by requester: String, at time: Instant = .systemNow, of storeId: String? = nil
    ) throws -> BackupManifest {
        let place = BackupPlace(folder: folder, service: service, name: name)
        try Folder.create(folder)
        for path in [place.store, place.manifest] where DurableFile.exists(path) { throw BackupFault("\(path) exists already") }
        defer { for path in [place.partialStore, place.partialManifest] { try? DurableFile.remove(path) } }
        // What a process left behind that died over it.
        for path in [place.partialStore, "\(place.partialStore)-journal"] { try DurableFile.remove(path) }
        try copy(to: place.partialStore)
        var manifest = try seal(place.partialStore, name, requester, time)
        if let storeId, manifest.storeId != storeId {
            throw BackupFault("\(path) is another store (\(manifest.storeId)) than the open one")
        }
        try DurableFile.sync(place.partialStore)
        (manifest.size, manifest.sha256) = try DurableFile.measure(place.partialStore)
        try DurableFile.write(manifest.bytes, to: place.partialManifest)
        CrashPoint.backupCopied.pass()
        try DurableFile.move(place.partialStore, to: place.store, in: folder)
        CrashPoint.backupNamed.pass()
        try DurableFile.move(place.partialManifest, to: place.manifest, in: folder)
        return manifest
    }

    private func copy(to target: String) throws {
        var live: OpaquePointer?
        defer { sqlite3_close(live) }
        try StoreCopy.check(sqlite3_open_v2(path, &live, SQLITE_OPEN_READONLY, nil), live)
        guard let live else { throw BackupFault("\(path) cannot be opened") }
        sqlite3_busy_timeout(live, 5000)
        try StoreCopy.make(of: live, to: target)
    }

    /// Marks the copy as a backup, so that whoever opens it for work goes on under another source, and sees whether it is sound.
    private func seal(_ copy: String, _ name: String, _ requester: String, _ time: Instant) throws -> BackupManifest {
        let database = try DatabaseQueue(path: copy)
        defer { try? database.close() }
        return try database.inDatabase { db in
            // The copy is one file, and can be read where nothing can be written.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            try StoreMeta.set(StoreMeta.Key.backup, name, db)
            let faults = try StoreSoundness.faults(in: db)
            if let fault = faults.first { throw BackupFault("the copy is not sound, and so the store may not be: \(fault)") }
            return try BackupManifest(db, service: service, name: name, requestedBy: requester, takenAt: time)
        }
    }
}

/// What SQLite itself can say about a file.
enum StoreSoundness {
    private static let shown = 5

    static func faults(in db: Database) throws -> [String] {
        let damage = try String.fetchAll(db, sql: "PRAGMA integrity_check(\(shown))").filter { $0 != "ok" }
        let dangling = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").prefix(shown).map { row in
            "a row of \(row[0] as String) refers to a row of \(row[2] as String) that is not there"
        }
        return damage + dangling
    }
}
