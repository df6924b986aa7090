import GRDB
public import Primitives
import Synchronization

/// What a process does whose store is no longer where its name leads: it saves what it still has open, and goes.
extension Store {
    /// A copy of everything that was committed.
    public struct Rescue: Sendable {
        public let path: String
        /// What SQLite found wrong with it; nil: it is whole.
        public let damage: String?
    }

    /// Throws `StoreChanged` if the store's names lead to other files. By the thread that writes.
    public func look() throws(StoreChanged) { try watch.look() }

    /// The same of any error of the writer: a store whose files were taken away fails in many ways.
    public func change(behind error: any Error) -> StoreChanged? {
        if let change = error as? StoreChanged { return change }
        do throws(StoreChanged) {
            try watch.look()
            return nil
        } catch {
            return error
        }
    }

    /// Whether everything that was committed can be found under some name even when this process is gone.
    public var isFoundWithoutProcess: Bool { watch.isAllNamed }

    /// Copies the open store to `<service>.rescued-<time>.sqlite`, in its folder or, where that cannot be, among the backups, and sees to it that the
    /// next start does not take anything else for it. Blocks for as long as that takes.
    public func rescue(at time: Instant = .systemNow) throws -> Rescue {
        let rescue = try copyOut(at: time)
        // What follows only helps the next start.
        try? noteLife(in: files.folder)
        if watch.isInPlace, rescue.damage == nil, watch.isLogNameFree {
            // The file is the right one and only lacks what was in its log.
            try? pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } else {
            // The log belongs to the open file. Beside another one it would be written into that.
            for path in watch.companionsInPlace {
                try? DurableFile.move(path, to: StoreFiles.free("\(rescue.path)\(path.suffix(4)).before"), in: files.folder)
            }
        }
        return rescue
    }

    private func copyOut(at time: Instant) throws -> Rescue {
        var failure: (any Error)?
        for folder in [files.folder, backupFolder] {
            do {
                try Folder.create(folder)
                let path = StoreFiles.free("\(folder)/\(files.service).rescued-\(BackupName.stamp(time))", ending: ".sqlite")
                do {
                    return try copyOut(to: path, in: folder)
                } catch {
                    try? DurableFile.remove(path)
                    throw error
                }
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? BackupFault("there is no folder for it")
    }

    private func copyOut(to path: String, in folder: String) throws -> Rescue {
        try pool.writeWithoutTransaction { db in
            guard let live = db.sqliteConnection else { throw BackupFault("the store is closed") }
            try StoreCopy.make(of: live, to: path)
        }
        let copy = try DatabaseQueue(path: path)
        defer { try? copy.close() }
        let damage = try copy.inDatabase { db in
            // One file, which needs no log beside it.
            try db.execute(sql: "PRAGMA journal_mode = DELETE")
            return try StoreSoundness.faults(in: db).first
        }
        try DurableFile.sync(path)
        try DurableFile.sync(folder)
        return Rescue(path: path, damage: damage)
    }

    // MARK: The note of its life

    /// Writes down how far the store has come, if that has changed since.
    public func noteLife() throws { try noteLife(in: nil) }

    /// - Parameter folder: where the note must be there even if nothing has changed.
    func noteLife(in folder: String?) throws {
        // Over the connection that is surely to the open file: a new reader would open whatever has its name.
        let stand = try pool.writeWithoutTransaction { db in try StoreMeta.stand(db, file: watch.held.identity) }
        let fresh = LifeNote(reserved: max(reservedLife, stand.life), stand: stand)
        try lastNote.withLock { last in
            if let folder {
                try Folder.create(folder)
            } else if fresh == last {
                return
            }
            try fresh.write(to: files.life, in: files.folder)
            last = fresh
        }
    }
}
