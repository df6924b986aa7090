import Contracts
import GRDB
import Messaging
import Primitives
import Synchronization
import Testing

@testable import ServiceFramework
@testable import Storage

/// What the metrics count: each decision once, and only what was committed.
struct TallyTests {
    private let bench: Bench
    init() throws { bench = try Bench() }

    @Test func `every outcome is counted by name, and what has no name by its queue`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1"),
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1"),
            command("put-box", #"{"boxId":"b1","content":"salt"}"#, id: "m2"),
            command("put-box", #"{"boxId":"b1","content":"sand"}"#, id: "m1"),
            event("unheard-of", "{}", id: "e1"), event("box-labelled", #"{"boxId":7}"#, id: "e2"),
        ])
        #expect(
            bench.counts == [
                "put-box accepted": 1, "put-box duplicate": 1, "put-box rejected": 2, "events parked": 1, "box-labelled parked": 1,
            ])
        #expect(bench.processor.tally.rejected == [.conflict: 2])
        #expect(bench.processor.tally.parked == [.unknownType: 1, .invalidData: 1])
    }

    @Test func `a reply that may go nowhere is counted once, though its batch was done twice`() throws {
        try bench.process([
            command("put-box", #"{"boxId":"b1","content":"rice"}"#, id: "m1", replyTo: "somewhere"),
            command("put-box", #"{"boxId":"b2","content":"broken"}"#, id: "m2"),
        ])
        #expect(bench.processor.tally.refusedReplies == 1)
        #expect(bench.processor.decisions.filter { $0.verdict == .unanswered }.map(\.messageId) == ["m1"])
    }

    @Test func `a message that was put off and then parked is counted as parked`() throws {
        let bench = try Bench(PutOff.definition)
        try bench.process([event("box-labelled", #"{"boxId":"b1","label":"later"}"#, id: "e1")])
        #expect(bench.processor.tally.parked.isEmpty)
        // The third message makes the batch be done again, which must not count the second's parking twice.
        try bench.process([
            event("box-labelled", #"{"boxId":"b1","label":"now"}"#, id: "e2"),
            event("box-labelled", #"{"boxId":"b1","label":"throw"}"#, id: "e3"),
        ])
        #expect(try bench.parked == ["inconsistent", "poison"])
        #expect(bench.processor.tally.parked == [.inconsistent: 1, .poison: 1])
        #expect(bench.processor.decisions.map { $0.messageId } == ["e3", "e1"])
    }

    @Test func `the age of what comes is that of the oldest message of the batch`() throws {
        func message(_ id: String, _ time: String) -> Incoming {
            command("put-box", #"{"boxId":"\#(id)","content":"rice"}"#, id: id, more: #","time":"\#(time)""#)
        }
        try bench.process([
            message("a", "2026-02-05T02:00:03Z"), message("b", "2026-02-05T02:00:01Z"), message("c", "2026-02-05T02:00:02Z"),
        ])
        #expect(bench.processor.tally.oldest == instant("2026-02-05T02:00:01Z"))
        try bench.process([command("put-box", #"{"boxId":"d","content":"rice"}"#, id: "d")])
        #expect(bench.processor.tally.oldest == nil)
    }

    @Test func `a growing measure reads each row once`() throws {
        let reader = MeasureReader([
            .growing(
                .counter("boxes_total", "boxes", by: ["content"], "Boxes."), highest: "SELECT max(rowid) FROM box",
                "SELECT content, count(*) FROM box WHERE rowid > :after AND rowid <= :upTo GROUP BY content"),
            .now(.gauge("boxes", "boxes", "Boxes."), "SELECT count(*) FROM box"),
        ])
        func samples() throws -> [[String]] {
            try bench.store.facts(reader).measures.map { $0.samples.map { "\($0.labels.joined()) \(Int($0.value))" } }
        }
        func put(_ id: String, _ content: String) throws { try bench.ask("put-box", #"{"boxId":"\#(id)","content":"\#(content)"}"#) }
        #expect(try samples() == [[], [" 0"]])
        try put("b1", "rice")
        try put("b2", "salt")
        #expect(try samples() == [["rice 1", "salt 1"], [" 2"]])
        try put("b3", "rice")
        #expect(try samples() == [["rice 2", "salt 1"], [" 3"]])
        try bench.store.pool.writeWithoutTransaction { try $0.execute(sql: "DELETE FROM box WHERE boxId = 'b1'") }
        #expect(try samples() == [["rice 2", "salt 1"], [" 2"]])
    }

    @Test func `the outbox is as old as its oldest event that has not left`() throws {
        try bench.ask("put-box", #"{"boxId":"b1","content":"rice"}"#)
        let sent = try #require(try bench.events.first?.envelope.sentAt)
        let reader = MeasureReader([])
        #expect(try bench.store.facts(reader, now: sent.adding(.seconds(90))).outboxAge == .seconds(90))
        bench.store.sent.withLock { $0.events = 1 }
        #expect(try bench.store.facts(reader, now: sent.adding(.seconds(90))).outboxAge == .zero)
    }
}

/// A service that puts a message off and parks it when the next one comes.
private enum PutOff {
    static var definition: ServiceDefinition {
        ServiceDefinition(
            name: "box", port: 8199, schema: [], handles: [on(BoxLabelled.self, Label())], publishes: [], reads: [])
    }

    private final class Label: Handler {
        private let waiting = Mutex<(Incoming, Cause)?>(nil)

        func handle(_ event: BoxLabelled, in tx: Transaction) throws -> Outcome {
            switch event.label {
            case "later":
                if let incoming = tx.incoming { waiting.withLock { $0 = (incoming, tx.cause) } }
                return .done
            case "now":
                guard let (incoming, cause) = waiting.withLock({ $0 }) else { return .park(.inconsistent, "nothing waits") }
                try tx.park(putOff: incoming, cause, .inconsistent, "it does not fit")
                return .done
            default: throw Rejected()
            }
        }
    }

    private struct Rejected: Error {}
}
