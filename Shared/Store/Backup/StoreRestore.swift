import Foundation
import GRDB
import Messaging
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
        } catch {
            throw BackupFault("\(error): stop \(manifest.service) first")
        }
    }

    /// - Parameter leastLife: at least this life, where one is known of that has left no trace here.
    public func run(leastLife: Int64 = 1, at time: Instant = .systemNow) throws -> Outcome {
        let life = SourceLife(origin: SourceLife.first(of: manifest.service).origin, number: try nextLife(leastLife))
        try DurableFile.copy(inspection.place.store, to: files.partial)
        try prepare(files.partial, life)
        try DurableFile.sync(files.partial)
        let warning = noteLife(life)
        try DurableFile.move(files.partial, to: files.ready, in: folder)
        CrashPoint.restoreReady.pass()
        let aside = try setAside(at: time)
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

    private func setAside(at time: Instant) throws -> String? {
        let present = files.all.filter(DurableFile.exists)
        if present.isEmpty { return nil }
        let name = "replaced-\(BackupName.stamp(time))"
        var aside = "\(folder)/\(name)"
        var count = 1
        while DurableFile.exists(aside) {
            count += 1
            aside = "\(folder)/\(name)-\(count)"
        }
        try Folder.create(aside)
        // The log before the store: it belongs to that file, and would be taken for the new one's.
        for path in present { try DurableFile.move(path, to: "\(aside)/\(URL(fileURLWithPath: path).lastPathComponent)", in: folder) }
        try DurableFile.sync(aside)
        return aside
    }

    // MARK: Which life

    /// A life's number must never be used twice, or its sequences would be. It is looked for wherever a life leaves a trace: in the backup, in
    /// the store that is replaced and those that were replaced before, and in the notes of earlier restores, here and beside the backups.
    private func nextLife(_ least: Int64) throws -> Int64 {
        var lives = [SourceLife(manifest.source).number]
        let replaced = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let stores = [files.store] + replaced.filter { $0.hasPrefix("replaced-") }.map { "\(folder)/\($0)/\(manifest.service).sqlite" }
        lives += stores.filter(DurableFile.exists).compactMap(Self.life)
        for note in notes where DurableFile.exists(note) {
            let text = String(decoding: try DurableFile.content(of: note), as: UTF8.self)
            guard let life = Int64(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw BackupFault("\(note) does not hold the number of a life: mend it, or take it away and name the life with --life")
            }
            lives.append(life)
        }
        return max(least, (lives.max() ?? 0) + 1)
    }

    private var notes: [String] { [folder, inspection.place.folder].map { "\($0)/\(manifest.service).life" } }

    private func noteLife(_ life: SourceLife) -> String? {
        var faults: [String] = []
        for note in notes {
            do {
                try DurableFile.write(Array("\(life.number)\n".utf8), to: note)
            } catch {
                faults.append("\(error)")
            }
        }
        return faults.isEmpty ? nil : faults.joined(separator: "; ")
    }

    /// Of a store that may be damaged: then it cannot say.
    private static func life(of path: String) -> Int64? {
        var configuration = Configuration()
        configuration.readonly = true
        guard let database = try? DatabaseQueue(path: path, configuration: configuration) else { return nil }
        defer { try? database.close() }
        return try? database.read { db in SourceLife(try StoreMeta.value(StoreMeta.Key.source, db) ?? "").number }
    }
}

/// The files of a store, and those that a restore makes beside it.
struct StoreFiles {
    let store: String
    /// A copy that is not whole yet.
    let partial: String
    /// A whole copy, about to become the store. As long as it is there the service does not start.
    let ready: String

    init(folder: String, service: String) {
        store = "\(folder)/\(service).sqlite"
        partial = "\(store).restoring.partial"
        ready = "\(store).restoring"
    }

    /// The log first.
    var all: [String] { ["\(store)-wal", "\(store)-shm", "\(store)-journal", store] }
}

public enum BackupName {
    /// `20260206T021500Z`
    public static func stamp(_ time: Instant) -> String {
        String(time.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
    }
}
