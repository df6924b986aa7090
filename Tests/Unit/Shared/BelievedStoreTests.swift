import Foundation
import GRDB
import Messaging
import Primitives
import ServiceFramework
import Storage
import StrictJSON
import Synchronization
import Testing

/// A store on a machine whose clock is wrong: what it keeps, what waits, and what a person can say.
struct BelievedStoreTests {
    /// A machine whose true time passes, and whose system's clock is off by so much.
    private final class Machine: Sendable {
        private let state = Mutex((elapsed: Int64(0), error: Int64(0)))
        private let start: Instant

        init(_ start: String) { self.start = instant(start) }

        func pass(days: Double) { state.withLock { $0.elapsed += Int64(days * 86_400_000) } }
        /// Off by so many days.
        func set(error days: Int64) { state.withLock { $0.error = days * 86_400_000 } }
        var now: Instant { start.adding(milliseconds: state.withLock { $0.elapsed }) }
        var reading: ClockReading {
            state.withLock { ClockReading(system: start.adding(milliseconds: $0.elapsed + $0.error), elapsed: $0.elapsed) }
        }
    }

    /// Writes down on which days it was fired.
    private struct Daily: ServiceFramework.Timer {
        let name = "daily"
        let isDated: Bool
        static let note = SQL("INSERT INTO due (firedOn) VALUES (?)")

        func fire(in tx: Transaction) throws -> Bool {
            try tx.execute(Self.note, tx.today)
            return false
        }
    }

    private final class World {
        let machine: Machine
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("clock-\(UUID().uuidString)").path
        private(set) var store: ServiceStore!
        private(set) var processor: BatchProcessor!
        private var ids = 0

        init(_ start: String = "2026-12-01T02:00:00Z", error: Int64 = 0, martNow: String? = nil) throws {
            machine = Machine(start)
            machine.set(error: error)
            try begin(martNow: martNow)
        }

        deinit {
            try? end()
            try? FileManager.default.removeItem(atPath: folder)
        }

        private func begin(martNow: String?) throws {
            var bounds = BelievedTime.Bounds()
            bounds.builtOn = try #require(BusinessDate("2026-11-24"))
            let clock = BusinessClock.system(startingAt: martNow.map(instant), bounds: bounds) { [machine] in machine.reading }
            let surroundings = Surroundings(seed: { UInt64.random(in: .min ... .max) }, now: { [machine] in machine.reading.system })
            let definition = BoxService.definition(timers: [Daily(isDated: true)])
            store = try ServiceStore(definition, topology: Topology([]), folder: folder, clock: clock, surroundings: surroundings)
            processor = try BatchProcessor(store)
        }

        private func end() throws {
            processor = nil
            try store?.pool.close()
            store = nil
        }

        func restart(cleanly: Bool = false, martNow: String? = nil) throws {
            if cleanly { try store.closeCleanly() }
            try end()
            try begin(martNow: martNow)
        }

        func ask(_ name: String, _ data: String) throws -> String {
            ids += 1
            try processor.process([command(name, data, id: "id-\(ids)-\(UUID().uuidString)")])
            let row = try store.pool.read { try Row.fetchOne($0, sql: "SELECT body FROM reply ORDER BY position DESC LIMIT 1") }
            return try KeptReplyVerdict.of(#require(row))
        }

        func put() throws { #expect(try ask("put-box", #"{"boxId":"b\#(ids)","content":"salt"}"#) == "accepted ok") }

        func accept(_ time: String? = nil) throws -> String {
            let time = time.map { #","time":"\#($0)""# } ?? ""
            return try ask("accept-clock", #"{"by":"Ani","reason":"the shop was closed"\#(time)}"#)
        }

        var said: String {
            let moment = store.clock.moment
            return "\(moment.now) \(moment.verdict.rawValue)"
        }

        func number(_ sql: String) throws -> Int64 { try store.pool.read { try Int64.fetchOne($0, sql: sql) ?? 0 } }
        var kept: Instant { get throws { Instant(milliseconds: try number("SELECT businessInstant FROM progress")) } }
        func text(_ sql: String) throws -> String { try store.pool.read { try String.fetchOne($0, sql: sql) ?? "" } }
        func fireTimers() throws {
            try processor.fireTimers(dated: !store.clock.moment.verdict.holdsDates) { _, error in Issue.record(error) }
        }
    }

    private enum KeptReplyVerdict {
        static func of(_ row: Row) throws -> String {
            let data = try Envelope(parsing: Array(row[0] as Data)).data
            return "\(data["status"]?.string ?? "-") \(data["code"]?.string ?? "-")"
        }
    }

    @Test(arguments: [-20_786, -300, 9000, 20_000] as [Int64])
    func `a clock wrong by years, at a start or while running, leaves nothing behind`(error: Int64) throws {
        for atStart in [true, false] {
            let world = try World()
            try world.put()
            world.machine.set(error: error)
            world.machine.pass(days: 0.25)
            if atStart { try world.restart() }
            for _ in 0..<3 {
                world.machine.pass(days: 0.125)
                try world.put()
                #expect(try world.kept <= world.machine.now && world.kept == world.store.clock.now)
            }
            world.machine.set(error: 0)
            #expect(world.said == "\(world.machine.now) believed")
            try world.put()
            #expect(try world.kept == world.machine.now)
            try world.restart(cleanly: true)
            #expect(world.said == "\(world.machine.now) believed")
        }
    }

    @Test func `nothing dated happens as long as no clock is believed, and all of it when one is`() throws {
        let world = try World()
        try world.fireTimers()
        #expect(try world.number("SELECT count(*) FROM due") == 1)
        let marks = try world.number("SELECT count(*) FROM dayMark")
        world.machine.set(error: 20_000)
        world.machine.pass(days: 2)
        try world.fireTimers()
        #expect(try world.number("SELECT count(*) FROM due") == 1)
        #expect(try world.number("SELECT count(*) FROM dayMark") == marks, "retention rests too")
        #expect(world.said == "2026-12-03T02:00:00Z ahead")
        world.machine.set(error: 0)
        try world.fireTimers()
        #expect(try world.number("SELECT max(firedOn) FROM due") == Int64(BusinessDate("2026-12-03")!.day))
        #expect(try world.number("SELECT max(day) FROM dayMark") == Int64(BusinessDate("2026-12-03")!.day))
    }

    @Test func `ids of events, of what is parked, and backups have no time that is not believed`() throws {
        let world = try World()
        world.machine.set(error: 20_000)
        world.machine.pass(days: 0.1)
        try world.put()
        #expect(try world.ask("backup-store", #"{"by":"Ani"}"#) == "accepted ok")
        try world.processor.process([Incoming(channel: .commands, routingKey: "box.put-box", body: Array("{".utf8))])
        let wanted = try #require(try world.store.file.wantedBackup())
        #expect(wanted.name.hasPrefix("20261201T"))
        let manifest = try world.store.file.take(wanted, into: "\(world.folder)/backups").get()
        #expect(manifest.takenAt == world.store.clock.now && manifest.businessInstant <= manifest.takenAt)
        let wrong = try (world.text("SELECT max(messageId) FROM outbox"), world.text("SELECT max(parkedId) FROM parked"))
        world.machine.set(error: 0)
        world.machine.pass(days: 0.1)
        try world.put()
        try world.processor.process([Incoming(channel: .commands, routingKey: "box.put-box", body: Array("[".utf8))])
        #expect(try world.text("SELECT messageId FROM outbox ORDER BY position DESC LIMIT 1") > wrong.0)
        #expect(try world.text("SELECT parkedId FROM parked ORDER BY position DESC LIMIT 1") > wrong.1)
    }

    // MARK: A person's word

    @Test func `a rest of more than 60 days is accepted by a person, once and for good`() throws {
        let world = try World()
        try world.put()
        world.machine.pass(days: 90)
        try world.restart()
        #expect(world.said == "2026-12-01T02:00:00Z ahead")
        #expect(try world.accept("2026-12-01T02:00:00Z") == "rejected wrong-state", "they saw another clock")
        #expect(try world.accept("\(world.machine.now)") == "accepted ok")
        // The process dies before it does anything else.
        try world.restart()
        #expect(world.said == "2027-03-01T02:00:00Z believed")
        #expect(try world.accept() == "rejected wrong-state", "there is nothing to accept any more")
        #expect(try world.text("SELECT acceptedBy || ' ' || reason FROM acceptedClock") == "Ani the shop was closed")
        #expect(try world.number("SELECT systemInstant - businessInstant FROM acceptedClock") == 90 * 86_400_000)
    }

    @Test func `what was accepted counts from the next transaction on`() throws {
        let world = try World()
        try world.put()
        world.machine.set(error: 400)
        #expect(try world.accept() == "accepted ok")
        #expect(world.said == "2028-01-05T02:00:00Z believed")
        #expect(try world.kept == instant("2028-01-05T02:00:00Z"))
        #expect(world.store.clock.takeLeap()?.ground == .accepted)
    }

    @Test func `nobody can accept a way back`() throws {
        let world = try World()
        try world.put()
        world.machine.set(error: -300)
        #expect(try world.accept() == "rejected wrong-state")
        try world.restart(martNow: "2026-12-01T02:00:00Z")
        #expect(try world.accept() == "rejected wrong-state", "MART_NOW governs")
        #expect(try world.number("SELECT count(*) FROM acceptedClock") == 0)
    }

    @Test(arguments: ["{}", #"{"by":"Ani"}"#, #"{"reason":"so"}"#, #"{"by":"Ani","reason":"so","time":"tomorrow"}"#])
    func `whose word it is and why must be said`(data: String) throws {
        let world = try World(error: 20_000)
        #expect(try world.ask("accept-clock", data) == "rejected invalid")
        #expect(world.store.clock.moment.verdict == .unknown)
    }

    @Test func `MART_NOW set, changed and taken away is a word for that start, and the store remembers it`() throws {
        let world = try World()
        try world.put()
        try world.restart(martNow: "2027-08-01T00:00:00Z")
        #expect(world.said == "2027-08-01T00:00:00Z given")
        world.machine.pass(days: 1)
        try world.restart(cleanly: true, martNow: "2027-08-01T00:00:00Z")
        #expect(world.said == "2027-08-02T00:00:00Z given", "it runs on, and does not begin again")
        try world.restart(martNow: "2029-01-01T00:00:00Z")
        #expect(world.said == "2029-01-01T00:00:00Z given")
        // Taken away: never behind where the store stands.
        try world.restart()
        #expect(world.said == "2029-01-01T00:00:00Z behind")
        world.machine.pass(days: 1500)
        #expect(world.said == "2033-02-09T00:00:00Z behind", "elapsed time alone")
        try world.restart(martNow: "2033-02-10T00:00:00Z")
        world.machine.pass(days: 800)
        try world.restart()
        #expect(world.said.hasSuffix("believed") || world.said.hasSuffix("behind"))
    }

    @Test func `MART_NOW of a training is taken away, and the calendar has gone on by months`() throws {
        let world = try World(martNow: "2026-02-05T02:00:00Z")
        try world.put()
        try world.restart()
        #expect(world.said == "2026-12-01T02:00:00Z believed")
        // The word was for that start, and is kept even if the process dies at once.
        try world.restart()
        #expect(world.said == "2026-12-01T02:00:00Z believed")
        world.machine.set(error: 90)
        try world.restart()
        #expect(world.said == "2026-12-01T02:00:00Z ahead")
    }

    // MARK: New and old stores

    @Test(arguments: [-20_786, 20_000] as [Int64])
    func `a new store with a clock that cannot be right judges at the build date, and keeps that only as presumed`(error: Int64) throws {
        let world = try World(error: error)
        world.machine.pass(days: 1)
        try world.put()
        #expect(world.said == "2026-11-24T16:00:00Z unknown")
        #expect(try world.number("SELECT count(*) FROM meta WHERE key = 'presumed'") == 1)
        try world.restart()
        try world.put()
        #expect(world.said.hasSuffix("unknown"))
        world.machine.set(error: 0)
        try world.put()
        #expect(world.said == "\(world.machine.now) believed")
        #expect(try world.number("SELECT count(*) FROM meta WHERE key = 'presumed'") == 0)
        try world.restart()
        #expect(world.said == "\(world.machine.now) believed")
    }

    @Test func `a store that stands in 2081 says so, lets nobody accept less, and believes the calendar when it is there`() throws {
        let world = try World()
        try world.put()
        try world.store.pool.write {
            try $0.execute(sql: "UPDATE progress SET businessInstant = ?", arguments: [instant("2081-12-01").milliseconds])
        }
        try world.restart()
        #expect(world.store.clock.moment.verdict == .storeAhead)
        try world.fireTimers()
        #expect(try world.number("SELECT count(*) FROM due") == 0)
        #expect(try world.accept() == "rejected wrong-state")
        try world.put()
        #expect(try world.kept >= instant("2081-12-01"))
    }

    @Test func `time that only this process counts is not lost by a crash`() throws {
        let world = try World(error: -300)
        #expect(world.said == "2026-11-23T16:00:00Z unknown")
        world.machine.set(error: 0)
        try world.put()
        world.machine.set(error: -300)
        for _ in 0..<10 {
            world.machine.pass(days: 0.1)
            // Nothing comes, nothing is sent: the writer's idle turn.
            try world.processor.saveSentMarks()
        }
        try world.restart()
        #expect(world.said == "2026-12-02T02:00:00Z behind")
    }
}
