import Contracts
import Foundation
import GRDB
import Messaging
import Primitives
import ServiceFramework
import Storage
import StrictJSON

/// A tiny service, its store in a folder of its own, and the processor, all within reach: what `ServiceHarness` hides.
final class Bench {
    let folder: String
    private(set) var store: ServiceStore!
    private(set) var processor: BatchProcessor!
    /// As the relay reads.
    private(set) var reader: OutboxReader!
    private let definition: ServiceDefinition
    private var ids = 0

    init(_ definition: ServiceDefinition = BoxService.definition(), now: String = "2026-02-05T02:00:00Z") throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)").path
        self.folder = folder
        self.definition = definition
        store = try ServiceStore(definition, topology: BoxService.topology, folder: folder, clock: .manual(instant(now)))
        processor = try BatchProcessor(store)
        reader = try store.outboxReader()
    }

    deinit {
        try? close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// The process ends, tidily or not, and the next one begins on the same store.
    func restart(_ other: ServiceDefinition? = nil, now: String = "2026-02-05T02:00:00Z", cleanly: Bool = true, told: Beginning? = nil)
        throws
    {
        if cleanly { try store.closeCleanly() }
        try close()
        store = try ServiceStore(
            other ?? definition, topology: BoxService.topology, folder: folder, clock: .manual(instant(now)), told: told)
        processor = try BatchProcessor(store)
        reader = try store.outboxReader()
    }

    /// Lets go of the file and its lock.
    func close() throws {
        processor = nil
        try reader?.close()
        reader = nil
        try store?.pool.close()
        store = nil
    }

    /// Handles a batch as the writer does: afterwards what a person wants replayed.
    func process(_ batch: [Incoming]) throws {
        if try processor.process(batch).replayRequested { while try processor.replayParked() {} }
    }

    /// Replies as the relay reads them when the events up to a position are confirmed.
    func replies(after position: Int64, confirmedEvents: Int64, limit: Int) throws -> [OutboxRow] {
        try reader.replies(after: position, limit: limit, stopsAtAwaiting: true) { $0.through <= confirmedEvents }
    }

    func nextId() -> String {
        ids += 1
        return "id-\(ids)"
    }

    /// One command, one reply.
    @discardableResult
    func ask(_ name: String, _ data: String, id: String? = nil, source: String = "/till-1") throws -> KeptReply {
        let before = try replies.count
        try process([command(name, data, id: id ?? nextId(), source: source)])
        guard let reply = try replies.dropFirst(before).first else { throw BenchFailure(description: "no reply to \(name)") }
        return reply
    }

    // MARK: What is in the store

    /// Replies that are sent to somebody, in order, as far as their bodies are kept.
    var replies: [KeptReply] {
        get throws {
            try store.pool.read { db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT routingKey, exchange, correlationId, body FROM reply
                        WHERE routingKey IS NOT NULL AND body IS NOT NULL ORDER BY position
                        """
                )
                .map(KeptReply.init)
            }
        }
    }

    var events: [KeptEvent] {
        get throws {
            try store.pool.read { db in
                try Row.fetchAll(db, sql: "SELECT position, routingKey, body FROM outbox ORDER BY position").map(KeptEvent.init)
            }
        }
    }

    /// Ids of the boxes that stand, with their content.
    var boxes: [String] {
        get throws { try texts("SELECT boxId || '=' || content FROM box ORDER BY boxId") }
    }

    /// Reasons of what is parked, oldest first.
    var parked: [String] {
        get throws { try texts("SELECT reason FROM parked WHERE state = 'parked' ORDER BY position") }
    }

    /// What the tally says, by name (or channel, where the service does not know the name) and outcome.
    var counts: [String: Int64] {
        let tally: Tally = processor.tally
        return tally.kinds.indices.reduce(into: [:]) { counts, kind in
            for outcome in RecordedOutcome.allCases where tally.count(of: kind, outcome) > 0 {
                counts["\(tally.kinds[kind].name?.name ?? tally.kinds[kind].channel.rawValue) \(outcome)"] = tally.count(of: kind, outcome)
            }
        }
    }

    func texts(_ sql: String) throws -> [String] { try store.pool.read { try String.fetchAll($0, sql: sql) } }
    func number(_ sql: String) throws -> Int64 { try store.pool.read { try Int64.fetchOne($0, sql: sql) ?? 0 } }

    func get(_ path: String) throws -> (status: Int, body: JSONValue) {
        let response = store.respond(to: path)
        return (response.status, try JSONDocument(parsing: response.body).root)
    }
}

struct BenchFailure: Error, CustomStringConvertible {
    var description: String
}

/// A reply as it would leave.
struct KeptReply {
    let exchange: String
    let routingKey: String
    let correlationId: String
    let body: [UInt8]
    let envelope: Envelope
    var data: JSONValue { envelope.data }
    /// Status and code, e.g. `rejected conflict`.
    let verdict: String
    var message: String { data["message"]?.string ?? "" }

    init(_ row: Row) throws {
        exchange = row["exchange"]
        routingKey = row["routingKey"]
        correlationId = row["correlationId"]
        body = Array(row["body"] as Data)
        envelope = try Envelope(parsing: body)
        verdict = "\(envelope.data["status"]?.string ?? "-") \(envelope.data["code"]?.string ?? "-")"
    }
}

/// An event as it would leave.
struct KeptEvent {
    let position: Int64
    let routingKey: String
    let envelope: Envelope
    /// Name and subject, e.g. `box-put b1`.
    let words: String

    init(_ row: Row) throws {
        position = row["position"]
        routingKey = row["routingKey"]
        envelope = try Envelope(parsing: Array(row["body"] as Data))
        words = "\(envelope.type.split(separator: ".")[3]) \(envelope.subject ?? "-")"
    }
}

func instant(_ text: String) -> Instant {
    guard let instant = Instant(text) ?? BusinessDate(text)?.start else { preconditionFailure("\(text) is no instant") }
    return instant
}

/// A command of the tiny service; `data` and `more` are JSON, `more` a list of members of the envelope that begins with a comma.
func command(
    _ name: String, _ data: String, id: String, source: String = "/till-1", more: String = "", replyTo: String? = "reply.test.1",
    routingKey: String? = nil, traceparent: String? = nil, tracestate: String? = nil
) -> Incoming {
    Incoming(
        channel: .commands, routingKey: routingKey ?? "box.\(name)", replyTo: replyTo, traceparent: traceparent, tracestate: tracestate,
        body: envelope("id.nttmart.box.\(name).v1", data, id: id, source: source, more: more))
}

/// An event of the service `depot`, which the tiny one consumes.
func event(
    _ name: String, _ data: String, id: String, source: String = "/depot", sequence: Int? = nil, routingKey: String? = nil
) -> Incoming {
    Incoming(
        channel: .events, routingKey: routingKey ?? "depot.\(name)",
        body: envelope(
            "id.nttmart.depot.\(name).v1", data, id: id, source: source, more: sequence.map { #","sequence":"\#($0)""# } ?? ""))
}

private func envelope(_ type: String, _ data: String, id: String, source: String, more: String) -> [UInt8] {
    Array(#"{"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"\#(type)"\#(more),"data":\#(data)}"#.utf8)
}
