import Foundation
import GRDB
import Platform
import Primitives
import ServiceFramework
import Testing

/// Stores of every release, as SQL in Tests/Stores/<day of the release>/<service>.sql, made by `.dump` after a first start.
@Suite("Stores of earlier releases")
struct ReleasedStoreTests {
    private static let releases: [(release: String, service: String)] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
        return names.flatMap { release in Platform.names.map { (release, $0) } }
    }()

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Stores").standardizedFileURL

    @Test("open, and end with the schema that a new store has", arguments: releases)
    func upgrades(release: String, service: String) throws {
        let file = Self.folder.appending(path: "\(release)/\(service).sql")
        // A service that is younger than the release has none of that day.
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let definition = try #require(Platform.services.first { $0.name == service })
        let place = FileManager.default.temporaryDirectory.appending(path: "released-store-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let (old, new) = (place.appending(path: "old"), place.appending(path: "new"))
        try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
        let database = try DatabaseQueue(path: old.appending(path: "\(service).sqlite").path)
        try database.writeWithoutTransaction { db in try db.execute(sql: try String(contentsOf: file, encoding: .utf8)) }
        try database.close()
        #expect(try schema(definition, in: old) == schema(definition, in: new))
    }

    private func schema(_ definition: ServiceDefinition, in folder: URL) throws -> [String] {
        let start = try #require(Instant("2026-02-05T02:00:00Z"))
        let store = try ServiceStore(definition, topology: Platform.topology, folder: folder.path, clock: .manual(start))
        defer { try? store.pool.close() }
        return try store.pool.read { db in
            try String.fetchAll(
                db,
                sql: "SELECT type || ' ' || name || ' of ' || tbl_name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER BY type, name")
        }
    }

    @Test("every service that was there has one of each release")
    func fixturesAreThere() {
        #expect(Self.releases.contains { FileManager.default.fileExists(atPath: Self.folder.appending(path: "\($0)/\($1).sql").path) })
    }
}
