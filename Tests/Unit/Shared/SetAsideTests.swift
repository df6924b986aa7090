import Contracts
import Dispatch
import Foundation
import GRDB
import Messaging
import Primitives
import ServiceFramework
import StrictJSON
import Synchronization
import Testing

/// What the relay passed over is kept with its reason, shown without a body, and tried again when a person says so.
struct SetAsideTests {
    private let bench: Bench

    init() throws {
        bench = try Bench()
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", replyTo: "amq.rabbitmq.reply-to.x.y"),
            command("put-box", #"{"boxId":"b2","content":"beans"}"#, id: "m2", replyTo: "reply.test.2"),
        ])
    }

    private func note(_ kind: SetAsideKind, _ position: Int64, _ reason: String?) {
        bench.store.sent.withLock { $0.setAside.append(SetAside.Note(kind, position, reason: reason)) }
    }

    private func items(_ query: String = "") throws -> [JSONValue] {
        let (status, body) = try bench.get("/v1/set-aside" + query)
        #expect(status == 200)
        return body["items"]?.elements ?? []
    }

    private var ids: [String] { get throws { try items().compactMap { $0["setAsideId"]?.string } } }

    @Test func `it is written with the next batch, or when nothing comes, and once`() throws {
        note(.reply, 1, "541")
        try bench.processor.saveSentMarks()
        #expect(bench.store.sent.withLock { $0.setAside.isEmpty })
        note(.event, 2, "too large")
        try bench.process([command("put-box", #"{"boxId":"b3","content":"rice"}"#, id: "m3")])
        try bench.processor.saveSentMarks()
        #expect(try ids == ["reply-1", "event-2"])
        #expect(try bench.get("/v1/status").body["setAside"]?.int64 == 2)
    }

    @Test func `it outlives the process, also when that ends at once`() throws {
        note(.reply, 1, "541")
        try bench.restart()
        #expect(try ids == ["reply-1"])
    }

    @Test func `the list says what and why, and nothing of what it says`() throws {
        note(.event, 1, "too large")
        note(.reply, 1, "541")
        try bench.processor.saveSentMarks()
        let (event, reply) = (try items()[0], try items()[1])
        #expect(event["type"]?.string == "id.nttmart.box.box-put.v1")
        #expect(event["sequence"]?.int64 == 1)
        #expect(event["reason"]?.string == "too large")
        #expect(event["state"]?.string == "set-aside")
        #expect(reply["routingKey"]?.string == "amq.rabbitmq.reply-to.x.y")
        #expect(reply["type"]?.string == "id.nttmart.reply.v1")
        #expect((reply["size"]?.int64 ?? 0) > 100)
        #expect(event["body"] == nil && reply["body"] == nil)
        #expect(try items("?kind=reply").count == 1)
        #expect(try items("?limit=1").count == 1)
        #expect(try bench.get("/v1/set-aside?kind=command").status == 400)
    }

    @Test func `a person has it sent again, and it leaves the list when it has left`() throws {
        note(.event, 1, "too large")
        note(.reply, 1, "541")
        try bench.processor.saveSentMarks()
        #expect(try bench.reader.eventsSetAside() == [1])
        let requests = bench.processor.committed.sendAgainRequests
        let rehearsal = try bench.ask("send-again", #"{"kind":"event","dryRun":true,"by":"Maria","reason":"to see"}"#)
        #expect(rehearsal.data["details"]?["count"]?.int64 == 1)
        #expect(try bench.reader.wantedAgain(limit: 10).isEmpty)
        #expect(bench.processor.committed.sendAgainRequests == requests)

        let reply = try bench.ask("send-again", #"{"setAsideIds":["event-1"],"by":"Maria","reason":"mended"}"#)
        #expect(reply.verdict == "accepted ok")
        #expect(bench.processor.committed.sendAgainRequests > requests)
        #expect(try bench.reader.wantedAgain(limit: 10).map(\.position) == [1])
        #expect(try bench.reader.eventsSetAside() == [1], "until it has left")

        note(.event, 1, nil)
        try bench.processor.saveSentMarks()
        #expect(try bench.reader.wantedAgain(limit: 10).isEmpty)
        #expect(try bench.reader.eventsSetAside().isEmpty)
        #expect(try ids == ["reply-1"])
        #expect(try items("?state=sent").first?["decidedBy"]?.string == "Maria")
    }

    @Test func `what fails again is back with its count`() throws {
        note(.reply, 1, "541")
        try bench.processor.saveSentMarks()
        try bench.ask("send-again", #"{"kind":"reply","by":"Maria","reason":"mended"}"#)
        note(.reply, 1, "541 again")
        try bench.processor.saveSentMarks()
        let item = try #require(try items().first)
        #expect(item["times"]?.int64 == 2)
        #expect(item["state"]?.string == "set-aside")
        #expect(item["reason"]?.string == "541 again")
    }

    @Test(arguments: [
        (#"{"setAsideIds":["event-9"],"by":"M","reason":"x"}"#, "rejected not-found"),
        (#"{"by":"M","reason":"x"}"#, "rejected invalid"),
        (#"{"setAsideIds":["reply-1"],"kind":"reply","by":"M","reason":"x"}"#, "rejected invalid"),
        (#"{"kind":"command","by":"M","reason":"x"}"#, "rejected invalid"),
        (#"{"setAsideIds":["reply-1"],"by":"M","reason":"x"}"#, "rejected too-late"),
    ])
    func `a wish that makes no sense is refused`(data: String, verdict: String) throws {
        note(.reply, 1, "541")
        try bench.processor.saveSentMarks()
        try bench.store.pool.writeWithoutTransaction { try $0.execute(sql: "UPDATE reply SET body = NULL") }
        #expect(try bench.ask("send-again", data).verdict == verdict)
    }

    /// Readers over HTTP share three connections; one that is slow keeps its own for as long as it likes.
    @Test func `the relay reads while readers hold every connection of the pool`() throws {
        let (pool, reader) = (try #require(bench.store).pool, try #require(bench.reader))
        let (held, over) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        for _ in 0..<3 {
            // Not a task: those share a few threads, which this would block.
            Thread.detachNewThread {
                try? pool.read { _ in
                    held.signal()
                    over.wait()
                }
            }
        }
        for _ in 0..<3 { held.wait() }
        defer { for _ in 0..<3 { over.signal() } }
        #expect(try reader.events(after: 0, limit: 10).count == 2)
        #expect(try reader.replies(after: 0, limit: 10, stopsAtAwaiting: true) { _ in true }.count == 2)
        #expect(try reader.nextResync(after: 0) == nil)
    }

    @Test func `a reply names the events of its own command`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b3","content":"refused"}"#, id: "m3"),
            command("put-box", #"{"boxId":"b4","content":"rice"}"#, id: "m4"),
        ])
        let rows = try bench.reader.replies(after: 0, limit: 10, stopsAtAwaiting: false) { _ in false }
        let awaited = rows.map(\.awaited)
        #expect(awaited == [(0, 1), (1, 2), (2, 2), (2, 3)].map { OwnEvents(after: $0, through: $1) })
    }
}
