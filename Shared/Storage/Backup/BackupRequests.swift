import GRDB
import Primitives

/// A backup that was asked for and is still to be taken.
public struct WantedBackup: Sendable {
    let number: Int64
    public let name: String
    let requestedBy: String
    let requestedAt: Instant
}

extension Store {
    /// The time that backups carry. Not the system's clock, which may be wrong: their age is reckoned from it.
    private var stamp: Instant { clock.isManual ? surroundings.now() : clock.moment.stamp }

    /// The first backup that is still to be taken; also one that a process died over.
    public func wantedBackup() throws -> WantedBackup? {
        try pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT number, name, requestedBy, requestedAt FROM backup WHERE state = 'requested' ORDER BY number LIMIT 1"
            )
            .map { WantedBackup(number: $0[0], name: $0[1], requestedBy: $0[2], requestedAt: Instant(milliseconds: $0[3])) }
        }
    }

    /// Takes it and writes down what came of it. Blocks for as long as that takes; only the last step goes over the writer's connection.
    /// Throws only if that step fails, or the store's files have been taken away; then the backup stays wanted.
    @discardableResult
    public func take(_ wanted: WantedBackup, into folder: String) throws -> Result<BackupManifest, BackupFault> {
        try watch.check()
        CrashPoint.backupWanted.pass()
        let result: Result<BackupManifest, BackupFault>
        do {
            let writer = BackupWriter(path: pool.path, service: service, folder: folder)
            result = .success(
                try finished(wanted, in: folder) ?? writer.take(wanted.name, by: wanted.requestedBy, at: stamp, of: storeId))
        } catch {
            result = .failure((error as? BackupFault) ?? BackupFault(StoreError.reason(error)))
        }
        CrashPoint.backupTaken.pass()
        try pool.write { db in
            switch result {
            case .success(let manifest):
                try db.execute(
                    sql: "UPDATE backup SET state = 'done', finishedAt = ?, manifest = ? WHERE number = ?",
                    arguments: [stamp.milliseconds, String(decoding: manifest.bytes, as: UTF8.self), wanted.number])
            case .failure(let fault):
                try db.execute(
                    sql: "UPDATE backup SET state = 'failed', finishedAt = ?, error = ? WHERE number = ?",
                    arguments: [stamp.milliseconds, fault.description, wanted.number])
            }
        }
        return result
    }

    /// The backup that a process finished and died before writing that down.
    private func finished(_ wanted: WantedBackup, in folder: String) throws -> BackupManifest? {
        let place = BackupPlace(folder: folder, service: service, name: wanted.name)
        guard DurableFile.exists(place.store) else { return nil }
        if !DurableFile.exists(place.manifest) {
            // It died between the two names: without a manifest it is no backup.
            try DurableFile.remove(place.store)
            return nil
        }
        let manifest = try BackupManifest(parsing: try DurableFile.content(of: place.manifest))
        // Any other is an older one of that name, which a store that was put back has forgotten.
        guard manifest.storeId == storeId, manifest.requestedBy == wanted.requestedBy, manifest.takenAt >= wanted.requestedAt else {
            throw BackupFault("\(place.store) exists already")
        }
        return manifest
    }
}
