import Messaging
import StrictJSON
import Testing

/// The same (source, id) again: no second effect, whatever it says.
struct BatchProcessorDuplicateTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `the same command again has no second effect, and its first reply's body goes to the new address`() throws {
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", replyTo: "reply.one.1")])
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", replyTo: "reply.two.2")])
        let replies = try bench.replies
        #expect(replies.map(\.routingKey) == ["reply.one.1", "reply.two.2"])
        #expect(replies.map(\.verdict) == ["accepted ok", "accepted ok"])
        #expect(replies.first?.body == replies.last?.body)
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.events.map(\.words) == ["box-put b1"])
        #expect(try bench.number("SELECT count(*) FROM inbox") == 1)
    }

    @Test func `a reply's details come again with its body`() throws {
        let data = #"{"boxId":"b1","content":"long","note":"n"}"#
        try bench.process([command("put-box", data, id: "m1"), command("put-box", data, id: "m1")])
        #expect(try bench.replies.map { $0.data["details"]?["seen"]?.int64 } == [1, 1])
    }

    @Test func `a rejected command stays rejected when it is repeated, even if it could be accepted now`() throws {
        let first = try bench.ask("open-box", #"{"boxId":"b1"}"#, id: "m1")
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#)
        let again = try bench.ask("open-box", #"{"boxId":"b1"}"#, id: "m1")
        #expect(first.verdict == "rejected not-found")
        #expect(again.body == first.body)
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.ask("open-box", #"{"boxId":"b1"}"#, id: "m2").verdict == "accepted ok")
    }

    @Test func `a repeat that asks for a reply gets one, though the first did not ask`() throws {
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", replyTo: nil)])
        #expect(try bench.replies.isEmpty)
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1").verdict == "accepted ok")
    }

    @Test func `a repeat within the same batch is a repeat too`() throws {
        let message = command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        try bench.process([message, message, message])
        #expect(try bench.replies.map(\.verdict) == ["accepted ok", "accepted ok", "accepted ok"])
        #expect(try bench.events.count == 1)
    }

    @Test func `a repeat is known after a restart`() throws {
        let first = try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        try bench.restart(cleanly: false)
        let again = try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        #expect(again.body == first.body)
        #expect(try bench.events.count == 1)
    }

    @Test func `the same message id with another body is answered conflict and changes nothing`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        let other = try bench.ask("put-box", #"{"boxId":"b2","content":"salt"}"#, id: "m1")
        #expect(other.verdict == "rejected conflict")
        #expect(other.data["details"]?["field"]?.string == "id")
        #expect(try bench.boxes == ["b1=rice"])
        #expect(try bench.parked.isEmpty)
        // One blank more is another body: only equal bytes are the same message.
        #expect(try bench.ask("put-box", #"{"boxId":"b1", "content":"rice"}"#, id: "m1").verdict == "rejected conflict")
        // The first message is not forgotten over it.
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1").verdict == "accepted ok")
    }

    @Test func `the same id with another type is a conflict`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        #expect(try bench.ask("open-box", #"{"boxId":"b1"}"#, id: "m1").verdict == "rejected conflict")
        #expect(try bench.boxes == ["b1=rice"])
    }

    @Test func `a conflict is told as an event when nobody waits for a reply`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        try bench.process([command("put-box", #"{"boxId":"b1","content":"salt"}"#, id: "m1", replyTo: nil)])
        #expect(try bench.events.map(\.words) == ["box-put b1", "command-rejected b1"])
        #expect(try bench.events.last?.envelope.data["code"]?.string == "conflict")
    }

    @Test func `the report of something that has happened is kept when it is a conflict`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"salt","late":true}"#, id: "m1").verdict == "rejected conflict")
        #expect(try bench.parked == ["conflict"])
    }

    @Test func `an id belongs to its source`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", source: "/till-1")
        #expect(try bench.ask("put-box", #"{"boxId":"b2","content":"salt"}"#, id: "m1", source: "/till-2").verdict == "accepted ok")
        #expect(try bench.boxes == ["b1=rice", "b2=salt"])
    }

    @Test func `an event repeated has no second effect`() throws {
        let message = event("box-labelled", #"{"boxId":"b1","label":"heavy"}"#, id: "e1")
        try bench.process([message])
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"light"}"#, id: "e2")])
        try bench.process([message, message])
        #expect(try bench.texts("SELECT label FROM label") == ["light"])
        #expect(try bench.parked.isEmpty)
    }

    @Test func `the same event id with another body is parked as a conflict`() throws {
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"heavy"}"#, id: "e1")])
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"light"}"#, id: "e1")])
        #expect(try bench.texts("SELECT label FROM label") == ["heavy"])
        #expect(try bench.parked == ["conflict"])
        #expect(try bench.texts("SELECT messageId FROM parked") == ["e1"])
    }

    @Test func `what was parked claims no id: mended, it may come under the same one`() throws {
        try bench.process([event("box-labelled", #"{"boxId":"b1"}"#, id: "e1")])
        #expect(try bench.parked == ["invalid-data"])
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"heavy"}"#, id: "e1")])
        #expect(try bench.texts("SELECT label FROM label") == ["heavy"])
    }
}
