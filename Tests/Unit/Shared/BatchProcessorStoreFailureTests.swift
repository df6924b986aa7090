import GRDB
import Messaging
import ServiceFramework
import Storage
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

    /// Fills it, the last message that still goes in included.
    /// - Returns: the next one, which does not.
    private func fillDiskAndStore() throws -> Incoming {
        try fillDisk()
        var last = 1
        while (try? bench.processor.process(batch(last...last))) != nil { last += 1 }
        return batch(last...last)[0]
    }

    /// A wish to replay after an unclean stop is handled as a suspect is; each retry began its attempt anew.
    @Test func `a suspected replay that the store cannot take for long is not parked again for it`() throws {
        let content = String(repeating: "x", count: 400)
        let killer = command("put-box", #"{"boxId":"z1","content":"\#(content)"}"#, id: "z1")
        for _ in 0...Limits.attempts { _ = try bench.processor.beginAttempt(killer) }
        try bench.processor.process([command("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"mended"}"#, id: "z2")])
        try bench.restart(cleanly: false)
        _ = try fillDiskAndStore()
        for _ in 0..<Limits.attempts + 2 { #expect(throws: StoreError.self) { try bench.processor.replayParked(isSuspect: true) } }
        try emptyDisk()
        while try bench.processor.replayParked(isSuspect: true) {}
        #expect(try bench.parked.isEmpty)
        #expect(try bench.number("SELECT count(*) FROM box WHERE boxId = 'z1'") == 1)
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
    }

    @Test func `what a suspect's turn had counted when the store failed is taken back when the store is probed`() throws {
        let suspect = batch(1...1)[0]
        #expect(try bench.processor.beginAttempt(suspect))
        try fillDisk()
        #expect(throws: StoreError.self) { try bench.process(batch(2...300)) }
        try emptyDisk()
        try bench.processor.probe()
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
        #expect(try bench.boxes.isEmpty)
    }

    /// An operator ends a service that cannot write, and starts it again, more often than a message may kill the process.
    @Test func `ending a service whose store fails is no attempt at the message in hand`() throws {
        let suspect = try fillDiskAndStore()
        for _ in 0..<Limits.attempts + 2 {
            // The count fits into the pages that are there, the message does not.
            var turn = SuspectTurn(suspect)
            #expect(throws: StoreError.self) { try turn.proceed(bench.processor) }
            #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
            try bench.restart(cleanly: false)
            try fillDisk()
        }
        try emptyDisk()
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
        var turn = SuspectTurn(suspect)
        try turn.proceed(bench.processor)
        #expect(try bench.parked.isEmpty)
    }

    @Test func `reads go on while the store takes nothing`() throws {
        try bench.process(batch(1...3))
        try fillDisk()
        #expect(throws: StoreError.self) { try bench.process(batch(4...300)) }
        #expect(try bench.get("/v1/status").body["lastSequence"]?.int64 == 3)
    }
}
