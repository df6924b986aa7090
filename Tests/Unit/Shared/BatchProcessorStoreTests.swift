import Foundation
import GRDB
import Messaging
import Primitives
import ServiceFramework
import Storage
import StrictJSON
import Synchronization
import Testing

/// What a store promises when it is opened, and what it keeps over the end of a process.
struct BatchProcessorStoreTests {
    @Test func `business time never goes back, not even over a restart`() throws {
        let bench = try Bench(now: "2026-02-05T02:00:00Z")
        bench.store.clock.advance(to: instant("2026-03-01T02:00:00Z"))
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#)
        try bench.restart(now: "2026-02-05T02:00:00Z", cleanly: false)
        #expect(bench.store.clock.now == instant("2026-03-01T02:00:00Z"))
        #expect(try bench.get("/v1/status").body["businessNow"]?.string == "2026-03-01T02:00:00Z")
        try bench.restart(now: "2026-04-01T02:00:00Z")
        #expect(bench.store.clock.now == instant("2026-04-01T02:00:00Z"))
    }

    @Test func `a second process on the same store is refused, and the first goes on`() throws {
        let bench = try Bench()
        for _ in 1...3 {
            let error = #expect(throws: StoreOpenError.self) {
                try ServiceStore(BoxService.definition(), topology: Topology([]), folder: bench.folder, clock: .system())
            }
            guard case .inUse = error else {
                Issue.record("refused for another reason: \(String(describing: error))")
                return
            }
        }
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#).verdict == "accepted ok")
    }

    @Test func `a store of a newer version is refused and left as it is`() throws {
        let bench = try Bench()
        try bench.restart(BoxService.definition(moreSchema: [.init("box-2", "CREATE TABLE later (x) ")]))
        try bench.close()
        let error = #expect(throws: StoreOpenError.self) {
            try ServiceStore(BoxService.definition(), topology: Topology([]), folder: bench.folder, clock: .system())
        }
        guard case .newer = error else {
            Issue.record("refused for another reason: \(String(describing: error))")
            return
        }
        let newer = BoxService.definition(moreSchema: [.init("box-2", "CREATE TABLE later (x) ")])
        _ = try ServiceStore(newer, topology: Topology([]), folder: bench.folder, clock: .system())
    }

    @Test func `a file that is no database is refused`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("noise-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let noise = String(repeating: "no database at all. ", count: 1000)
        try noise.write(to: folder.appendingPathComponent("box.sqlite"), atomically: true, encoding: .utf8)
        let error = #expect(throws: StoreOpenError.self) {
            try ServiceStore(BoxService.definition(), topology: Topology([]), folder: folder.path, clock: .system())
        }
        guard case .damaged = error else {
            Issue.record("refused for another reason: \(String(describing: error))")
            return
        }
    }

    /// GRDB sets NORMAL for WAL, with which a commit can vanish on power loss although the broker was told "done".
    @Test func `a commit is on the disk before anything is acknowledged`() throws {
        let bench = try Bench()
        let pragmas = try bench.store.pool.writeWithoutTransaction { db in
            try ["synchronous", "journal_mode", "foreign_keys"].map { try String.fetchOne(db, sql: "PRAGMA \($0)") ?? "" }
        }
        #expect(pragmas == ["2", "wal", "1"])
    }

    @Test func `the store knows whether the last process ended tidily`() throws {
        let bench = try Bench()
        #expect(!bench.store.file.wasStoppedUncleanly)
        let id = bench.store.storeId
        try bench.restart(cleanly: false)
        #expect(bench.store.file.wasStoppedUncleanly)
        try bench.restart(cleanly: true)
        #expect(!bench.store.file.wasStoppedUncleanly)
        #expect(bench.store.storeId == id)
        #expect(try Bench().store.storeId != id)
    }

    @Test func `how far the broker has confirmed is kept with the next batch, and when nothing comes`() throws {
        let bench = try Bench()
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#)
        bench.store.sent.withLock { $0 = SentMarks(events: 1, replies: 1) }
        try bench.ask("put-box", #"{"boxId":"b2","content":"rice"}"#)
        #expect(try bench.texts("SELECT eventsSent || ' ' || repliesSent FROM progress") == ["1 1"])
        bench.store.sent.withLock { $0 = SentMarks(events: 2, replies: 2) }
        try bench.processor.saveSentMarks()
        try bench.restart(cleanly: false)
        #expect(bench.store.sent.withLock { $0 } == SentMarks(events: 2, replies: 2))
    }

    @Test func `replies wait for the confirms of the events before them`() throws {
        let bench = try Bench()
        try bench.process((1...3).map { command("put-box", #"{"boxId":"b\#($0)","content":"rice"}"#, id: "m\($0)") })
        #expect(try bench.replies(after: 0, confirmedEvents: 0, limit: 10).isEmpty)
        #expect(try bench.replies(after: 0, confirmedEvents: 2, limit: 10).map(\.position) == [1, 2])
        #expect(try bench.replies(after: 2, confirmedEvents: 3, limit: 10).map(\.position) == [3])
        #expect(try bench.reader.events(after: 1, limit: 1).map(\.position) == [2])
    }
}
