import Foundation
import GRDB
import Messaging
import ServiceFramework
import StrictJSON
import Testing

/// The character U+0000, at which other programs cut a text: wherever it stands, nothing comes of the message.
struct NullCharacterTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    @Test(arguments: [
        ("content", #"{"boxId":"b1","content":"ri\u0000ce"}"#), ("note", #"{"boxId":"b1","content":"rice","note":"\u0000"}"#),
        ("boxId", #"{"boxId":"b1\u0000","content":"rice"}"#), ("marks", #"{"boxId":"b1","content":"rice","marks":["a","\u0000b"]}"#),
        ("", #"{"boxId":"b1","content":"rice","unknown":"\u0000"}"#), ("", #"{"boxId":"b1","content":"rice","unkn\u0000own":1}"#),
        ("", #"{"boxId":"b1","content":"rice","deep":[{"er":["\u0000"]}]}"#),
    ])
    func `a command with it in its data is invalid`(field: String, data: String) throws {
        let reply = try bench.ask("put-box", data, id: "m1")
        #expect(reply.verdict == "rejected invalid")
        #expect((reply.data["details"]?["field"]?.string ?? "") == field)
        #expect(try bench.boxes.isEmpty)
        #expect(try bench.parked.isEmpty)
    }

    @Test(arguments: [#"{"boxId":"b1","label":"ko\u0000pi"}"#, #"{"boxId":"b1","label":"kopi","more":{"\u0000":1}}"#])
    func `an event with it in its data is parked`(data: String) throws {
        try bench.process([event("box-labelled", data, id: "e1")])
        #expect(try bench.parked == ["invalid-data"])
        #expect(try bench.number("SELECT count(*) FROM label") == 0)
        #expect(try bench.number("SELECT count(*) FROM inbox") == 0)
    }

    @Test(arguments: [
        #","subject":"b\u0000""#, #","correlationid":"c\u0000d""#, #","regency":"53.06\u0000""#, #","extension":"\u0000""#,
        #","ext\u0000":"a""#,
    ])
    func `a message with it in an attribute is parked, and its sender told`(more: String) throws {
        try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", more: more)])
        #expect(try bench.parked == ["malformed"])
        #expect(try bench.replies.map(\.verdict) == ["rejected invalid"])
        #expect(try bench.boxes.isEmpty)
    }

    @Test func `the same in what every message has`() throws {
        for (id, source) in [(#"m\u0000"#, "/till-1"), ("m1", #"/till\u0000"#)] {
            try bench.process([command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: id, source: source)])
        }
        #expect(try bench.parked == ["malformed", "malformed"])
    }

    private func with(
        messageId: String? = nil, correlationId: String? = nil, replyTo: String? = "reply.till.1", traceparent: String? = nil,
        tracestate: String? = nil
    ) -> Incoming {
        let plain = command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1")
        return Incoming(
            channel: .commands, routingKey: plain.routingKey, messageId: messageId, correlationId: correlationId, replyTo: replyTo,
            traceparent: traceparent, tracestate: tracestate, body: plain.body)
    }

    @Test func `a property with it parks the message`() throws {
        let all = [
            with(messageId: "m\0"), with(correlationId: "c\0d"), with(replyTo: "reply.a\0.b"), with(traceparent: "\0"),
            with(tracestate: "a=\0"),
        ]
        for incoming in all {
            try bench.process([incoming])
            #expect(try bench.parked == ["malformed"])
            try bench.ask("discard-parked", #"{"filter":{},"by":"Maria","reason":"x"}"#)
        }
        #expect(try bench.boxes.isEmpty)
        // No reply goes to an address that other programs would read as another.
        #expect(try bench.replies.filter { $0.routingKey.hasPrefix("reply.a") }.isEmpty)
    }

    @Test func `a text is kept whole, whatever it holds`() throws {
        try bench.process([with(correlationId: "c\0d")])
        let kept = try bench.store.pool.read { try Data.fetchAll($0, sql: "SELECT CAST(correlationId AS BLOB) FROM parked") }
        #expect(kept == [Data("c\0d".utf8)])
    }

    @Test func `only an escape writes it, and the document knows`() throws {
        #expect(try JSONDocument(parsing: Array(#"{"a":"\u0000"}"#.utf8)).holdsNull)
        #expect(try JSONDocument(parsing: Array(#"{"\u0000":1}"#.utf8)).holdsNull)
        #expect(try !JSONDocument(parsing: Array(#"{"a":"\u0001\\u0000"}"#.utf8)).holdsNull)
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array("{\"a\":\"\0\"}".utf8)) }
    }

    /// A message that was accepted before there was a rule is still the same message.
    @Test func `an old message with it, sent again, stays a duplicate`() throws {
        let old = command("put-box", #"{"boxId":"b1","content":"ri\u0000ce"}"#, id: "m1")
        try bench.ask("put-box", #"{"boxId":"b2","content":"rice"}"#, id: "m2")
        try bench.process([old.rerouted(to: .dead, routingKey: "box")])
        let hexadecimal = Array(try bench.texts("SELECT sha256 FROM parked").first ?? "")
        let digest = stride(from: 0, to: hexadecimal.count, by: 2).compactMap { UInt8(String(hexadecimal[$0...$0 + 1]), radix: 16) }
        try bench.ask("discard-parked", #"{"filter":{},"by":"Maria","reason":"x"}"#)
        // As the version before left it.
        try bench.store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO inbox SELECT 99, source, 'm1', type, ?, receivedAt, 0, 'b1', 'm1', 1, reply FROM inbox WHERE messageId = 'm2'
                    """, arguments: [Data(digest)])
        }
        try bench.process([old])
        #expect(try bench.replies.last?.verdict == "accepted ok")
        #expect(try bench.parked.isEmpty)
    }
}
