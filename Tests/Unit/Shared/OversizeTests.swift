import Contracts
import Messaging
import ServiceFramework
import StrictJSON
import Testing

/// What no consumer would take is refused while whoever brought it can be told, and not when it is to be sent.
struct OversizeTests {
    private let bench: Bench

    init() throws { bench = try Bench() }

    @Test func `a command whose event would be too large is invalid, and nothing of it stays`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1"),
            command("put-box", #"{"boxId":"b2","content":"enormous"}"#, id: "m2"),
            command("put-box", #"{"boxId":"b3","content":"beans"}"#, id: "m3"),
        ])
        #expect(try bench.replies.map(\.verdict) == ["accepted ok", "rejected invalid", "accepted ok"])
        #expect(try bench.boxes == ["b1=rice", "b3=beans"])
        #expect(try bench.events.map(\.words) == ["box-put b1", "box-put b3"], "and the sequence has no gap")
        let message = try bench.replies[1].data["message"]?.string ?? ""
        #expect(message.contains("box.box-put") && message.contains("1048576"))
    }

    @Test func `one that has already happened is kept for a person as well`() throws {
        try bench.process([command("put-box", #"{"boxId":"b2","content":"enormous","late":true}"#, id: "m2")])
        #expect(try bench.parked == ["rejected"])
    }

    @Test func `an event from which one too large would follow is parked`() throws {
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"enormous"}"#, id: "e1", sequence: 1)])
        #expect(try bench.parked == ["invalid-data"])
        #expect(try bench.events.isEmpty)
        #expect(try bench.number("SELECT count(*) FROM label") == 0)
    }

    @Test func `a reply that would be too large goes without its details`() throws {
        let reply = try bench.ask("put-box", #"{"boxId":"b1","content":"wordy"}"#)
        #expect(reply.verdict == "accepted ok")
        #expect(reply.data["details"]?.members.isEmpty == true)
        #expect(reply.data["message"]?.string?.contains("the details are left out") == true)
        #expect(try bench.number("SELECT max(length(body)) FROM reply") < 2000)
    }

    @Test func `the longest that an envelope may say fits into what is published about it`() throws {
        let long = String(repeating: "\u{E4}", count: 500)
        let id = String(repeating: "i", count: 1000)
        let data = #"{"boxId":"b1","content":"refused","note":"\#(long.prefix(500))"}"#
        try bench.process([
            command("put-box", data, id: id, source: "/" + id.dropFirst(), more: #","correlationid":"\#(id)""#, replyTo: nil)
        ])
        let row = try #require(try bench.reader.events(after: 0, limit: 10).first)
        #expect(row.type == "id.nttmart.box.command-rejected.v1")
        #expect(row.routingKey.utf8.count <= 255)
        #expect(try Envelope(parsing: row.body).correlationId == id)
    }

    @Test func `messages that are too large to be kept whole, and begin alike, are told apart`() throws {
        func large(_ id: String, digest: UInt8) -> Incoming {
            Incoming(
                channel: .events, routingKey: "box.box-labelled", messageId: id, body: [UInt8](repeating: 0x20, count: 4096),
                size: Limits.eventSize + 1, wholeSHA256: [UInt8](repeating: digest, count: 32))
        }
        try bench.process([large("e1", digest: 1), large("e2", digest: 2), large("e1", digest: 1)])
        #expect(try bench.parked == ["over-size", "over-size"])
        #expect(try bench.texts("SELECT messageId || ' ' || attempts FROM parked ORDER BY position") == ["e1 2", "e2 1"])
    }
}
