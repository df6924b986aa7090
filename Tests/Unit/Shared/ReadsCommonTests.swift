import GRDB
import Messaging
import ServiceFramework
import Storage
import StrictJSON
import Synchronization
import Testing

/// The paths that every service answers.
struct ReadsCommonTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `the status says what was done and what is yet to do`() throws {
        try bench.process(
            (1...3).map { command("put-box", #"{"boxId":"b\#($0)","content":"rice"}"#, id: "m\($0)", replyTo: $0 == 1 ? nil : "reply.a.b") }
        )
        try bench.process([event("unheard-of", "{}", id: "e1")])
        try bench.store.pool.writeWithoutTransaction { try $0.execute(sql: "INSERT INTO waiting VALUES ('w1'), ('w2')") }
        bench.store.sent.withLock { $0 = SentMarks(events: 1, replies: 2) }
        let (status, body) = try bench.get("/v1/status")
        #expect(status == 200)
        #expect(
            body.members.map(\.name) == [
                "service", "storeId", "source", "lastSequence", "outboxPending", "inFlight", "waiting", "parked", "setAside",
                "businessNow",
            ])
        #expect(body["service"]?.string == "box")
        #expect(body["storeId"]?.string == bench.store.storeId)
        #expect(body["lastSequence"]?.int64 == 3)
        // Two events and the last of two replies.
        #expect(body["outboxPending"]?.int64 == 3)
        #expect(body["inFlight"]?.int64 == 0)
        #expect(body["waiting"]?.int64 == 2)
        #expect(body["parked"]?.int64 == 1)
        #expect(body["businessNow"]?.string == "2026-02-05T02:00:00Z")
    }

    // MARK: /v1/messages

    @Test func `a message is found by id, subject and correlation, with what followed from it`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", more: #","correlationid":"c1""#),
            command("open-box", #"{"boxId":"b1"}"#, id: "m2", more: #","correlationid":"c1""#),
            command("open-box", #"{"boxId":"b9"}"#, id: "m3", more: #","correlationid":"c1""#),
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m4"),
        ])
        let byCorrelation = try bench.get("/v1/messages?correlationId=c1").body.elements
        #expect(byCorrelation.map { $0["id"]?.string } == ["m1", "m2", "m3"])
        #expect(byCorrelation.map { $0["outcome"]?.string } == ["accepted", "accepted", "rejected"])
        #expect(byCorrelation.map { $0["type"]?.string }.first == "id.nttmart.box.put-box.v1")
        #expect(byCorrelation.map { $0["published"]?.elements.count } == [1, 0, 0])
        let published = byCorrelation.first?["published"]?.elements.first
        #expect(published?["type"]?.string == "id.nttmart.box.box-put.v1")
        #expect(try published?["id"]?.string == bench.events.first?.envelope.id)

        #expect(try bench.get("/v1/messages?subject=b1").body.elements.map { $0["id"]?.string } == ["m1", "m2", "m4"])
        #expect(try bench.get("/v1/messages?id=m4").body.elements.map { $0["outcome"]?.string } == ["duplicate"])
        #expect(try bench.get("/v1/messages?subject=b1&correlationId=c1&id=m2").body.elements.count == 1)
        #expect(try bench.get("/v1/messages?id=m99").body.elements.isEmpty)
        #expect(try bench.get("/v1/messages").status == 400)
    }

    @Test func `the events of each message of a batch are told apart`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1"),
            command("put-box", #"{"boxId":"b2","content":"refused"}"#, id: "m2", replyTo: nil),
            command("put-box", #"{"boxId":"b3","content":"rice"}"#, id: "m3"),
        ])
        let types = try ["m1", "m2", "m3"].map { id in
            try bench.get("/v1/messages?id=\(id)").body.elements.first?["published"]?.elements.map { $0["sequence"]?.int64 }
        }
        #expect(types == [[1], [2], [3]])
    }

    // MARK: /v1/parked

    @Test func `the list of what is parked comes in pages, in order, each once`() throws {
        for number in 1...7 { try bench.process([event("unheard-of", #"{"n":\#(number)}"#, id: "e\(number)")]) }
        var seen: [String?] = []
        var pages = 0
        var path = "/v1/parked?limit=3"
        while pages < 5 {
            let (status, body) = try bench.get(path)
            #expect(status == 200)
            pages += 1
            seen += body["items"]?.elements.map { $0["id"]?.string } ?? []
            guard let next = body["next"]?.string else { break }
            path = "/v1/parked?limit=3&after=\(next)"
        }
        #expect(pages == 3)
        #expect(seen == (1...7).map { "e\($0)" })
        // A last page that is just full has none behind it.
        #expect(try bench.get("/v1/parked?limit=7").body["next"]?.isNull == true)
    }

    @Test func `a parked message shows what is known of it`() throws {
        try bench.process([
            Incoming(channel: .events, routingKey: "depot.x", messageId: "p1", body: Array("no json".utf8)),
            event("unheard-of", "{}", id: "e1"),
        ])
        let items = try #require(try bench.get("/v1/parked").body["items"]?.elements)
        #expect(items.map { $0["reason"]?.string } == ["malformed", "unknown-type"])
        #expect(items.map { $0["id"]?.string } == ["p1", "e1"])
        #expect(items.map { $0["type"]?.string } == [nil, "id.nttmart.depot.unheard-of.v1"])
        #expect(items.map { $0["attempts"]?.int64 } == [1, 1])
        #expect(items.first?["size"]?.int64 == 7)
        #expect(items.first?["sha256"]?.string?.count == 64)
        #expect(items.first?["body"] == nil)
        let id = try #require(items.first?["parkedId"]?.string)
        let one = try bench.get("/v1/parked/\(id)").body
        #expect(one["body"]?.string == "no json")
        #expect(try bench.get("/v1/parked?reason=malformed").body["items"]?.elements.count == 1)
        #expect(try bench.get("/v1/parked?type=id.nttmart.depot.unheard-of.v1").body["items"]?.elements.count == 1)
        #expect(try bench.get("/v1/parked?reason=malformed&type=id.nttmart.depot.unheard-of.v1").body["items"]?.elements.isEmpty == true)
    }

    // MARK: What goes wrong

    @Test func `a read that fails says nothing of the store, and the log everything`() throws {
        try bench.store.pool.writeWithoutTransaction { try $0.execute(sql: "ALTER TABLE parked RENAME COLUMN reason TO why") }
        for path in ["/v1/parked", "/v1/parked/x"] {
            let response = bench.store.respond(to: path)
            #expect(response.status == 500)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.hasPrefix(#"{"code":"internal","message":""#))
            for word in ["SELECT", "SQL", "reason", "column", "parked"] { #expect(!text.contains(word), "\(text)") }
            #expect(response.failure?.contains("no such column") == true)
        }
    }

    @Test func `neither the sender of what broke its handler nor who looks at it is shown a statement`() throws {
        try bench.process([command("put-box", #"{"boxId":"unlucky","content":"rice"}"#, id: "m1")])
        let error = try bench.get("/v1/parked").body["items"]?.elements.first?["error"]?.string ?? ""
        for text in [error, try bench.replies.first?.message ?? ""] {
            #expect(text.contains("the handler failed: bad luck"))
            #expect(!text.contains("INSERT"), "\(text)")
        }
    }

    // MARK: What is not there

    @Test(arguments: [
        "/", "/v1", "/v1/nothing", "/v1/parked/", "/v1/parked/none", "/v1/parked/a/b", "/v1/statuses", "/v1/status/", "//v1/status",
        "/V1/status",
        // No id has such characters, so nothing is there: SQLite must not even be asked, for it would end the text at U+0000.
        "/v1/parked/%00", "/v1/parked/none%00", "/v1/parked/a%2Fb", "/v1/parked/a%20b", "/v1/backups/%C3%A9", "/v1/resyncs/1%00",
        "/v1/parked/%2e%2e%2fstatus", "/v1/parked/\(String(repeating: "a", count: 65))", "/v1%2Fstatus",
    ])
    func `an unknown path or id is answered 404`(path: String) throws {
        let (status, body) = try bench.get(path)
        #expect(status == 404)
        #expect(body["code"]?.string == "not-found")
        #expect(body["message"]?.string?.isEmpty == false)
    }

    @Test(arguments: [
        "/v1/status?x=1", "/v1/parked?limit=0", "/v1/parked?limit=501", "/v1/parked?limit=ten", "/v1/parked?limit=", "/v1/parked?after=",
        "/v1/parked?reason=", "/v1/parked?reason=a&reason=b", "/v1/parked?Reason=a", "/v1/messages?after=x", "/v1/messages?id=m1&limit=5",
        "/v1/parked?reason=%zz", "/v1/%ff", "v1/status",
        "/v1/parked?reason=nothing", "/v1/parked?reason=Malformed", "/v1/parked?reason=malformed%00", "/v1/parked?reason",
        "/v1/parked?type=%00", "/v1/parked?type=a%00", "/v1/parked?type=%20", "/v1/messages?id=%00", "/v1/messages?subject=",
        "/v1/parked?limit=%2B5", "/v1/parked?limit=007", "/v1/parked?limit=-1", "/v1/parked?limit=5&limit=5", "/v1/parked?limit=5.0",
        "/v1/parked?after=%00", "/v1/parked?after=a%2Fb", "/v1/parked?after=a&after=a", "/v1/resyncs?after=abc", "/v1/resyncs?after=%2B1",
        "/v1/resyncs?consumer=nobody", "/v1/backups?state=lost", "/v1/parked?=x", "/v1/parked?%00=x", "/v1/parked?limit=5&x",
        "/v1/parked?type=%+1", "/v1/parked/%-1", "/v1/parked?type=%1", "/v1/%C3%28", "/v1/parked?type=%ED%A0%80",
    ])
    func `a bad or unknown parameter is answered 400`(path: String) throws {
        let (status, body) = try bench.get(path)
        #expect(status == 400)
        #expect(body["code"]?.string == "invalid")
    }

    @Test func `what is wrong with a parameter is said, with what it takes`() throws {
        func message(_ path: String) throws -> String { try bench.get(path).body["message"]?.string ?? "" }
        #expect(try message("/v1/parked?reason=lost").hasPrefix("reason must be one of malformed, unknown-type, "))
        #expect(try message("/v1/parked?colour=red") == "unknown parameter colour; this path takes reason, type, limit, after")
        #expect(try message("/v1/status?x=1") == "unknown parameter x; this path takes none")
        #expect(try message("/v1/parked?limit=501") == "limit must be a number from 1 to 500")
        #expect(try message("/v1/resyncs?consumer=x") == "consumer must be one of box, till")
    }

    @Test func `parameters are percent-decoded`() throws {
        try bench.process([command("open-box", #"{"boxId":"b1"}"#, id: "m 1+2")])
        #expect(try bench.get("/v1/messages?id=m%201%2B2").body.elements.count == 1)
        #expect(try bench.get("/v1/messages?id=m+1%2b2").body.elements.count == 1)
    }
}
