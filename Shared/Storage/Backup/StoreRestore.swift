import Foundation
import GRDB
public import Primitives

/// Puts a backup in the place of a stopped service's store. What was there is kept aside.
///
/// In steps of which each leaves something that is either the old store, or the new one, or refuses to start until the restore is repeated:
/// a copy is made ready under another name; from then on the service does not start; the old files go aside; the copy gets the store's name.
public final class StoreRestore {
    public let inspection: BackupInspection
    public let manifest: BackupManifest
    /// The store's folder, the service's `DATA_DIR`.
    public let folder: String
    private let files: StoreFiles
    private let lock: FileLock
    private let held: HeldFile?

    /// What a restore has done.
    public struct Outcome: Sendable {
        /// Under which the service goes on.
        public let source: String
        /// Where the files of the old store are; nil if there were none.
        public let aside: String?
        /// What could not be written down for the next restore.
        public let warning: String?
    }

    /// Takes the store for itself; throws if the backup is not sound, or a process has the store.
    public init(_ inspection: BackupInspection, into folder: String) throws(BackupFault) {
        guard inspection.isSound, let manifest = inspection.manifest else {
            throw BackupFault("the backup \(inspection.place.stem) is not sound, and is not restored")
        }
        self.inspection = inspection
        self.manifest = manifest
        self.folder = folder
        files = StoreFiles(folder: folder, service: manifest.service)
        do throws(StoreOpenError) {
            lock = try FileLock(folder: folder, service: manifest.service)
            // The lock's file may have been removed under a running service.
            held = DurableFile.exists(files.store) ? try HeldFile(files.store) : nil
        } catch {
            throw BackupFault("\(error): stop \(manifest.service) first")
        }
    }

    /// - Parameter leastLife: at least this life, where one is known of that has left no trace here.
    public func run(leastLife: Int64 = 1, at time: Instant = .systemNow) throws -> Outcome {
        let life = SourceLife(origin: SourceLife.first(of: manifest.service).origin, number: try nextLife(leastLife))
        try DurableFile.remove(files.partial)
        try DurableFile.copy(inspection.place.store, to: files.partial)
        try prepare(files.partial, life)
        try DurableFile.sync(files.partial)
        let warning = noteLife(life)
        try DurableFile.move(files.partial, to: files.ready, in: folder)
        CrashPoint.restoreReady.pass()
        let aside = try files.setAside(at: time)
        CrashPoint.restoreAside.pass()
        try DurableFile.move(files.ready, to: files.store, in: folder)
        return Outcome(source: life.source, aside: aside, warning: warning)
    }

    /// The life begins when the service opens the store; here it only learns its number, which the copy cannot know.
    private func prepare(_ copy: String, _ life: SourceLife) throws {
        let database = try DatabaseQueue(path: copy)
        defer { try? database.close() }
        try database.inDatabase { db in
            guard try StoreMeta.value(StoreMeta.Key.backup, db) != nil else { throw BackupFault("the copy is not marked as a backup") }
            try StoreMeta.set(StoreMeta.Key.nextLife, "\(life.number)", db)
        }
    }

    // MARK: Which life

    /// A life's number must never be used twice, or its sequences would be. It is looked for wherever a life leaves a trace: in the backup, in
    /// the store that is replaced and those that were replaced before, and in notes, here and beside the backups.
    private func nextLife(_ least: Int64) throws -> Int64 {
        let history = StoreHistory(files, backups: inspection.place.folder)
        if let note = history.unreadable.first {
            throw BackupFault("\(note) does not hold the number of a life: mend it, or take it away and name the life with --life")
        }
        let present = [SourceLife(manifest.source).number, StoreHistory.life(of: files.store) ?? 0].max() ?? 0
        return max(least, history.nextLife(), present + 1)
    }

    /// How far the present store has come stays noted until the service opens the new one: the restore may not get that far.
    private func noteLife(_ life: SourceLife) -> String? {
        let (service, backups) = (manifest.service, inspection.place.folder)
        let stand = StoreHistory(files, backups: backups).note?.stand
        var faults: [String] = []
        for (folder, stand) in [(folder, stand), (backups, nil)] {
            do throws(BackupFault) {
                try LifeNote(reserved: life.number, stand: stand).write(to: StoreHistory.note(in: folder, service), in: folder)
            } catch {
                faults.append("\(error)")
            }
        }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }
}
