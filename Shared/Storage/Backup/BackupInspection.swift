import GRDB

/// Checks a backup without changing it: its file against its manifest, the file itself, its schema, and what must hold in every store.
public struct BackupInspection: Sendable {
    /// One check and what it found.
    public struct Finding: Sendable, Hashable {
        public let check: String
        /// Empty where it holds; a few examples otherwise.
        public let faults: [String]
        public var holds: Bool { faults.isEmpty }
    }

    public let place: BackupPlace
    /// Nil if it cannot be read.
    public let manifest: BackupManifest?
    public let findings: [Finding]
    public var isSound: Bool { manifest != nil && findings.allSatisfy(\.holds) }

    private static let shown = 5

    /// - Parameter schemas: of the services whose backups are known.
    public init(_ place: BackupPlace, _ schemas: [StoreSchema]) {
        self.place = place
        let manifest: BackupManifest
        let schema: StoreSchema
        do throws(BackupFault) {
            manifest = try BackupManifest(parsing: try DurableFile.content(of: place.manifest))
            guard let known = schemas.first(where: { $0.service == manifest.service }) else {
                throw BackupFault("\(manifest.service) is no service that is known here")
            }
            schema = known
        } catch {
            self.manifest = nil
            findings = [Finding(check: "the manifest can be read", faults: [error.description])]
            return
        }
        self.manifest = manifest
        var findings = [Self.file(place, manifest)]
        // A file that is not the one that was written is not opened: what it says is worth nothing.
        if findings[0].holds { findings += Self.content(place, manifest, schema) }
        self.findings = findings
    }

    private static func file(_ place: BackupPlace, _ manifest: BackupManifest) -> Finding {
        let check = "the file is the one that the manifest names"
        do throws(BackupFault) {
            let (size, sha256) = try DurableFile.measure(place.store)
            if size != manifest.size { return Finding(check: check, faults: ["it has \(size) bytes, not \(manifest.size)"]) }
            return Finding(check: check, faults: sha256 == manifest.sha256 ? [] : ["its SHA-256 is \(sha256), not \(manifest.sha256)"])
        } catch {
            return Finding(check: check, faults: [error.description])
        }
    }

    private static func content(_ place: BackupPlace, _ manifest: BackupManifest, _ schema: StoreSchema) -> [Finding] {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let database = try DatabaseQueue(path: place.store, configuration: configuration)
            defer { try? database.close() }
            return try database.read { db in
                var findings = [
                    Finding(check: "SQLite finds it whole, and every reference leads somewhere", faults: try StoreSoundness.faults(in: db)),
                    Finding(check: "its schema is one that this version knows", faults: try schemaFaults(db, schema)),
                    Finding(check: "it is what the manifest says", faults: try manifestFaults(db, manifest)),
                ]
                if !findings.allSatisfy(\.holds) { return findings }
                if manifest.schema.count < schema.migrations.count {
                    findings.append(
                        Finding(
                            check: "the rules are not checked: its schema is an older one, to be brought up to date at start", faults: []))
                    return findings
                }
                for invariant in schema.invariants {
                    findings.append(Finding(check: invariant.rule, faults: try violations(of: invariant, db)))
                }
                return findings
            }
        } catch {
            return [Finding(check: "it can be opened", faults: ["\(error)"])]
        }
    }

    private static func violations(of invariant: Invariant, _ db: Database) throws -> [String] {
        let cursor = try String.fetchCursor(db, sql: invariant.violations)
        var faults: [String] = []
        while faults.count < shown, let fault = try cursor.next() { faults.append(fault) }
        return faults
    }

    /// An older schema is brought up to date when the store is opened.
    private static func schemaFaults(_ db: Database, _ schema: StoreSchema) throws -> [String] {
        let known = schema.migrations.map(\.name)
        let found = try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
        return Set(found).subtracting(known).sorted().map { "the step \($0) is of a newer version" }
    }

    private static func manifestFaults(_ db: Database, _ manifest: BackupManifest) throws -> [String] {
        let own = try BackupManifest(
            db, service: manifest.service, name: manifest.name, requestedBy: manifest.requestedBy, takenAt: manifest.takenAt)
        var faults: [String] = []
        if own.storeId != manifest.storeId { faults.append("its storeId is \(own.storeId), not \(manifest.storeId)") }
        if own.source != manifest.source { faults.append("its source is \(own.source), not \(manifest.source)") }
        if own.lastSequence != manifest.lastSequence {
            faults.append("its last sequence is \(own.lastSequence), not \(manifest.lastSequence)")
        }
        if try StoreMeta.value(StoreMeta.Key.backup, db) == nil { faults.append("it is not marked as a backup") }
        return faults
    }
}
