import Contracts
import Messaging
import Primitives

/// Appends events to the outbox table. The position, counted from the beginning of the store's present life, is the event's `sequence`, so the
/// primary key itself rules out gaps and repeats.
final class Outbox {
    let service: String
    let source: String
    /// The position behind which the sequence of this source begins; 0 unless the store was restored.
    private let lifeStart: Int64
    /// The position of the last event.
    var position: Int64
    private var ids: UUIDv7Generator
    var traces: TraceGenerator
    /// System time of the transaction, for `time`.
    var time = Instant(milliseconds: 0) {
        didSet { timeText = time.description }
    }
    private(set) var timeText = ""

    init(service: String, source: String, lifeStart: Int64, position: Int64, _ surroundings: Surroundings) {
        self.service = service
        self.source = source
        self.lifeStart = lifeStart
        self.position = position
        ids = UUIDv7Generator(seed: surroundings.nextSeed())
        traces = TraceGenerator(seed: surroundings.nextSeed())
    }

    private static let insert = SQL(
        """
        INSERT INTO outbox (position, routingKey, messageId, type, correlationId, traceparent, tracestate, cause, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)

    func nextId() -> String { ids.next(at: time) }

    func append<E: Event>(_ event: E, cause: Cause, in connection: Connection) throws {
        precondition(E.name.service == service, "\(service) may not publish \(E.name)")
        let regency = event.eventRegency
        let header = header(type: E.name.type, subject: event.subject, regency: regency, cause: cause)
        try insert(
            header, routingKey: regency.map { "\(E.name.routingKey).\($0)" } ?? E.name.routingKey, body: header.body(data: event),
            cause: cause,
            in: connection)
    }

    /// The event by which a rejection is told when nobody asked for a reply.
    func appendRejection(_ reply: ReplyData, of envelope: Envelope, regency: String?, cause: Cause, in connection: Connection) throws {
        let name = MessageName(service, "command-rejected")
        let header = header(type: name.type, subject: reply.subject, regency: regency, cause: cause)
        let body = header.body { json in
            reply.write(to: &json, commandId: envelope.id, commandSource: envelope.source, commandType: envelope.type)
        }
        try insert(
            header, routingKey: regency.map { "\(name.routingKey).\($0)" } ?? name.routingKey, body: body, cause: cause, in: connection)
    }

    private func header(type: String, subject: String, regency: String?, cause: Cause) -> EnvelopeHeader {
        EnvelopeHeader(
            id: nextId(), source: source, type: type, subject: subject, time: timeText, regency: regency,
            correlationId: cause.correlationId,
            causationId: cause.id, traceparent: span(of: cause), tracestate: cause.tracestate, sequence: position + 1 - lifeStart)
    }

    /// A message of its own in the trace of its cause.
    func span(of cause: Cause) -> String { cause.traceparent.map { traces.child(of: $0) } ?? traces.start() }

    private func insert(_ header: EnvelopeHeader, routingKey: String, body: [UInt8], cause: Cause, in connection: Connection) throws {
        try connection.execute(
            Self.insert, position + 1, routingKey, header.id, header.type, header.correlationId, header.traceparent,
            header.tracestate, cause.inboxPosition, body)
        position += 1
    }
}

/// Sources are kept once, by number; rows refer to the number.
final class SourceTable {
    private var numbers: [String: Int64] = [:]

    private static let find = SQL("SELECT number FROM source WHERE name = ?")
    private static let add = SQL("INSERT INTO source (name) VALUES (?) RETURNING number")

    func number(of source: String, in connection: Connection) throws -> Int64 {
        if let number = numbers[source] { return number }
        let known = try connection.first(Self.find, source) { $0.int(0) }
        let number = try known ?? connection.first(Self.add, source) { $0.int(0) } ?? 0
        // Any sender may make up sources, so the memory for them is bounded.
        if numbers.count >= 1000 { numbers.removeAll(keepingCapacity: true) }
        numbers[source] = number
        return number
    }

    /// After a rollback, numbers given in it mean nothing.
    func forget() { numbers.removeAll(keepingCapacity: true) }
}
