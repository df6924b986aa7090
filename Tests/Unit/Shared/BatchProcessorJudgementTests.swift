import Messaging
import StrictJSON
import Testing

/// The order in which a message is judged, and what is told about it.
struct BatchProcessorJudgementTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    // MARK: Order

    @Test func `the message id is judged before the data`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":7}"#, id: "m1").verdict == "rejected conflict")
    }

    @Test func `wrong data is judged before the business key`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#)
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":7}"#).verdict == "rejected invalid")
    }

    @Test func `the business key is judged before the state of things`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#)
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"not to be had"}"#).verdict == "rejected conflict")
    }

    @Test func `the envelope is judged before everything`() throws {
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", more: #","time":"yesterday""#)])
        #expect(try bench.parked == ["malformed"])
        #expect(try bench.ask("put-box", #"{"boxId":"b1","content":"salt"}"#, id: "m1").verdict == "accepted ok")
    }

    @Test func `the route is judged before the type is looked up`() throws {
        try bench.process([command("never-heard-of", "{}", id: "m1", routingKey: "depot.never-heard-of")])
        #expect(try bench.parked == ["forged"])
        try bench.process([command("never-heard-of", "{}", id: "m2")])
        #expect(try bench.parked == ["forged", "unknown-type"])
    }

    // MARK: Envelope against data

    @Test func `a regency of the envelope that differs from the data's is invalid`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","regency":"53.06","content":"rice"}"#, id: "m1", more: #","regency":"53.05""#),
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m2", more: #","regency":"11.01""#),
        ])
        #expect(try bench.replies.map(\.verdict) == ["rejected invalid", "rejected invalid"])
        #expect(try bench.replies.map { $0.data["details"]?["field"]?.string } == ["regency", "regency"])
        #expect(try bench.boxes.isEmpty)
    }

    @Test func `null counts as absent in envelope and data`() throws {
        let more = #","subject":null,"time":null,"regency":null,"sequence":null,"traceparent":null,"datacontenttype":null"#
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice","note":null,"regency":null,"marks":null}"#, id: "m1", more: more)
        ])
        #expect(try bench.replies.last?.verdict == "accepted ok")
    }

    // MARK: What is told

    @Test func `a reply carries the command's correlation id, and its own id where there is none`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", more: #","correlationid":"c1""#),
            command("put-box", #"{"boxId":"b2","content":"rice"}"#, id: "m2"),
        ])
        #expect(try bench.replies.map(\.correlationId) == ["c1", "m2"])
        #expect(try bench.replies.map(\.envelope.correlationId) == ["c1", "m2"])
        #expect(try bench.replies.map(\.envelope.causationId) == ["m1", "m2"])
        #expect(try bench.replies.map(\.envelope.type) == ["id.nttmart.reply.v1", "id.nttmart.reply.v1"])
        #expect(try bench.replies.map(\.envelope.sequence) == [nil, nil])
        #expect(try bench.events.map(\.envelope.correlationId) == ["c1", "m2"])
        #expect(try bench.events.map(\.envelope.causationId) == ["m1", "m2"])
    }

    /// CloudEvents' names are lower case; a harness that reads the body knows no others.
    @Test func `an event's envelope says on the wire what the contract says`() throws {
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", more: #","correlationid":"c1""#)])
        let body = try bench.texts("SELECT CAST(body AS TEXT) FROM outbox").first ?? ""
        for member in [
            #""specversion":"1.0""#, #""source":"/box""#, #""type":"id.nttmart.box.box-put.v1""#, #""subject":"b1""#, #""regency":"53.06""#,
            #""datacontenttype":"application/json""#, #""correlationid":"c1""#, #""causationid":"m1""#,
            #""sequence":"00000000000000000001""#,
            #""data":{"boxId":"b1","content":"rice"}"#,
        ] {
            #expect(body.contains(member))
        }
    }

    @Test func `a rejection names code, subject, field and line`() throws {
        let reply = try bench.ask("put-box", #"{"boxId":"b1","content":"refused"}"#)
        #expect(reply.verdict == "rejected wrong-state")
        #expect(reply.data["message"]?.string == "the shelf is full")
        #expect(reply.data["subject"]?.string == "b1")
        #expect(reply.data["details"]?["field"]?.string == "content")
        #expect(reply.data["details"]?["lineId"]?.string == "l1")
        #expect(reply.data["details"]?["retriable"] == nil)
        let missing = try bench.ask("open-box", #"{"boxId":"b9"}"#)
        #expect(missing.data["details"]?["retriable"]?.bool == true)
    }

    @Test func `a rejection that nobody waits for is published, with its command`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","regency":"53.06","content":"refused"}"#, id: "m1", replyTo: nil),
            command("put-box", #"{"boxId":"b2","regency":"53.99","content":"rice"}"#, id: "m2", replyTo: nil),
        ])
        let events = try bench.events
        #expect(events.map(\.routingKey) == ["box.command-rejected.53.06", "box.command-rejected"])
        #expect(events.map(\.envelope.type) == ["id.nttmart.box.command-rejected.v1", "id.nttmart.box.command-rejected.v1"])
        #expect(events.map(\.envelope.sequence) == [1, 2])
        let data = try #require(events.first?.envelope.data)
        #expect(data["code"]?.string == "wrong-state")
        #expect(data["subject"]?.string == "b1")
        #expect(data["commandId"]?.string == "m1")
        #expect(data["commandSource"]?.string == "/till-1")
        #expect(data["commandType"]?.string == "id.nttmart.box.put-box.v1")
        #expect(try bench.replies.isEmpty)
    }

    @Test func `a parked command is answered where it asks, and not published where it does not`() throws {
        try bench.process([
            command("never-heard-of", "{}", id: "m1"), command("never-heard-of", "[]", id: "m2", replyTo: nil),
        ])
        #expect(try bench.replies.map(\.verdict) == ["rejected invalid"])
        #expect(try bench.events.isEmpty)
        #expect(try bench.parked.count == 2)
    }

    /// CloudEvents knows no empty attribute: what is not known of an unreadable command is left out.
    @Test func `the reply to something unreadable is a whole envelope all the same`() throws {
        try bench.process([
            Incoming(channel: .commands, routingKey: "box.x", replyTo: "reply.a.1", body: Array("no json".utf8)),
            Incoming(
                channel: .commands, routingKey: "box.x", correlationId: "c1", replyTo: "reply.a.2", body: Array("no json either".utf8)),
        ])
        let replies = try bench.replies
        #expect(replies.map(\.verdict) == ["rejected invalid", "rejected invalid"])
        #expect(replies.map(\.envelope.correlationId) == [nil, "c1"])
        #expect(replies.map(\.correlationId) == ["", "c1"])
        #expect(replies.map(\.envelope.subject) == [nil, nil])
        #expect(replies.map(\.envelope.causationId) == [nil, nil])
    }

    @Test func `a reply to a place that is none is not sent, and the command is judged all the same`() throws {
        for (number, place) in ["box.commands", "reply.", "reply.alone", "replies.test.1", "amq.topic", ""].enumerated() {
            try bench.process([command("put-box", #"{"boxId":"b\#(number)","content":"rice"}"#, id: "m\(number)", replyTo: place)])
        }
        #expect(try bench.replies.isEmpty)
        #expect(try bench.boxes.count == 6)
        #expect(try bench.number("SELECT count(*) FROM reply") == 6)
    }
}
