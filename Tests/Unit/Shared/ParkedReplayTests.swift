import Messaging
import ServiceFramework
import StrictJSON
import Testing

/// A report of what has already happened that was refused: it is kept for a person, and a replay judges it afresh.
struct ParkedReplayTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    private let late = #"{"boxId":"b1","content":"labelled","late":true}"#

    private func refuse(_ data: String? = nil, id: String = "m1", replyTo: String? = "reply.till.1") throws {
        try bench.process([command("put-box", data ?? late, id: id, replyTo: replyTo)])
    }

    private func mend(_ boxId: String = "b1") throws {
        try bench.process([event("box-labelled", #"{"boxId":"\#(boxId)","label":"kopi"}"#, id: "l-\(boxId)")])
    }

    private func replay() throws { try bench.ask("replay-parked", #"{"filter":{},"by":"Maria","reason":"mended"}"#) }

    private func states() throws -> [String] {
        try bench.texts(
            """
            SELECT reason || ' ' || state || ' ' || attempts || ifnull(' ' || replayOutcome, '') || ifnull(' ' || replayCode, '')
            FROM parked ORDER BY position
            """)
    }

    private func outcomes() throws -> [String] {
        try bench.texts("SELECT messageId || ' ' || outcome FROM inbox WHERE type LIKE '%put-box%' ORDER BY position")
    }

    @Test func `refused again, it stays parked`() throws {
        try refuse()
        #expect(try states() == ["rejected parked 1"])
        try replay()
        #expect(try states() == ["rejected parked 2"])
        try replay()
        #expect(try states() == ["rejected parked 3"])
        #expect(try outcomes() == ["m1 2"])
        #expect(try bench.boxes.isEmpty)
        #expect(try bench.get("/v1/parked").body["items"]?.elements.count == 1)
    }

    @Test func `what was mended meanwhile lets it through, once, and its sender hears of it`() throws {
        try refuse()
        try mend()
        try replay()
        #expect(try bench.boxes == ["b1=labelled"])
        #expect(try states() == ["rejected replayed 1 accepted"])
        #expect(try outcomes() == ["m1 0"])
        #expect(try bench.replies.filter { $0.routingKey == "reply.till.1" }.map(\.verdict) == ["rejected not-found", "accepted ok"])
        #expect(try bench.events.map(\.words) == ["box-put b1"])
        // The till sends it once more: it hears what holds now.
        try bench.process([command("put-box", late, id: "m1", replyTo: "reply.till.2")])
        #expect(try bench.replies.last?.verdict == "accepted ok")
        #expect(try bench.replies.last?.routingKey == "reply.till.2")
        #expect(try bench.boxes.count == 1)
        // Under another id it is a duplicate by its key.
        #expect(try bench.ask("put-box", late, id: "m2").verdict == "duplicate ok")
        let message = try bench.get("/v1/messages?id=m1").body.elements.first
        #expect(message?["outcome"]?.string == "accepted")
        #expect(message?["published"]?.elements.count == 1)
    }

    @Test func `one that nobody waited for was told as rejected, and what comes of it names the same cause`() throws {
        try refuse(replyTo: nil)
        try mend()
        try replay()
        #expect(try bench.events.map(\.words) == ["command-rejected b1", "box-put b1"])
        #expect(try bench.number("SELECT count(*) FROM outbox WHERE cause NOT IN (SELECT position FROM inbox)") == 0)
        #expect(try bench.number("SELECT count(DISTINCT cause) FROM outbox") == 1)
    }

    @Test func `refused for another reason, it says that one`() throws {
        try refuse()
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m2").verdict == "accepted ok")
        try replay()
        #expect(try states() == ["conflict parked 2"])
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.texts("SELECT error FROM parked") == ["box b1 exists with other data"])
    }

    @Test func `the same id with other content stays parked, whatever becomes of the first`() throws {
        try refuse()
        let other = #"{"boxId":"b1","content":"salt","late":true}"#
        try refuse(other)
        #expect(try states() == ["rejected parked 1", "conflict parked 1"])
        try mend()
        try replay()
        #expect(try states() == ["rejected replayed 1 accepted", "conflict parked 2"])
        #expect(try bench.boxes == ["b1=labelled"])
    }

    @Test func `a message that breaks its handler in the replay claims what it claimed before`() throws {
        try refuse(#"{"boxId":"unlucky","content":"labelled","late":true}"#)
        try mend("unlucky")
        try replay()
        #expect(try states() == ["poison parked 2"])
        #expect(try outcomes() == ["m1 2"])
        // A delivery of the same is still answered from memory.
        try refuse(#"{"boxId":"unlucky","content":"labelled","late":true}"#)
        #expect(try states() == ["poison parked 2"])
        #expect(try bench.replies.last?.verdict == "rejected not-found")
    }

    @Test func `what the broker gave up on and is refused is parked again as the same one`() throws {
        try bench.process([command("put-box", late, id: "m1").rerouted(to: .dead, routingKey: "box")])
        try replay()
        #expect(try states() == ["rejected parked 2"])
        try mend()
        try replay()
        #expect(try states() == ["rejected replayed 2 accepted"])
        #expect(try bench.boxes == ["b1=labelled"])
    }

    @Test func `a command that may be refused for good is told apart from one that was done`() throws {
        try bench.process([command("put-box", #"{"boxId":"b1","content":"refused"}"#, id: "m1").rerouted(to: .dead, routingKey: "box")])
        try replay()
        #expect(try states() == ["dead-lettered replayed 1 rejected wrong-state"])
        let parkedId = try bench.texts("SELECT parkedId FROM parked").first ?? ""
        let body = try bench.get("/v1/parked/\(parkedId)").body
        #expect(body["replayOutcome"]?.string == "rejected")
        #expect(body["replayCode"]?.string == "wrong-state")
    }

    @Test func `an event that has been done meanwhile is a duplicate`() throws {
        let label = event("box-labelled", #"{"boxId":"b1","label":"kopi"}"#, id: "e1")
        try bench.process([label.rerouted(to: .dead, routingKey: "box"), label])
        try replay()
        #expect(try states() == ["dead-lettered replayed 1 duplicate"])
    }

    @Test func `a forged message is never done, however often it is replayed`() throws {
        try bench.process([command("put-box", late, id: "m1", routingKey: "catalog.put-box")])
        for attempts in 2...4 {
            try replay()
            #expect(try states() == ["forged parked \(attempts)"])
        }
        #expect(try bench.boxes.isEmpty)
    }

    @Test func `a replay under suspicion is judged afresh, and is parked as the same one when the process dies of it`() throws {
        try refuse()
        try mend()
        try bench.processor.process([command("replay-parked", #"{"filter":{},"by":"Maria","reason":"mended"}"#, id: "r1")])
        let killer = command("put-box", late, id: "m1", replyTo: "reply.till.1")
        for _ in 1...Limits.attempts {
            #expect(try bench.processor.beginAttempt(killer))
            try bench.restart(cleanly: false)
        }
        while try bench.processor.replayParked(isSuspect: true) {}
        #expect(try states() == ["poison parked 2"])
        try replay()
        #expect(try bench.boxes == ["b1=labelled"])
    }

    @Test func `a message keeps the state of its trace through a replay`() throws {
        let parent = "00-11112222333344445555666677778888-00f067aa0ba902b7-00"
        try bench.process([command("put-box", late, id: "m1", traceparent: parent, tracestate: "till=7")])
        try mend()
        try replay()
        let event = try bench.reader.events(after: 0, limit: 10).last
        #expect(event?.tracestate == "till=7")
        #expect(event?.traceparent?.contains("11112222333344445555666677778888") == true)
    }
}
