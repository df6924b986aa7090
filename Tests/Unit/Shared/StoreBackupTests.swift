import Foundation
import GRDB
import Messaging
import StrictJSON
import Testing

@testable import ServiceFramework
@testable import Storage

/// `backup-store` asks for a copy of the live store; the copy is whole, says what it is, and is found out when it is damaged.
struct StoreBackupTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private var folder: String { "\(bench.folder)/backups" }

    private func put(_ ids: ClosedRange<Int>) throws {
        try bench.process(ids.map { command("put-box", #"{"boxId":"b\#($0)","content":"rice"}"#, id: "put-\($0)") })
    }

    /// Asks for a backup and takes it, as the keeper does.
    @discardableResult
    private func backUp(_ name: String) throws -> BackupPlace {
        #expect(try bench.ask("backup-store", #"{"name":"\#(name)","by":"Maria"}"#).verdict == "accepted ok")
        let wanted = try #require(try bench.store.file.wantedBackup())
        _ = try bench.store.file.take(wanted, into: folder).get()
        return BackupPlace(folder: folder, service: "box", name: name)
    }

    private func inspect(_ place: BackupPlace, _ definition: ServiceDefinition = BoxService.definition()) -> BackupInspection {
        BackupInspection(place, [definition.storeSchema])
    }

    @Test func `a backup of a running store is sound and says what it holds`() throws {
        try put(1...5)
        let place = try backUp("one")
        try put(6...7)
        let inspection = inspect(place)
        #expect(inspection.isSound, "\(inspection.findings)")
        #expect(inspection.findings.count > 5)
        let manifest = try #require(inspection.manifest)
        #expect(manifest.service == "box")
        #expect(manifest.name == "one")
        #expect(manifest.storeId == bench.store.storeId)
        #expect(manifest.source == "/box")
        #expect(manifest.lastSequence == 5)
        #expect(manifest.requestedBy == "Maria")
        #expect(manifest.businessInstant == instant("2026-02-05T02:00:00Z"))
        #expect(manifest.schema.last == "box-1")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["box-one.json", "box-one.sqlite"])
    }

    @Test func `it is its owner's alone`() throws {
        let place = try backUp("one")
        func mode(_ path: String) throws -> Int? { try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }
        for path in [place.store, place.manifest] { #expect(try mode(path) == 0o600, "\(path)") }
        #expect(try mode(folder) == 0o700)
    }

    @Test func `the read side tells what has become of it`() throws {
        try bench.ask("backup-store", #"{"name":"one","by":"Maria"}"#)
        #expect(try bench.get("/v1/backups/one").body["state"]?.string == "requested")
        let wanted = try #require(try bench.store.file.wantedBackup())
        let manifest = try bench.store.file.take(wanted, into: folder).get()
        let done = try bench.get("/v1/backups/one").body
        #expect(done["state"]?.string == "done")
        #expect(done["file"]?.string == "box-one.sqlite")
        #expect(done["manifest"]?["sha256"]?.string == manifest.sha256)
        #expect(try bench.get("/v1/backups?state=done").body["items"]?.elements.count == 1)
        #expect(try bench.get("/v1/backups?state=failed").body["items"]?.elements.isEmpty == true)
        #expect(try bench.get("/v1/backups/two").status == 404)
        #expect(try bench.store.file.wantedBackup() == nil)
    }

    @Test func `a name is used once, whoever asks again and whatever has become of its files`() throws {
        try backUp("one")
        #expect(try bench.ask("backup-store", #"{"name":"one","by":"Maria"}"#).verdict == "rejected conflict")
        try FileManager.default.removeItem(atPath: folder)
        #expect(try bench.ask("backup-store", #"{"name":"one","by":"Maria"}"#).verdict == "rejected conflict")
        #expect(try bench.ask("backup-store", #"{"name":"one","by":"Yosef"}"#).verdict == "rejected conflict")
        #expect(try bench.ask("backup-store", #"{"name":"../one","by":"Yosef"}"#).verdict == "rejected invalid")
        #expect(try bench.store.file.wantedBackup() == nil)
    }

    @Test func `without a name it gets one, and the reply says which`() throws {
        let names = try (1...2).map { _ in try bench.ask("backup-store", #"{"by":"Maria"}"#).data["details"]?["name"]?.string }
        #expect(Set(names).count == 2)
        for name in names { #expect(try bench.get("/v1/backups/\(name ?? "")").status == 200) }
    }

    @Test func `one that a process died over is taken at the next start`() throws {
        try put(1...2)
        try bench.ask("backup-store", #"{"name":"one","by":"Maria"}"#)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let place = BackupPlace(folder: folder, service: "box", name: "one")
        // Half a copy, and a store without its manifest: what deaths at two different moments leave behind.
        for path in [place.partialStore, place.store] { try Data("half".utf8).write(to: URL(fileURLWithPath: path)) }
        try bench.restart(cleanly: false)
        let wanted = try #require(try bench.store.file.wantedBackup())
        _ = try bench.store.file.take(wanted, into: folder).get()
        #expect(inspect(place).isSound)
        #expect(!FileManager.default.fileExists(atPath: place.partialStore))
    }

    @Test func `one that was finished and not written down is not taken twice`() throws {
        let place = try backUp("one")
        let before = try Data(contentsOf: URL(fileURLWithPath: place.store))
        try bench.store.pool.write { try $0.execute(sql: "UPDATE backup SET state = 'requested', manifest = NULL") }
        let wanted = try #require(try bench.store.file.wantedBackup())
        #expect(try bench.store.file.take(wanted, into: folder).get().name == "one")
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.store)) == before)
    }

    @Test func `a backup that cannot be written fails with its reason, and leaves nothing`() throws {
        try Data("a file, no folder".utf8).write(to: URL(fileURLWithPath: folder))
        try bench.ask("backup-store", #"{"name":"one","by":"Maria"}"#)
        let wanted = try #require(try bench.store.file.wantedBackup())
        #expect(throws: BackupFault.self) { try bench.store.file.take(wanted, into: folder).get() }
        let told = try bench.get("/v1/backups/one").body
        #expect(told["state"]?.string == "failed")
        #expect(told["error"]?.string?.isEmpty == false)
        #expect(try bench.ask("put-box", #"{"boxId":"b9","content":"rice"}"#).verdict == "accepted ok")
    }

    @Test func `a byte that changed is found out`() throws {
        try put(1...50)
        let place = try backUp("one")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: place.store))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: place.store))
        let inspection = inspect(place)
        #expect(!inspection.isSound)
        #expect(inspection.findings.map(\.check) == ["the file is the one that the manifest names"], "a changed file is not opened")
    }

    @Test func `a missing or foreign manifest is found out`() throws {
        let place = try backUp("one")
        #expect(!BackupInspection(place, []).isSound)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: place.manifest))
        #expect(!inspect(place).isSound)
        try FileManager.default.removeItem(atPath: place.manifest)
        #expect(!inspect(place).isSound)
    }

    @Test func `a backup of a newer version is found out`() throws {
        try bench.restart(BoxService.definition(moreSchema: [.init("box-2", "CREATE TABLE later (x) ")]))
        let place = try backUp("one")
        let faults = inspect(place).findings.flatMap(\.faults)
        #expect(faults == ["the step box-2 is of a newer version"])
        #expect(inspect(place, BoxService.definition(moreSchema: [.init("box-2", "")])).isSound)
    }

    @Test func `a backup of an older version is sound, and its rules are left to the start`() throws {
        let place = try backUp("one")
        let inspection = inspect(place, BoxService.definition(moreSchema: [.init("box-2", "CREATE TABLE later (x) ")]))
        #expect(inspection.isSound)
        #expect(inspection.findings.last?.check.contains("older") == true)
    }

    @Test(arguments: [
        ("DELETE FROM outbox WHERE position = 2", "the sequence has no gaps"),
        ("UPDATE outbox SET position = 9 WHERE position = 3", "the sequence has no gaps"),
        ("UPDATE outbox SET body = (SELECT body FROM outbox WHERE position = 1) WHERE position = 2", "every event says the sequence"),
        ("UPDATE progress SET eventsSent = 99", "nothing counts as sent"),
        ("DELETE FROM inbox WHERE position = 1", "every event has its cause"),
        ("DELETE FROM box WHERE boxId = 'b1'", "every box was told once"),
    ])
    func `a broken rule is found out`(damage: String, rule: String) throws {
        try bench.restart(BoxService.definition(invariants: [Self.told]))
        try put(1...3)
        try bench.ask("backup-store", #"{"name":"one","by":"Maria"}"#)
        try bench.store.pool.write { try $0.execute(sql: damage) }
        let wanted = try #require(try bench.store.file.wantedBackup())
        _ = try bench.store.file.take(wanted, into: folder).get()
        let place = BackupPlace(folder: folder, service: "box", name: "one")
        let broken = inspect(place, BoxService.definition(invariants: [Self.told])).findings.filter { !$0.holds }
        #expect(broken.contains { $0.check.hasPrefix(rule) }, "\(broken)")
    }

    private static let told = Invariant.told(BoxPut.self, once: "every box was told once", count: "SELECT count(*) FROM box")
}
