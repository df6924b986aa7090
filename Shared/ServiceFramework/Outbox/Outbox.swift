import Contracts
import Messaging
import Primitives
import Storage
import StrictJSON

/// Appends events to the outbox table. The position, counted from the beginning of the store's present life, is the event's `sequence`, so the
/// primary key itself rules out gaps and repeats.
final class Outbox {
    let service: String
    let source: String
    /// The position behind which the sequence of this source begins; 0 unless the store was restored.
    private let lifeStart: Int64
    private let positions: CurrentPositions
    /// The position of the last event.
    var position: Int64 { positions.now.events }
    private var ids: UUIDv7Generator
    var traces: TraceGenerator
    /// System time of the transaction, for `time`.
    var time = Instant(milliseconds: 0) {
        didSet { timeText = time.description }
    }
    private(set) var timeText = ""
    /// For ids: a time that never goes back and is never years ahead, which the system's can be.
    var stamp = Instant(milliseconds: 0)
    /// The routing key of the last event: mostly it is the next one's too.
    private var lastKey = (name: "", regency: "", key: "")
    /// Where bodies are written, one after the other.
    private var json = JSONWriter(reservingCapacity: 2048)

    init(service: String, source: String, lifeStart: Int64, positions: CurrentPositions, _ surroundings: Surroundings) {
        self.service = service
        self.source = source
        self.lifeStart = lifeStart
        self.positions = positions
        ids = UUIDv7Generator(seed: surroundings.nextSeed())
        traces = TraceGenerator(seed: surroundings.nextSeed())
    }

    private static let insert = SQL(
        """
        INSERT INTO outbox (position, routingKey, messageId, type, correlationId, traceparent, tracestate, cause, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)

    func nextId() -> String { ids.next(at: stamp) }

    /// - Parameter write: writes the event's data.
    func append(
        _ name: MessageName, subject: String, regency: String?, cause: Cause, in connection: Connection,
        _ write: (inout JSONWriter) -> Void
    ) throws {
        precondition(name.service == service, "\(service) may not publish \(name)")
        let header = header(type: name.type, subject: subject, regency: regency, cause: cause)
        json.clear()
        header.write(to: &json, data: write)
        // Checked here, while whoever brought it can still be told: what no consumer would take must not get in.
        if json.bytes.count > Limits.eventSize { throw OversizeEvent(name: name, size: json.bytes.count) }
        try insert(header, routingKey: routingKey(name, regency), body: json.bytes, cause: cause, in: connection)
    }

    /// The event by which a rejection is told when nobody asked for a reply.
    func appendRejection(_ reply: ReplyData, of envelope: Envelope, regency: String?, cause: Cause, in connection: Connection) throws {
        let name = MessageName(service, "command-rejected")
        let header = header(type: name.type, subject: reply.subject, regency: regency, cause: cause)
        let body = reply.body(within: Limits.eventSize) { reply in
            header.body { json in
                reply.write(to: &json, commandId: envelope.id, commandSource: envelope.source, commandType: envelope.type)
            }
        }
        try insert(header, routingKey: routingKey(name, regency), body: body, cause: cause, in: connection)
    }

    private func routingKey(_ name: MessageName, _ regency: String?) -> String {
        guard let regency else { return name.routingKey }
        if lastKey.name != name.routingKey || lastKey.regency != regency {
            lastKey = (name.routingKey, regency, "\(name.routingKey).\(regency)")
        }
        return lastKey.key
    }

    private func header(type: String, subject: String, regency: String?, cause: Cause) -> EnvelopeHeader {
        EnvelopeHeader(
            id: nextId(), source: source, type: type, subject: subject, time: timeText, regency: regency,
            correlationId: cause.correlationId,
            causationId: cause.id, traceparent: span(of: cause), tracestate: cause.tracestate, sequence: position + 1 - lifeStart)
    }

    /// A message of its own in the trace of its cause.
    func span(of cause: Cause) -> String { cause.traceparent.map { traces.child(of: $0) } ?? traces.start() }

    private func insert(
        _ header: borrowing EnvelopeHeader, routingKey: String, body: [UInt8], cause: Cause, in connection: Connection
    ) throws {
        try connection.execute(Self.insert) { row in
            row.add(position + 1)
            row.add(routingKey)
            row.add(header.id)
            row.add(header.type)
            row.add(header.correlationId)
            row.add(header.traceparent)
            row.add(header.tracestate)
            row.add(cause.inboxPosition)
            row.add(body)
        }
        positions.now.events += 1
    }
}

/// An event larger than the contract lets events be (section 2): whatever would have published it is undone.
struct OversizeEvent: Error, CustomStringConvertible {
    let name: MessageName
    let size: Int

    var description: String { "the event \(name) that follows would have \(size) bytes; the limit is \(Limits.eventSize)" }
}

extension ReplyData {
    /// The body that `write` makes of it; where that is too large, without the details and with a short message.
    func body(within limit: Int, _ write: (ReplyData) -> [UInt8]) -> [UInt8] {
        let whole = write(self)
        if whole.count <= limit { return whole }
        var cut = self
        cut.message = "\(message.prefix(500)) (\(whole.count) bytes; the details are left out)"
        cut.details = Array("{}".utf8)
        return write(cut)
    }
}

/// Sources are kept once, by number; rows refer to the number.
final class SourceTable {
    private let numbers: RememberedNumbers

    init(_ numbers: RememberedNumbers) { self.numbers = numbers }

    private static let find = SQL("SELECT number FROM source WHERE name = ?")
    private static let add = SQL("INSERT INTO source (name) VALUES (?) RETURNING number")

    func number(of source: String, in connection: Connection) throws -> Int64 {
        if let number = try numbers.number(Self.find, source, in: connection) { return number }
        return try connection.first(Self.add, source) { $0.int(0) } ?? 0
    }
}
