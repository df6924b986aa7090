import Foundation
import GRDB
import Messaging
import StrictJSON
import Testing

@testable import ServiceFramework
@testable import Storage

/// A restored store goes on as another source from 1, and nothing that was there is lost.
struct StoreRestoreTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private func put(_ ids: ClosedRange<Int>) throws {
        try bench.process(ids.map { command("put-box", #"{"boxId":"b\#($0)","content":"rice"}"#, id: "put-\($0)") })
    }

    private func backUp(_ name: String, of bench: Bench? = nil) throws -> BackupInspection {
        let bench = bench ?? self.bench
        try bench.ask("backup-store", #"{"name":"\#(name)","by":"Maria"}"#)
        let wanted = try #require(try bench.store.file.wantedBackup())
        _ = try bench.store.file.take(wanted, into: "\(bench.folder)/backups").get()
        return inspection(name, of: bench)
    }

    private func inspection(_ name: String, of bench: Bench? = nil) -> BackupInspection {
        let folder = "\((bench ?? self.bench).folder)/backups"
        return BackupInspection(BackupPlace(folder: folder, service: "box", name: name), [BoxService.definition().storeSchema])
    }

    /// Stops the service, restores, starts it again.
    @discardableResult
    private func restore(_ inspection: BackupInspection, cleanly: Bool = false) throws -> StoreRestore.Outcome {
        if cleanly { try bench.store.closeCleanly() }
        try bench.close()
        let outcome = try StoreRestore(inspection, into: bench.folder).run()
        try bench.restart(cleanly: false)
        return outcome
    }

    private func ids() throws -> [String] { try bench.events.map { "\($0.envelope.source) \($0.envelope.sequence ?? 0)" } }

    @Test func `it has what the backup had, under a new source and id`() throws {
        try put(1...3)
        let backup = try backUp("one")
        let before = (id: bench.store.storeId, boxes: try bench.boxes, events: try bench.events.map(\.envelope.id))
        try put(4...6)
        let outcome = try restore(backup)
        #expect(outcome.source == "/box~1")
        #expect(bench.store.source == "/box~1")
        #expect(bench.store.storeId != before.id)
        #expect(try bench.boxes == before.boxes)
        #expect(try bench.events.map(\.envelope.id) == before.events, "what the old life had to send stays as it was")
        let status = try bench.get("/v1/status").body
        #expect(status["source"]?.string == "/box~1")
        #expect(status["lastSequence"]?.int64 == 0)
        try put(7...8)
        #expect(try ids() == ["/box 1", "/box 2", "/box 3", "/box~1 1", "/box~1 2"])
        #expect(try bench.get("/v1/status").body["lastSequence"]?.int64 == 2)
        #expect(try bench.get("/v1/messages?id=put-8").body.elements.first?["published"]?.elements.first?["sequence"]?.int64 == 2)
        #expect(try bench.get("/v1/messages?id=put-3").body.elements.first?["published"]?.elements.first?["sequence"]?.int64 == 3)
    }

    @Test func `a message that it knew is a duplicate, and one that it has forgotten is handled again`() throws {
        try put(1...1)
        let backup = try backUp("one")
        try put(2...2)
        try restore(backup)
        let boxes = try bench.boxes
        try put(1...2)
        #expect(boxes == ["b1=rice"])
        #expect(try bench.boxes == ["b1=rice", "b2=rice"])
        #expect(try ids() == ["/box 1", "/box~1 1"])
    }

    @Test func `the same source is used by no two lives, whichever backup comes back`() throws {
        try put(1...1)
        let first = try backUp("first")
        #expect(try restore(first).source == "/box~1")
        try put(2...2)
        // The backup is of the first life, and knows nothing of the second.
        #expect(try restore(first).source == "/box~2")
        try put(3...3)
        let third = try backUp("third")
        #expect(third.manifest?.source == "/box~2")
        #expect(third.manifest?.lastSequence == 1)
        #expect(try restore(third).source == "/box~3")
        #expect(try restore(first).source == "/box~4")
        #expect(inspection("third").isSound)
    }

    /// The disk is gone, and with it everything but the folder of the backups.
    @Test func `the folder of the backups alone remembers the lives`() throws {
        let first = try backUp("first")
        try restore(first)
        try bench.close()
        let elsewhere = try Bench()
        try elsewhere.close()
        #expect(try StoreRestore(first, into: elsewhere.folder).run().source == "/box~2")
    }

    @Test func `a life that left no trace can be named`() throws {
        let backup = try backUp("one")
        try bench.close()
        #expect(try StoreRestore(backup, into: bench.folder).run(leastLife: 7).source == "/box~7")
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box~7")
    }

    /// Copied by hand, without `martctl restore`.
    @Test func `a backup put in place by hand begins a new life as well`() throws {
        try put(1...1)
        let backup = try backUp("one")
        try bench.close()
        let store = "\(bench.folder)/box.sqlite"
        for path in [store, store + "-wal", store + "-shm"] { try? FileManager.default.removeItem(atPath: path) }
        try FileManager.default.copyItem(atPath: backup.place.store, toPath: store)
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box~1")
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box~1", "a life begins once")
    }

    @Test func `the old store is kept aside with its log`() throws {
        try put(1...3)
        let backup = try backUp("one")
        try put(4...6)
        let aside = try #require(try restore(backup).aside)
        let old = try DatabaseQueue(path: "\(aside)/box.sqlite")
        #expect(try old.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM box") } == 6)
        try old.close()
        #expect(try bench.boxes.count == 3)
    }

    @Test func `a store that a process has is not touched`() throws {
        let backup = try backUp("one")
        let fault = #expect(throws: BackupFault.self) { try StoreRestore(backup, into: bench.folder) }
        #expect(fault?.description.contains("in use") == true)
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#).verdict == "accepted ok")
    }

    @Test func `a backup that is not sound is not restored`() throws {
        let backup = try backUp("one")
        try Data("noise".utf8).write(to: URL(fileURLWithPath: backup.place.store))
        try bench.close()
        #expect(throws: BackupFault.self) { try StoreRestore(inspection("one"), into: bench.folder) }
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box")
    }

    /// Killed after the old store was taken away: starting with nothing would begin the first life once more.
    @Test func `a service does not start on half a restore, and the restore can be repeated`() throws {
        try put(1...3)
        let backup = try backUp("one")
        try bench.close()
        let store = "\(bench.folder)/box.sqlite"
        try FileManager.default.moveItem(atPath: store, toPath: store + ".restoring")
        let error = #expect(throws: StoreOpenError.self) { try bench.restart(cleanly: false) }
        #expect("\(try #require(error))".contains("repeat the restore"))
        _ = try StoreRestore(backup, into: bench.folder).run()
        try bench.restart(cleanly: false)
        #expect(try bench.boxes.count == 3)
    }

    @Test func `what a store wanted when it was backed up is not wanted again`() throws {
        try bench.ask("backup-store", #"{"name":"waiting","by":"Maria"}"#)
        let writer = BackupWriter(path: bench.store.pool.path, service: "box", folder: "\(bench.folder)/backups")
        _ = try writer.take("one", by: "Maria")
        try restore(inspection("one"))
        #expect(try bench.store.file.wantedBackup() == nil)
        #expect(try bench.get("/v1/backups/waiting").body["state"]?.string == "superseded")
    }
}
