import Messaging
import ServiceFramework
import Storage
import StrictJSON
import Testing

/// `replay-parked` and `discard-parked`.
struct ParkedCommandsTests {
    private let bench: Bench

    /// Parked are, in this order: a box that broke its handler, an event with wrong data, a type nobody knows, and a body that is too long.
    init() throws {
        bench = try Bench()
        try bench.process([
            command("put-box", #"{"boxId":"unlucky","content":"rice"}"#, id: "m1", replyTo: "reply.first.1"),
            event("box-labelled", #"{"boxId":"b1"}"#, id: "e1"),
            event("box-sold", "{}", id: "e2"),
            Incoming(
                channel: .events, routingKey: "depot.box-labelled", body: Array(repeating: 0x20, count: 5000), size: Limits.eventSize + 1),
        ])
    }

    private var ids: [String] {
        get throws { try bench.texts("SELECT parkedId FROM parked ORDER BY position") }
    }

    private func states() throws -> [String] { try bench.texts("SELECT reason || ' ' || state FROM parked ORDER BY position") }

    private func quoted(_ ids: [String]) -> String { ids.map { "\"\($0)\"" }.joined(separator: ",") }

    @Test func `everything is parked with its reason`() throws {
        #expect(try bench.parked == ["poison", "invalid-data", "unknown-type", "over-size"])
        #expect(try bench.number("SELECT length(body) FROM parked WHERE reason = 'over-size'") == Int64(Limits.oversizeKept))
        #expect(try bench.number("SELECT size FROM parked WHERE reason = 'over-size'") == Int64(Limits.eventSize + 1))
    }

    @Test func `a dry run says what would be done and does nothing`() throws {
        let reply = try bench.ask("discard-parked", #"{"filter":{"reason":"poison"},"dryRun":true,"by":"Maria","reason":"tidy"}"#)
        #expect(reply.verdict == "accepted ok")
        #expect(reply.data["details"]?["dryRun"]?.bool == true)
        #expect(reply.data["details"]?["count"]?.int64 == 1)
        #expect(try reply.data["details"]?["parkedIds"]?.elements.map(\.string) == [ids[0]])
        #expect(try bench.parked.count == 4)
        try bench.ask("replay-parked", #"{"filter":{},"dryRun":true,"by":"Maria","reason":"tidy"}"#)
        #expect(try bench.texts("SELECT DISTINCT state FROM parked") == ["parked"])
        #expect(try bench.number("SELECT sum(attempts) FROM parked") == 4)
    }

    @Test func `discarding by id leaves the others`() throws {
        let reply = try bench.ask("discard-parked", #"{"parkedIds":[\#(quoted([ids[1]]))],"by":"Maria","reason":"a test"}"#)
        #expect(reply.data["details"]?["count"]?.int64 == 1)
        #expect(try bench.parked == ["poison", "unknown-type", "over-size"])
        #expect(
            try bench.texts("SELECT state || ' ' || decidedBy || ' ' || decision FROM parked WHERE reason = 'invalid-data'") == [
                "discarded Maria a test"
            ])
    }

    @Test(
        arguments: [
            (#"{"reason":"unknown-type"}"#, ["poison", "invalid-data", "over-size"]),
            (#"{"type":"id.nttmart.depot.box-labelled.v1"}"#, ["poison", "unknown-type", "over-size"]),
            (#"{"type":"id.nttmart.depot.box-labelled.v1","reason":"poison"}"#, ["poison", "invalid-data", "unknown-type", "over-size"]),
            ("{}", []),
        ] as [(String, [String])])
    func `a filter takes what has its reason and type`(filter: String, left: [String]) throws {
        try bench.ask("discard-parked", #"{"filter":\#(filter),"by":"Maria","reason":"a test"}"#)
        #expect(try bench.parked == left)
    }

    @Test func `an id that is not parked is not found, and nothing is done`() throws {
        let data = try #"{"parkedIds":[\#(quoted([ids[0], "nothing"]))],"by":"Maria","reason":"a test"}"#
        for name in ["replay-parked", "discard-parked"] { #expect(try bench.ask(name, data).verdict == "rejected not-found") }
        #expect(try bench.parked.count == 4)
    }

    @Test func `what was discarded is not parked any more`() throws {
        let data = try #"{"parkedIds":[\#(quoted([ids[0]]))],"by":"Maria","reason":"a test"}"#
        #expect(try bench.ask("discard-parked", data).verdict == "accepted ok")
        #expect(try bench.ask("replay-parked", data).verdict == "rejected not-found")
    }

    @Test(arguments: [#"{"by":"Maria","reason":"x"}"#, #"{"filter":{},"reason":"x"}"#, #"{"filter":{},"by":"Maria"}"#])
    func `a selection without target, person or reason is invalid`(data: String) throws {
        #expect(try bench.ask("replay-parked", data).verdict == "rejected invalid")
        #expect(try bench.ask("discard-parked", data).verdict == "rejected invalid")
    }

    @Test func `a message that was too long cannot be replayed: it is kept only in part`() throws {
        let named = try bench.ask("replay-parked", #"{"parkedIds":[\#(quoted([ids[3]]))],"by":"Maria","reason":"x"}"#)
        #expect(named.verdict == "rejected not-allowed")
        let all = try bench.ask("replay-parked", #"{"filter":{},"by":"Maria","reason":"x"}"#)
        #expect(all.data["details"]?["count"]?.int64 == 3)
        #expect(try states().last == "over-size parked")
        #expect(
            try bench.ask("discard-parked", #"{"parkedIds":[\#(quoted([ids[3]]))],"by":"Maria","reason":"x"}"#).verdict == "accepted ok")
    }

    @Test func `a replayed message that can be handled now is handled, and its sender gets the reply`() throws {
        try bench.restart(BoxService.definition(moreSchema: [.init("box-2", "DROP TRIGGER noBadLuck")]))
        let reply = try bench.ask("replay-parked", #"{"parkedIds":[\#(quoted([ids[0]]))],"by":"Maria","reason":"mended"}"#)
        #expect(try bench.boxes == ["unlucky=rice"])
        #expect(try states().first == "poison replayed")
        #expect(reply.data["details"]?["count"]?.int64 == 1)
        // The till is told that it is in doubt, the person that it is tried, the till what came of it.
        #expect(try bench.replies.map(\.routingKey) == ["reply.first.1", "reply.test.1", "reply.first.1"])
        #expect(try bench.replies.map(\.verdict) == ["rejected invalid", "accepted ok", "accepted ok"])
        #expect(try bench.events.last?.envelope.causationId == "m1")
    }

    @Test func `a replayed message that fails again is parked again, as the same one`() throws {
        try bench.ask("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"try"}"#)
        #expect(try bench.parked == ["poison", "invalid-data", "unknown-type", "over-size"])
        #expect(try bench.texts("SELECT parkedId || attempts FROM parked WHERE reason = 'poison'") == [try ids[0] + "2"])
        // It can be replayed once more.
        try bench.ask("replay-parked", #"{"filter":{"reason":"poison"},"by":"Maria","reason":"try"}"#)
        #expect(try bench.number("SELECT attempts FROM parked WHERE reason = 'poison'") == 3)
    }

    @Test func `many are replayed in the order in which they came`() throws {
        let bench = try Bench()
        for number in 1...5 { try bench.process([command("put-box", #"{"boxId":"b\#(number)","content":"strange"}"#, id: "m\(number)")]) }
        try bench.ask("replay-parked", #"{"filter":{},"by":"Maria","reason":"try"}"#)
        #expect(try bench.texts("SELECT messageId || attempts FROM parked ORDER BY position") == ["m12", "m22", "m32", "m42", "m52"])
        #expect(try bench.parked.count == 5)
    }

    @Test func `replaying goes on where the process ended in between`() throws {
        // The person's command is committed, then the process dies before anything was tried.
        try bench.processor.process([command("replay-parked", #"{"filter":{"reason":"poison"},"by":"M","reason":"x"}"#, id: "r1")])
        try bench.restart(BoxService.definition(moreSchema: [.init("box-2", "DROP TRIGGER noBadLuck")]), cleanly: false)
        try bench.process([command("open-box", #"{"boxId":"b1"}"#, id: "m9")])
        while try bench.processor.replayParked() {}
        #expect(try bench.boxes == ["unlucky=rice"])
    }

    @Test func `the same faulty message again is counted, not kept twice`() throws {
        try bench.process([event("box-sold", "{}", id: "e2"), event("box-sold", "{}", id: "e2")])
        #expect(try bench.parked.count == 4)
        #expect(try bench.number("SELECT attempts FROM parked WHERE reason = 'unknown-type'") == 3)
        try bench.ask("discard-parked", #"{"filter":{},"by":"Maria","reason":"x"}"#)
        try bench.process([event("box-sold", "{}", id: "e2")])
        #expect(try bench.parked == ["unknown-type"])
    }

    @Test func `what the broker gave up on is parked, and replayed as what it is`() throws {
        let bench = try Bench()
        let dead = command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1").rerouted(to: .dead, routingKey: "box")
        try bench.process([dead])
        #expect(try bench.parked == ["dead-lettered"])
        #expect(try bench.boxes.isEmpty)
        try bench.ask("replay-parked", #"{"filter":{},"by":"Maria","reason":"x"}"#)
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.parked.isEmpty)
    }
}
