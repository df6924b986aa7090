import Contracts
import GRDB
import Messaging
import Primitives
import ServiceFramework
import Storage
import Testing

/// Work that the business clock brings.
struct BatchProcessorTimerTests {
    /// Marks due rows, a few at a time.
    private struct Chunked: ServiceFramework.Timer {
        static let next = SQL("SELECT number FROM due WHERE firedOn IS NULL AND number <= ? ORDER BY number LIMIT ?")
        static let mark = SQL("UPDATE due SET firedOn = ? WHERE number = ?")
        let name = "chunked"
        var chunk = 3

        func fire(in tx: Transaction) throws -> Bool {
            let rows = try tx.all(Self.next, Int64(tx.today.day), chunk) { $0.int(0) }
            for row in rows {
                try tx.execute(Self.mark, tx.today, row)
                try tx.publish(
                    BoxPut.with {
                        $0.boxId = "due-\(row)"
                        $0.content = "x"
                    })
            }
            return rows.count == chunk
        }
    }

    private struct Failing: ServiceFramework.Timer {
        struct Broken: Error {}
        static let write = SQL("INSERT INTO due VALUES (-1, 0)")
        let name = "failing"

        func fire(in tx: Transaction) throws -> Bool {
            try tx.execute(Self.write)
            try tx.publish(BoxPut.with { $0.boxId = "never" })
            throw Broken()
        }
    }

    private struct Full: ServiceFramework.Timer {
        let name = "full"
        func fire(in tx: Transaction) throws -> Bool { throw StoreError(code: 13, message: "database or disk is full", statement: "-") }
    }

    private let today = instant("2026-02-05T02:00:00Z")

    private func bench(_ timers: [any ServiceFramework.Timer], due: Int = 0) throws -> Bench {
        let bench = try Bench(BoxService.definition(timers: timers))
        try bench.store.pool.writeWithoutTransaction { db in
            for number in 0..<due { try db.execute(sql: "INSERT INTO due VALUES (\(Int(BusinessDate(today).day) - number), NULL)") }
        }
        return bench
    }

    @Test func `what is due is done in chunks, each a transaction of its own, until nothing is left`() throws {
        let bench = try bench([Chunked()], due: 7)
        var fired: [Int64] = []
        repeat {
            try bench.processor.fireTimers { _, error in Issue.record(error) }
            fired.append(try bench.number("SELECT count(*) FROM due WHERE firedOn IS NOT NULL"))
        } while bench.processor.committed.timersRequested
        #expect(fired == [3, 6, 7])
        #expect(try bench.events.count == 7)
    }

    @Test func `its events name the clock and the date as their cause`() throws {
        let bench = try bench([Chunked()], due: 1)
        try bench.processor.fireTimers { _, error in Issue.record(error) }
        let event = try #require(try bench.events.first)
        #expect(event.envelope.causationId == "clock:2026-02-05")
        #expect(event.envelope.correlationId == "clock:2026-02-05")
        #expect(event.envelope.sequence == 1)
    }

    @Test func `a timer that fails is undone alone, and the others fire`() throws {
        let bench = try bench([Chunked(chunk: 1), Failing(), Chunked(chunk: 1)], due: 2)
        var failures: [String] = []
        try bench.processor.fireTimers { timer, error in failures.append("\(timer.name) \(type(of: error))") }
        #expect(failures == ["failing Broken"])
        #expect(try bench.number("SELECT count(*) FROM due WHERE firedOn IS NOT NULL") == 2)
        #expect(try bench.number("SELECT count(*) FROM due WHERE number = -1") == 0)
        #expect(try bench.events.map(\.position) == [1, 2])
    }

    @Test func `a store that fails is not the timer's doing`() throws {
        let bench = try bench([Full()])
        #expect(throws: StoreError.self) { try bench.processor.fireTimers { _, _ in Issue.record("reported as the timer's") } }
    }

    @Test func `only what is due by the business date is done`() throws {
        let bench = try bench([Chunked()])
        let tomorrow = BusinessDate(today).adding(days: 1)
        try bench.store.pool.writeWithoutTransaction { try $0.execute(sql: "INSERT INTO due VALUES (\(tomorrow.day), NULL)") }
        try bench.processor.fireTimers { _, error in Issue.record(error) }
        #expect(try bench.events.isEmpty)
        bench.store.clock.advance(to: instant("2026-02-05T15:59:59Z"))
        try bench.processor.fireTimers { _, error in Issue.record(error) }
        #expect(try bench.events.isEmpty)
        bench.store.clock.advance(to: instant("2026-02-05T16:00:00Z"))
        try bench.processor.fireTimers { _, error in Issue.record(error) }
        #expect(try bench.events.map(\.envelope.causationId) == ["clock:2026-02-06"])
    }
}
