import Contracts
import Foundation
import GRDB
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Synchronization
import Testing

@testable import ServiceFramework
@testable import Storage

/// `resync`: which part of the outbox is sent once more, and how that is remembered.
struct ResyncTests {
    /// A small service in Consignment's place: Settlement consumes its sales, nobody its deliveries.
    private struct Ring: Command {
        static let name = MessageName("consignment", "ring")
        var saleId = ""
        var subject: String { saleId }
        var businessKey: BusinessKey? { nil }
        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.id("saleId", &saleId) }
    }

    private struct Rung: Event {
        static let name = MessageName("consignment", "sale-recorded")
        var saleId = ""
        var subject: String { saleId }
        var eventRegency: String? { nil }
        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.id("saleId", &saleId) }
    }

    private struct Delivered: Event {
        static let name = MessageName("consignment", "goods-received")
        var lotId = ""
        var subject: String { lotId }
        var eventRegency: String? { nil }
        mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) { try f.id("lotId", &lotId) }
    }

    /// Each sale is two events: one for Settlement, one for nobody.
    private struct TakeRing: Handler {
        func handle(_ ring: Ring, in tx: Transaction) throws -> Outcome {
            try tx.publish(Rung.with { $0.saleId = ring.saleId })
            try tx.publish(Delivered.with { $0.lotId = ring.saleId })
            return .done
        }
    }

    private let harness: ServiceHarness
    private let resync = MessageName("consignment", "resync")

    init() throws {
        harness = try ServiceHarness(
            ServiceDefinition(
                name: "consignment", port: 8199, schema: [], handles: [on(Ring.self, TakeRing())],
                publishes: [Rung.self, Delivered.self], reads: []),
            topology: Topology([
                ServiceTopology("catalog", consumes: []), ServiceTopology("settlement", consumes: [Rung.name]),
            ]),
            now: "2026-02-05")
    }

    private func ring(_ ids: ClosedRange<Int>) throws { for id in ids { try harness.send(Ring.with { $0.saleId = "s\(id)" }) } }

    @discardableResult
    private func ask(_ range: String) throws -> TestReply {
        try harness.send(resync, data: #"{"consumer":"settlement","by":"Maria",\#(range)}"#)
    }

    /// Subjects of everything that the first unfinished job sends, read as the relay does.
    private func sent(after number: Int64 = 0, limit: Int = 2) throws -> [String] {
        guard let job = try harness.reader.nextResync(after: number) else { return [] }
        var subjects: [String] = []
        var position = job.sent
        while position < job.endsAt {
            let (rows, through) = try harness.reader.events(of: job, after: position, limit: limit)
            subjects += try rows.map { try Envelope(parsing: $0.body).subject ?? "" }
            #expect(rows.allSatisfy { $0.type == Rung.name.type }, "only what the consumer takes")
            #expect(through > position)
            position = through
        }
        return subjects
    }

    @Test func `everything that the consumer takes is sent, as it was`() throws {
        try ring(1...5)
        let reply = try ask(#""all":true"#)
        #expect(reply.status == .accepted)
        #expect(reply.details["events"]?.int64 == 10)
        #expect(try sent() == ["s1", "s2", "s3", "s4", "s5"])
        let job = try #require(try harness.reader.nextResync(after: 0))
        let row = try #require(try harness.reader.events(of: job, after: 0, limit: 1).rows.first)
        let original = try harness.reader.events(after: 0, limit: 1)[0]
        #expect(row.body == original.body)
        #expect(row.messageId == original.messageId)
        #expect(row.routingKey == original.routingKey)
        #expect(row.traceparent == original.traceparent)
    }

    @Test func `a range of sequences`() throws {
        try ring(1...5)
        try ask(#""fromSequence":3,"toSequence":6"#)
        #expect(try sent() == ["s2", "s3"])
        #expect(try ask(#""fromSequence":99"#).details["events"]?.int64 == 0)
    }

    @Test func `from the beginning of a business day`() throws {
        try ring(1...2)
        try harness.advance(to: "2026-02-06")
        try ring(3...3)
        try harness.advance(to: "2026-02-09")
        try ring(4...4)
        for (since, expected) in [
            ("2026-02-06", ["s3", "s4"]), ("2026-02-07", ["s3", "s4"]), ("2026-02-09", ["s4"]), ("2020-01-01", ["s1", "s2", "s3", "s4"]),
        ] {
            let number = try #require(Int64(try ask(#""since":"\#(since)""#).details["resyncId"]?.string ?? ""))
            #expect(try sent(after: number - 1) == expected, "\(since)")
        }
    }

    @Test func `what was let go of cannot be sent, and that is said`() throws {
        try ring(1...2)
        harness.store.sent.withLock { $0.events = 4 }
        try harness.advance(to: "2026-02-06")
        try ring(3...3)
        try harness.advance(to: "2027-03-14")
        #expect(try ask(#""fromSequence":2"#).code == .tooLate)
        #expect(try ask(#""fromSequence":5"#).status == .accepted)
        try ask(#""all":true"#)
        #expect(try sent() == ["s3"])
    }

    @Test(arguments: [
        (#""all":true,"consumer":"catalog""#, ReplyCode.invalid), (#""all":true,"consumer":"nobody""#, .invalid),
        (#""by":"Maria""#, .invalid), (#""all":true,"since":"2026-02-05""#, .invalid), (#""all":true,"toSequence":3"#, .invalid),
        (#""fromSequence":3,"toSequence":2"#, .invalid), (#""fromSequence":1,"source":"/consignment~3""#, .notFound),
    ])
    func `a wish that makes no sense is refused`(data: String, code: ReplyCode) throws {
        try ring(1...2)
        let body = data.contains("consumer") ? data : #""consumer":"settlement",\#(data)"#
        let named = body.contains(#""by""#) ? body : #""by":"Maria",\#(body)"#
        #expect(try harness.send(resync, data: "{\(named)}").code == code)
        #expect(try harness.reader.nextResync(after: 0) == nil)
    }

    @Test func `progress is written down with the next batch, and the job is done at its end`() throws {
        try ring(1...3)
        try ask(#""all":true"#)
        harness.store.sent.withLock { $0.resyncs[1] = 4 }
        #expect(try harness.get("/v1/resyncs/1").body["passed"]?.int64 == 4)
        try ring(4...4)
        #expect(try harness.number("SELECT sent FROM resync") == 4)
        #expect(try sent() == ["s3"])
        harness.store.sent.withLock { $0.resyncs[1] = 6 }
        try ring(5...5)
        #expect(try harness.reader.nextResync(after: 0) == nil)
        let told = try harness.get("/v1/resyncs?consumer=settlement").body["items"]?.elements.first
        #expect(told?["state"]?.string == "done")
        #expect(told?["requestedBy"]?.string == "Maria")
        #expect(try harness.get("/v1/resyncs/2").status == 404)
    }

    @Test func `many events that the consumer does not take are passed over a stride at a time`() throws {
        try ring(1...1)
        try harness.store.pool.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
                    INSERT INTO outbox (position, routingKey, messageId, type, correlationId, cause, body)
                    SELECT i, 'x', 'm' || i, 'other', 'c', 0, x'00' FROM n
                    """)
            try db.execute(sql: "INSERT INTO resync VALUES (1, 'settlement', 2, 12000, 2, 'Maria', 0)")
        }
        let job = try #require(try harness.reader.nextResync(after: 0))
        var (position, strides) = (job.sent, 0)
        while position < job.endsAt {
            let (rows, through) = try harness.reader.events(of: job, after: position, limit: 100)
            #expect(rows.isEmpty)
            (position, strides) = (through, strides + 1)
        }
        #expect(strides == 3)
    }
}
