import Foundation
import GRDB
import Primitives

/// What the lives of a service's store have left behind: the note beside it, backups, stores that were replaced or rescued.
///
/// Read before a store is opened, to notice one that is missing or older than it was; and before a life begins, for no life's number may be used
/// twice, or its sequences would be.
struct StoreHistory {
    let files: StoreFiles
    let backups: String
    /// Nil if there is none, or it cannot be read.
    let note: LifeNote?
    /// Of this service, as far as they can be read.
    let manifests: [BackupManifest]
    /// Notes that hold no number.
    let unreadable: [String]
    /// No life may have this number or a lower one again, as far as notes and backups know.
    let reserved: Int64
    /// What says that there was a store, in words; nil if nothing does.
    let evidence: String?
    /// Names in the store's folder of what was taken out of the store's place.
    private let leftovers: [String]

    init(_ files: StoreFiles, backups: String) {
        (self.files, self.backups) = (files, backups)
        let service = files.service
        let paths = [files.life, Self.note(in: backups, service)]
        var notes: [LifeNote?] = []
        var unreadable: [String] = []
        for path in paths {
            let text =
                DurableFile.isThere(path) ? (try? DurableFile.content(of: path)).map { String(decoding: $0, as: UTF8.self) } ?? "" : nil
            let note = text.flatMap(LifeNote.init)
            notes.append(note)
            if text != nil, note == nil { unreadable.append(path) }
        }
        let manifests: [BackupManifest] = Self.names(in: backups).filter { $0.hasPrefix("\(service)-") && $0.hasSuffix(".json") }.compactMap
        { name in
            guard let bytes = try? DurableFile.content(of: "\(backups)/\(name)"), let manifest = try? BackupManifest(parsing: bytes),
                manifest.service == service
            else { return nil }
            return manifest
        }
        let given = notes.compactMap { $0 }.flatMap { [$0.reserved, $0.stand?.life ?? 0] } + manifests.map { SourceLife($0.source).number }
        let leftovers = Self.names(in: files.folder).filter { name in
            name.hasPrefix("\(service).rescued-") && name.hasSuffix(".sqlite")
                || name.hasPrefix("replaced-") && DurableFile.isThere("\(files.folder)/\(name)/\(service).sqlite")
        }
        note = notes[0]
        reserved = given.max() ?? 0
        evidence = Self.evidence(files, backups, notes, unreadable, manifests, leftovers)
        (self.unreadable, self.manifests, self.leftovers) = (unreadable, manifests, leftovers)
    }

    static func note(in folder: String, _ service: String) -> String { "\(folder)/\(service).life" }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    // MARK: Is the store the one that it should be?

    private static func evidence(
        _ files: StoreFiles, _ backups: String, _ notes: [LifeNote?], _ unreadable: [String], _ manifests: [BackupManifest],
        _ leftovers: [String]
    ) -> String? {
        if let rescued = leftovers.last(where: { !$0.hasPrefix("replaced-") }) { return "\(rescued) is what it held when it was lost" }
        if let stand = notes[0]?.stand { return "\(files.service).life says that it had come to event \(stand.sequence)" }
        if let note = unreadable.first { return "there is \(note)" }
        if notes.contains(where: { $0 != nil }) { return "a note says that it had a life" }
        // SQLite would throw the log of a file without content away.
        if DurableFile.size(files.store) == 0, DurableFile.size(files.log) > 0 { return "its write-ahead log is there" }
        if DurableFile.isThere(files.store), !DurableFile.exists(files.store) { return "its name is a link that leads to nothing" }
        if let manifest = manifests.max(by: { $0.takenAt < $1.takenAt }) { return "\(backups) has its backup \(manifest.name)" }
        return leftovers.last.map { "there is \($0)" }
    }

    func missing(_ evidence: String) -> StoreOpenError { .missing(path: files.store, evidence: evidence) }

    /// Why a store is not the one that it should be, in words; nil if nothing is known against it.
    func fault(of store: LifeNote.Stand) -> String? {
        let source = SourceLife(origin: SourceLife.first(of: files.service).origin, number: store.life).source
        if let noted = note?.stand {
            if noted.life > store.life {
                return "it is of the life \(source), and life \(noted.life) has begun since"
            }
            if noted.life == store.life, noted.storeId != store.storeId {
                return "it is another store (\(store.storeId)) than \(files.service).life tells of (\(noted.storeId))"
            }
            if noted.life == store.life, noted.sequence > store.sequence || noted.received > store.received {
                return
                    "it ends at event \(store.sequence) and message \(store.received); it had come to \(noted.sequence) and \(noted.received)"
            }
        }
        for manifest in manifests {
            let life = SourceLife(manifest.source).number
            if life > store.life { return "it is of the life \(source), and the backup \(manifest.name) of \(manifest.source)" }
            if life == store.life, manifest.storeId == store.storeId, manifest.lastSequence > store.sequence {
                return "it ends at event \(store.sequence), and its backup \(manifest.name) at \(manifest.lastSequence)"
            }
        }
        return nil
    }

    /// Whether a log lies beside a store's file that may not be its own: the file is another one than was noted.
    func mayHaveForeignLog(_ file: FileIdentity) -> Bool {
        guard let noted = note?.stand?.file else { return false }
        return noted != file.text && DurableFile.size(files.log) > 0
    }

    // MARK: Which life comes next

    /// The least number that the next life may have.
    func nextLife() -> Int64 {
        let replaced = leftovers.map {
            $0.hasPrefix("replaced-") ? "\(files.folder)/\($0)/\(files.service).sqlite" : "\(files.folder)/\($0)"
        }
        return max(reserved, replaced.compactMap(Self.life).max() ?? 0) + 1
    }

    /// Of a store that may be damaged: then it cannot say.
    static func life(of path: String) -> Int64? {
        var configuration = Configuration()
        configuration.readonly = true
        guard DurableFile.exists(path), let database = try? DatabaseQueue(path: path, configuration: configuration) else { return nil }
        defer { try? database.close() }
        return try? database.read { db in SourceLife(try StoreMeta.value(StoreMeta.Key.source, db) ?? "").number }
    }
}
