import Foundation
import GRDB
public import Primitives
public import StrictJSON

/// What a backup is, in a file beside it: `<service>-<name>.json` of `<service>-<name>.sqlite`. Written last, so a backup without one is none.
public struct BackupManifest: Sendable, Hashable {
    public var service: String
    public var name: String
    /// Of the store that was backed up.
    public var storeId: String
    public var source: String
    /// Of that source.
    public var lastSequence: Int64
    /// Business time of the last transaction in it.
    public var businessInstant: Instant
    /// System time.
    public var takenAt: Instant
    public var requestedBy: String
    /// Names of the schema's steps, in order.
    public var schema: [String]
    /// Bytes of the backup's file.
    public var size: Int64
    public var sha256: String

    private static let format: Int64 = 1

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("format", Self.format)
            json.member("service", service)
            json.member("name", name)
            json.member("storeId", storeId)
            json.member("source", source)
            json.member("lastSequence", lastSequence)
            json.member("businessInstant", businessInstant.description)
            json.member("takenAt", takenAt.description)
            json.member("requestedBy", requestedBy)
            json.member("schema", schema)
            json.member("size", size)
            json.member("sha256", sha256)
        }
    }

    public var bytes: [UInt8] {
        var json = JSONWriter()
        write(to: &json)
        return json.bytes
    }

    /// Throws `BackupFault` if it is not whole.
    public init(parsing bytes: [UInt8]) throws(BackupFault) {
        guard let root = try? JSONDocument(parsing: bytes).root, root["format"]?.int64 == Self.format,
            let service = root["service"]?.string, let name = root["name"]?.string, let storeId = root["storeId"]?.string,
            let source = root["source"]?.string, let lastSequence = root["lastSequence"]?.int64,
            let businessInstant = root["businessInstant"]?.string.flatMap(Instant.init),
            let takenAt = root["takenAt"]?.string.flatMap(Instant.init), let requestedBy = root["requestedBy"]?.string,
            let schema = root["schema"]?.elements.compactMap(\.string), let size = root["size"]?.int64,
            let sha256 = root["sha256"]?.string
        else { throw BackupFault("the manifest is not one of this platform's") }
        (self.service, self.name, self.storeId, self.source, self.lastSequence) = (service, name, storeId, source, lastSequence)
        (self.businessInstant, self.takenAt, self.requestedBy, self.schema) = (businessInstant, takenAt, requestedBy, schema)
        (self.size, self.sha256) = (size, sha256)
    }

    /// What the copy says of itself.
    init(_ db: Database, service: String, name: String, requestedBy: String, takenAt: Instant) throws {
        let meta = try StoreMeta.read(db)
        let last = try Int64.fetchOne(db, sql: "SELECT coalesce(max(position), 0) FROM outbox") ?? 0
        self.service = service
        self.name = name
        self.requestedBy = requestedBy
        self.takenAt = takenAt
        storeId = meta.storeId
        source = meta.life.source
        lastSequence = last - meta.lifeStart
        businessInstant = meta.businessInstant
        schema = try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid")
        size = 0
        sha256 = ""
    }
}

/// Why a backup cannot be taken, trusted or restored: a sentence for a person.
public struct BackupFault: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// Where a backup lies: its two files.
public struct BackupPlace: Sendable, Hashable {
    public let folder: String
    /// Without its ending: `<service>-<name>`.
    public let stem: String

    public init(folder: String, service: String, name: String) {
        self.folder = folder
        stem = "\(service)-\(name)"
    }

    /// Of either of its files.
    public init(path: String) {
        let url = URL(fileURLWithPath: path)
        folder = url.deletingLastPathComponent().path
        let file = url.lastPathComponent
        stem = ["sqlite", "json"].contains(url.pathExtension) ? url.deletingPathExtension().lastPathComponent : file
    }

    public var store: String { "\(folder)/\(stem).sqlite" }
    public var manifest: String { "\(folder)/\(stem).json" }
    /// While it is being written.
    var partialStore: String { "\(folder)/.\(stem).sqlite.partial" }
    var partialManifest: String { "\(folder)/.\(stem).json.partial" }
}
