import GRDB
import Messaging
import Store
import StrictJSON
import Testing

/// The store fails: nothing is acknowledged, nothing changes, and the same batch may be tried again.
struct BatchProcessorStoreFailureTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    /// No page more than the file has now.
    private func fillDisk() throws {
        try bench.store.pool.writeWithoutTransaction { db in
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    private func emptyDisk() throws {
        try bench.store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
    }

    private func batch(_ numbers: ClosedRange<Int>) -> [Incoming] {
        let content = String(repeating: "x", count: 400)
        return numbers.map { command("put-box", #"{"boxId":"b\#($0)","content":"\#(content)"}"#, id: "m\($0)") }
    }

    @Test func `a full disk is nobody's fault: nothing is parked, nothing changed, and the batch goes through later`() throws {
        try bench.process(batch(1...3))
        let before = bench.processor.committed
        try fillDisk()
        for _ in 1...2 {
            let error = #expect(throws: StoreError.self) { try bench.process(batch(4...300)) }
            #expect(error?.isFaultOfMessage == false)
            #expect(error?.isCorruption == false)
            #expect(bench.processor.committed.events == before.events)
            #expect(bench.processor.committed.replies == before.replies)
            #expect(try bench.boxes.count == 3)
            #expect(try bench.number("SELECT count(*) FROM inbox") == 3)
            #expect(try bench.parked.isEmpty)
        }
        try emptyDisk()
        try bench.process(batch(4...300))
        #expect(try bench.boxes.count == 300)
        #expect(try bench.events.map(\.position) == Array(1...300))
        #expect(try bench.replies.count == 300)
        #expect(bench.counts.values.reduce(0, +) == 300)
    }

    @Test func `a full disk that shows only when the batch is done again is nobody's fault either`() throws {
        try bench.process(batch(1...3))
        try fillDisk()
        let mixed = [command("put-box", #"{"boxId":"b900","content":"broken"}"#, id: "m900")] + batch(4...300)
        let error = #expect(throws: StoreError.self) { try bench.process(mixed) }
        #expect(error?.isFaultOfMessage == false)
        #expect(try bench.parked.isEmpty)
        try emptyDisk()
        try bench.process(mixed)
        #expect(try bench.parked == ["poison"])
        #expect(try bench.boxes.count == 300)
    }

    @Test func `a source that was new in a batch that failed is known rightly afterwards`() throws {
        try bench.process(batch(1...3))
        try fillDisk()
        let fromElsewhere = [command("put-box", #"{"boxId":"c1","content":"rice"}"#, id: "m1", source: "/till-9")] + batch(4...300)
        #expect(throws: StoreError.self) { try bench.process(fromElsewhere) }
        try emptyDisk()
        // Another source takes the number that the failed batch had given.
        try bench.process([command("put-box", #"{"boxId":"d1","content":"rice"}"#, id: "m1", source: "/till-8")])
        try bench.process(fromElsewhere)
        #expect(try bench.replies.allSatisfy { $0.verdict == "accepted ok" })
        #expect(
            try bench.texts("SELECT source.name FROM inbox JOIN source ON number = source WHERE messageId = 'm1' ORDER BY 1") == [
                "/till-1", "/till-8", "/till-9",
            ])
    }

    /// Found while the simulator was written: every retry of a suspect counted one more attempt, so that a disk that was full for three seconds
    /// after an unclean stop got the message at hand parked as poison, "the process died 5 times".
    @Test func `a suspect that the store cannot take for long is not parked for it`() throws {
        try fillDisk()
        var last = 1
        while (try? bench.process(batch(last...last))) != nil { last += 1 }
        var turn = SuspectTurn(batch(last...last)[0])
        for _ in 0..<Limits.attempts + 2 { #expect(throws: StoreError.self) { try turn.proceed(bench.processor) } }
        try emptyDisk()
        try turn.proceed(bench.processor)
        #expect(try bench.parked.isEmpty)
        #expect(try bench.boxes.count == last)
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
    }

    @Test func `reads go on while the store takes nothing`() throws {
        try bench.process(batch(1...3))
        try fillDisk()
        #expect(throws: StoreError.self) { try bench.process(batch(4...300)) }
        #expect(try bench.get("/v1/status").body["lastSequence"]?.int64 == 3)
    }
}
