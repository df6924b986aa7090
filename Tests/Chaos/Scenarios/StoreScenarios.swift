import Foundation
import GRDB
import Storage
import TestSupport

/// The disk under a store.
extension Scenario {
    /// A fault of one service's disk that lasts until it is healed; nothing is acknowledged meanwhile, and `/readyz` says so.
    private static func disk(
        _ name: String, _ fault: FaultyDisk.Fault, of service: String, isQuick: Bool = false, saysSo: Bool = true
    ) -> Scenario {
        Scenario(name: name, isQuick: isQuick, faultyDisks: [service]) { mart in
            guard let disk = mart.disks[service] else { throw SupportError("no disk") }
            try await mart.answeredMore(60)
            try disk.set(fault)
            if saysSo {
                try await expectEventually("\(service) says that its store fails") {
                    let (status, body) = try await mart[service].get("/readyz")
                    return status == 503 && String(decoding: body, as: UTF8.self).contains("store-failing")
                }
            }
            try await Task.sleep(for: .seconds(1))
            if try await mart[service].get("/livez").status != 200 { throw SupportError("\(service) does not live") }
            try disk.set(.none)
        }
    }

    static let disks: [Scenario] = [
        disk("consignment's disk is full", .full, of: "consignment", isQuick: true),
        disk("settlement's disk is full", .full, of: "settlement"),
        fileSystemFull(of: "consignment"),
        fileSystemFull(of: "settlement"),
        disk("consignment's disk takes half of what is written", .shortWrites, of: "consignment"),
        disk("consignment's syncs fail", .syncFails, of: "consignment"),
        disk("settlement's syncs fail", .syncFails, of: "settlement"),
        disk("settlement's writes fail", .writeFails, of: "settlement"),
        disk("catalog's file system turns read-only", .readOnly, of: "catalog", saysSo: false),
        disk("consignment's file system turns read-only", .readOnly, of: "consignment"),
        disk("consignment's disk takes 100 ms for a sync", .slowSync, of: "consignment", saysSo: false),
        Scenario(
            name: "SIGTERM while the disk is full", faultyDisks: ["settlement"], deaths: ["settlement": [1]]
        ) { mart in
            try await mart.answeredMore(60)
            try mart.disks["settlement"]?.set(.full)
            try await expectEventually("settlement says that its store fails") {
                String(decoding: try await mart["settlement"].get("/readyz").body, as: UTF8.self).contains("store-failing")
            }
            let told = ContinuousClock.now
            try await mart.terminate(["settlement"])
            mart.release("settlement")
            let code = try await mart["settlement"].waitForExit()
            if told.duration(to: .now) > .seconds(8) { throw SupportError("it took \(told.duration(to: .now)) to stop") }
            mart.noteDeaths("settlement", [code])
            try mart.disks["settlement"]?.set(.none)
            try await mart["settlement"].restart()
        },
        powerCut(of: "consignment", isQuick: true),
        powerCut(of: "settlement"),
        powerCut(of: "catalog"),
        powerCut(of: "permits"),
        Scenario(name: "a reader holds settlement's store for the whole day") { mart in
            let reader = try DatabaseQueue(path: mart.store(of: "settlement"), configuration: .reading)
            try await mart.answeredMore(30)
            try await reader.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN; SELECT count(*) FROM posting")
            }
            try await mart.answered(mart.trader.record.read { $0.entries.count })
            try await reader.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try reader.close()
        },
        Scenario(name: "a reader makes consignment's log grow past its bound", keepsSize: true, patience: .seconds(120)) { mart in
            let log = mart.store(of: "consignment") + "-wal"
            let reader = try DatabaseQueue(path: mart.store(of: "consignment"), configuration: .reading)
            try await reader.writeWithoutTransaction { try $0.execute(sql: "BEGIN; SELECT count(*) FROM sale") }
            var number = 0
            while try Mart.size(of: log) < StoreSettings.logLimit + 8 << 20 {
                try await mart.trader.ask((number..<number + 100).map(Trade().bigSale))
                number += 100
            }
            try await reader.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try reader.close()
            try await mart.trader.ask((number..<number + 100).map(Trade().bigSale))
            let size = try Mart.size(of: log)
            if size > StoreSettings.logLimit { throw SupportError("the log keeps \(size) bytes when nobody reads it any more") }
        },
        Scenario(name: "a second settlement on the same store is refused") { mart in
            try await mart.answeredMore(30)
            let second = try ServiceProcess(
                "settlement", amqpURL: mart.place.url, folder: TemporaryFolder("second"),
                environment: ["DATA_DIR": mart["settlement"].dataFolder.path])
            let code = try await second.waitForExit()
            if code != 69 { throw SupportError("the second one ended with \(code)") }
            if !second.logTail().contains("in use") { throw SupportError("it does not say why: \(second.logTail())") }
        },
        Scenario(name: "a second settlement with a store of its own is fenced off", sales: 600) { mart in
            try await mart.answeredMore(30)
            let second = try ServiceProcess("settlement", amqpURL: mart.place.url, folder: TemporaryFolder("second"))
            let code = try await second.waitForExit(timeout: .seconds(40))
            if code != 69 { throw SupportError("the second one ended with \(code)") }
            if !second.logTail().contains("another instance") { throw SupportError("it does not say why: \(second.logTail())") }
        },
        damaged("a store whose first page is torn is refused", page: { _ in 0 }),
        damaged("a store with a torn page within is refused", isQuick: true) { db in
            try Int.fetchOne(db, sql: "SELECT rootpage - 1 FROM sqlite_schema WHERE name = 'inbox'") ?? 0
        },
        Scenario(name: "a store of a newer version is refused", deaths: ["permits": [0, 69]]) { mart in
            try await mart.answeredMore(30)
            try await mart.stopped("permits") { store in
                try await store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('from-the-future')") }
                try await mart.refused("permits", saying: "newer")
                try await store.write { try $0.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = 'from-the-future'") }
            }
        },
        Scenario(name: "a schema is upgraded while messages wait", deaths: ["settlement": [0]]) { mart in
            try await mart.answeredMore(30)
            try await mart.stopped("settlement") { store in
                // As the version before left it.
                try await store.write { db in
                    try db.execute(
                        sql: """
                            ALTER TABLE outbox DROP COLUMN tracestate;
                            ALTER TABLE reply DROP COLUMN traceparent;
                            ALTER TABLE reply DROP COLUMN tracestate;
                            DELETE FROM grdb_migrations WHERE identifier = 'messaging-traces';
                            """)
                }
                try await mart.answeredMore(60)
            }
        },
    ]

    /// By a file system that is full itself, shared memory of the store's log included.
    private static func fileSystemFull(of service: String) -> Scenario {
        Scenario(name: "the file system under \(service) is full", keepsSize: true, smallDisks: [service]) { mart in
            let folder = mart[service].dataFolder.path
            for _ in 1...2 {
                try await mart.answeredMore(40)
                try SmallDisk.fill(folder)
                try await expectEventually("\(service) says that its store fails") {
                    let (status, body) = try await mart[service].get("/readyz")
                    return status == 503 && String(decoding: body, as: UTF8.self).contains("store-failing")
                }
                try SmallDisk.free(folder)
                try await mart.ready()
            }
        }
    }

    /// What was written and not synced is gone, as if the machine had lost its power.
    private static func powerCut(of service: String, isQuick: Bool = false) -> Scenario {
        Scenario(
            name: "power cut under \(service)", isQuick: isQuick, faultyDisks: [service], deaths: [service: [137, 137, 137]]
        ) { mart in
            mart.release(service)
            for _ in 1...3 {
                try await mart.answeredMore(40)
                try await mart[service].kill()
                mart.noteDeaths(service, [137])
                try FaultyDisk.cutPower(of: mart.store(of: service))
                try await mart[service].restart()
            }
        }
    }

    /// A page of settlement's store is overwritten while it is stopped; it must be refused, with the reason, and nothing may be lost by it.
    private static func damaged(
        _ name: String, isQuick: Bool = false, page: @escaping @Sendable (Database) throws -> Int
    ) -> Scenario {
        Scenario(name: name, isQuick: isQuick, deaths: ["settlement": [0, 69]]) { mart in
            try await mart.answeredMore(60)
            try await mart.stopped("settlement") { store in
                let number = try await store.write { db in try page(db) }
                try await store.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
                try store.close()
                let path = URL(fileURLWithPath: mart.store(of: "settlement"))
                let whole = try Data(contentsOf: path)
                var torn = whole
                torn.replaceSubrange(number * 8192..<(number + 1) * 8192, with: Data(repeating: 0xA5, count: 8192))
                try torn.write(to: path)
                try await mart.answeredMore(30)
                try await mart.refused("settlement", saying: "damaged")
                for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path.path + suffix) }
                try whole.write(to: path)
            }
        }
    }
}

extension Configuration {
    static var reading: Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        // A reader that stays in its transaction is what the scenario is about.
        configuration.allowsUnsafeTransactions = true
        return configuration
    }
}

extension Mart {
    /// Does something with a service's store while the service is stopped, and starts it again.
    func stopped(_ service: String, _ body: (DatabaseQueue) async throws -> Void) async throws {
        release(service)
        noteDeaths(service, [try await self[service].terminate()])
        let store = try DatabaseQueue(path: store(of: service))
        try await body(store)
        try store.close()
        try await self[service].restart()
    }

    /// Starts a service that must end by itself with exit code 69.
    func refused(_ service: String, saying word: String) async throws {
        try await self[service].restart()
        noteDeaths(service, [try await self[service].waitForExit()])
        let log = self[service].logTail(lines: 3)
        if !log.contains(word) { throw SupportError("\(service) does not say \(word): \(log)") }
    }
}
