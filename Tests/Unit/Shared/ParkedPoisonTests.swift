import Messaging
import ServiceFramework
import Testing

/// A message with which the process dies, again and again.
struct ParkedPoisonTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private let killer = command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")

    @Test func `after five deaths with it a message is parked instead of tried`() throws {
        for _ in 1...Limits.attempts {
            #expect(try bench.processor.beginAttempt(killer))
            // The process dies here.
            try bench.restart(cleanly: false)
        }
        #expect(try !bench.processor.beginAttempt(killer))
        #expect(try bench.parked == ["poison"])
        #expect(try bench.texts("SELECT messageId || ' ' || source FROM parked") == ["m1 /till-1"])
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
        #expect(try bench.boxes.isEmpty)
    }

    @Test func `an attempt that ends well forgets those before`() throws {
        for _ in 1..<Limits.attempts { #expect(try bench.processor.beginAttempt(killer)) }
        #expect(try bench.processor.beginAttempt(killer))
        try bench.process([killer])
        try bench.processor.endAttempt(killer)
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
        for _ in 1...Limits.attempts { #expect(try bench.processor.beginAttempt(killer)) }
    }

    @Test func `neighbours are counted on their own`() throws {
        let neighbour = command("put-box", #"{"boxId":"b2","content":"rice"}"#, id: "m2")
        for _ in 1...Limits.attempts { #expect(try bench.processor.beginAttempt(killer)) }
        #expect(try bench.processor.beginAttempt(neighbour))
        #expect(try !bench.processor.beginAttempt(killer))
    }

    @Test func `a person may have it tried again`() throws {
        for _ in 0...Limits.attempts { _ = try bench.processor.beginAttempt(killer) }
        try bench.ask("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"mended"}"#)
        #expect(try bench.boxes == ["b1=rice"])
    }

    @Test func `whoever waits for its answer is told that it was parked`() throws {
        let killer = command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", replyTo: "reply.first.1")
        for _ in 0...Limits.attempts { _ = try bench.processor.beginAttempt(killer) }
        #expect(try bench.texts("SELECT status || ' ' || code || ' ' || routingKey FROM reply") == ["rejected invalid reply.first.1"])
    }

    /// The wish was committed, the process died before it came to it, and nobody came back to it: the message stayed in limbo.
    @Test func `a wish to replay outlives the process`() throws {
        for _ in 0...Limits.attempts { _ = try bench.processor.beginAttempt(killer) }
        try bench.processor.process([command("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"mended"}"#, id: "m2")])
        try bench.restart(cleanly: false)
        #expect(bench.processor.committed.replayRequested)
        while try bench.processor.replayParked(isSuspect: true) {}
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.number("SELECT count(*) FROM attempt") == 0)
        #expect(!bench.processor.committed.replayRequested)
    }

    /// Taking the count of the attempt back was a transaction of its own, and the log said what that had decided: nothing.
    @Test func `what a suspected replay comes to is told`() throws {
        for _ in 0...Limits.attempts { _ = try bench.processor.beginAttempt(killer) }
        try bench.processor.process([command("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"mended"}"#, id: "m2")])
        try bench.restart(cleanly: false)
        bench.processor.keepsRoutine = true
        var told: [String] = []
        while try bench.processor.replayParked(isSuspect: true, decided: { told += $0.map { "\($0.messageId ?? "-") \($0.verdict)" } }) {}
        #expect(told == ["m1 accepted"])
    }

    @Test func `a replay with which the process dies is parked again after five deaths`() throws {
        for _ in 0...Limits.attempts { _ = try bench.processor.beginAttempt(killer) }
        try bench.processor.process([command("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"mended"}"#, id: "m2")])
        for _ in 1...Limits.attempts {
            try bench.restart(cleanly: false)
            #expect(bench.processor.committed.replayRequested)
            #expect(try bench.processor.beginAttempt(killer))
            // The process dies here, in the replay.
        }
        try bench.restart(cleanly: false)
        while try bench.processor.replayParked(isSuspect: true) {}
        #expect(try bench.parked == ["poison"])
        #expect(try bench.boxes.isEmpty)
    }
}
