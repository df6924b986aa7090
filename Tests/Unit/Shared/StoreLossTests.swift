import Foundation
import GRDB
import Messaging
import Primitives
import Testing

@testable import ServiceFramework
@testable import Storage

/// A store whose files are moved, removed or replaced takes nothing more, saves what it has, and is missed at the next start.
struct StoreLossTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private var path: String { "\(bench.folder)/box.sqlite" }
    private var elsewhere: String { "\(bench.folder)-elsewhere" }
    private let files = FileManager.default

    private func put(_ id: String) throws { try bench.ask("put-box", #"{"boxId":"\#(id)","content":"rice"}"#) }

    /// What somebody does to the files of a running service.
    enum Harm: CaseIterable {
        case moved, removed, replaced, writtenOver, logRemoved, logReplaced, memoryRemoved, folderRenamed
    }

    private func harm(_ harm: Harm) throws {
        func replace(_ path: String) throws {
            try files.copyItem(atPath: path, toPath: "\(path).copy")
            try files.removeItem(atPath: path)
            try files.moveItem(atPath: "\(path).copy", toPath: path)
        }
        switch harm {
        case .moved: try files.moveItem(atPath: path, toPath: "\(path).moved")
        case .removed: try files.removeItem(atPath: path)
        case .replaced: try replace(path)
        case .writtenOver:
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.write(contentsOf: Data("another program's bytes".utf8))
            try file.close()
        case .logRemoved: try files.removeItem(atPath: "\(path)-wal")
        case .logReplaced: try replace("\(path)-wal")
        case .memoryRemoved: try files.removeItem(atPath: "\(path)-shm")
        case .folderRenamed: try files.moveItem(atPath: bench.folder, toPath: elsewhere)
        }
    }

    @Test(arguments: Harm.allCases) func `what is done to the files is noticed when idle`(harm: Harm) throws {
        try put("b1")
        try bench.store.file.look()
        try self.harm(harm)
        defer { try? files.removeItem(atPath: elsewhere) }
        #expect(throws: StoreChanged.self) { try bench.store.file.look() }
    }

    @Test(arguments: Harm.allCases.filter { $0 != .writtenOver })
    func `nothing more is committed, and what was is saved`(harm: Harm) throws {
        try put("b1")
        try self.harm(harm)
        defer { try? files.removeItem(atPath: elsewhere) }
        #expect(throws: StoreChanged.self) { try put("b2") }
        let rescue = try bench.store.file.rescue()
        #expect(rescue.damage == nil)
        #expect(try files.attributesOfItem(atPath: rescue.path)[.posixPermissions] as? Int == 0o600)
        let copy = try DatabaseQueue(path: rescue.path)
        #expect(try copy.read { try String.fetchAll($0, sql: "SELECT boxId FROM box") } == ["b1"])
        try copy.close()
    }

    @Test(arguments: [Harm.moved, .removed, .folderRenamed]) func `a service does not begin anew where its store is missing`(harm: Harm)
        throws
    {
        try put("b1")
        try self.harm(harm)
        defer { try? files.removeItem(atPath: elsewhere) }
        _ = try bench.store.file.rescue()
        let error = #expect(throws: StoreOpenError.self) { try bench.restart(cleanly: false) }
        guard case .missing = try #require(error) else { throw BenchFailure(description: "refused for another reason: \(error!)") }
        #expect("\(error!)".contains("--new-store") && "\(error!)".contains("martctl restore"))
        #expect(!files.fileExists(atPath: path), "a refusal makes no store")
        try bench.restart(cleanly: false, told: .store)
        #expect(bench.store.source == "/box~1", "sequences of the first life are never used again")
        #expect(try bench.boxes.isEmpty)
        try bench.restart()
        #expect(bench.store.source == "/box~1", "the flag is for one start")
    }

    @Test func `the copy that was saved can be put in the place of the store`() throws {
        try put("b1")
        try harm(.removed)
        let rescue = try bench.store.file.rescue()
        try bench.close()
        for suffix in ["-wal", "-shm"] { #expect(!files.fileExists(atPath: path + suffix), "a log is never left to another file") }
        try files.moveItem(atPath: rescue.path, toPath: path)
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box")
        #expect(try bench.boxes == ["b1=rice"])
    }

    @Test func `backups alone tell that there was a store`() throws {
        try put("b1")
        _ = try BackupWriter(path: path, service: "box", folder: "\(bench.folder)/backups").take("one", by: "Maria")
        try bench.close()
        for name in ["box.sqlite", "box.sqlite-wal", "box.sqlite-shm", "box.life"] {
            try? files.removeItem(atPath: "\(bench.folder)/\(name)")
        }
        let error = #expect(throws: StoreOpenError.self) { try bench.restart(cleanly: false) }
        #expect("\(try #require(error))".contains("its backup one"))
    }

    @Test func `backups of other services tell nothing`() throws {
        try put("b1")
        _ = try BackupWriter(path: path, service: "depot", folder: "\(bench.folder)/backups").take("one", by: "Maria")
        try bench.close()
        for name in ["box.sqlite", "box.sqlite-wal", "box.sqlite-shm", "box.life"] {
            try? files.removeItem(atPath: "\(bench.folder)/\(name)")
        }
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box")
    }

    /// Killed before the first commit: there is a lock, and perhaps a file without content or without its identity.
    @Test(arguments: [false, true]) func `a first start that was interrupted can be repeated`(hasTables: Bool) throws {
        try bench.close()
        for name in try files.contentsOfDirectory(atPath: bench.folder) where name != "box.lock" {
            try files.removeItem(atPath: "\(bench.folder)/\(name)")
        }
        #expect(files.createFile(atPath: path, contents: nil))
        if hasTables {
            let half = try DatabaseQueue(path: path)
            try half.write { db in for step in BoxService.definition().storeSchema.migrations.prefix(1) { try step.run(in: db) } }
            try half.write { try $0.execute(sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)") }
            try half.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('messaging-1')") }
            try half.close()
        }
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box")
        try put("b1")
    }

    @Test func `a store of before the notes gets one`() throws {
        try put("b1")
        try bench.store.closeCleanly()
        try bench.close()
        try files.removeItem(atPath: "\(bench.folder)/box.life")
        try bench.restart(cleanly: false)
        #expect(files.fileExists(atPath: "\(bench.folder)/box.life"))
        #expect(bench.store.source == "/box")
    }

    @Test func `a lock that was removed lets no second process in`() throws {
        try put("b1")
        try files.removeItem(atPath: "\(bench.folder)/box.lock")
        let error = #expect(throws: StoreOpenError.self) {
            try ServiceStore(BoxService.definition(), topology: Topology([]), folder: bench.folder, clock: .system())
        }
        guard case .inUse = try #require(error) else { throw BenchFailure(description: "refused for another reason: \(error!)") }
        try put("b2")
        #expect(try bench.boxes.count == 2)
    }

    // MARK: Put back

    private func copy() throws {
        try bench.store.closeCleanly()
        try files.copyItem(atPath: path, toPath: "\(path).old")
        try bench.restart()
    }

    private func putBack() throws {
        try bench.close()
        for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: path + suffix) }
        try files.moveItem(atPath: "\(path).old", toPath: path)
    }

    @Test func `an older copy is refused, and goes on as a new life where a person says so`() throws {
        try put("b1")
        try copy()
        try put("b2")
        try bench.store.file.noteLife()
        try putBack()
        let error = #expect(throws: StoreOpenError.self) { try bench.restart(cleanly: false) }
        #expect("\(try #require(error))".contains("--new-life"))
        #expect("\(error!)".contains("it ends at event 1"))
        try bench.restart(cleanly: false, told: .life)
        #expect(bench.store.source == "/box~1")
        #expect(try bench.boxes == ["b1=rice"])
        try put("b3")
        try bench.restart()
        #expect(bench.store.source == "/box~1")
    }

    @Test func `a copy that is as far as the store was goes on`() throws {
        try put("b1")
        try copy()
        try putBack()
        try bench.restart(cleanly: false)
        #expect(bench.store.source == "/box")
    }

    @Test func `a backup tells that a store is older than it was`() throws {
        try put("b1")
        try copy()
        try put("b2")
        _ = try BackupWriter(path: path, service: "box", folder: "\(bench.folder)/backups").take("two", by: "Maria")
        try putBack()
        try files.removeItem(atPath: "\(bench.folder)/box.life")
        let error = #expect(throws: StoreOpenError.self) { try bench.restart(cleanly: false) }
        #expect("\(try #require(error))".contains("its backup two"))
    }
}
