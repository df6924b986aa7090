import Contracts
import Messaging
import Primitives
import Storage
import StrictJSON

/// Replies, kept with the commands that they answer and sent by the relay.
final class Replies {
    private let positions: CurrentPositions
    /// The position of the last reply.
    var position: Int64 { positions.now.replies }
    private let service: String
    private let outbox: Outbox
    private let queuesAllowed: Bool

    init(service: String, outbox: Outbox, positions: CurrentPositions, queuesAllowed: Bool) {
        self.service = service
        self.outbox = outbox
        self.positions = positions
        self.queuesAllowed = queuesAllowed
    }

    static let exchange = "mart.replies"

    private static let insert = SQL(
        """
        INSERT INTO reply (position, afterEvent, exchange, routingKey, correlationId, messageId, status, code, traceparent, tracestate,
            body, eventsAfter)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let find = SQL("SELECT status, code, messageId, body, traceparent, tracestate FROM reply WHERE position = ?")

    /// Keeps the reply to a command, and sends it if somebody asked.
    func append(_ reply: ReplyData, to incoming: Incoming, cause: Cause, in connection: Connection) throws {
        let header = header(subject: reply.subject, cause: cause)
        let body = reply.body(within: Limits.eventSize) { reply in header.body { reply.write(to: &$0) } }
        try insert(
            reply.status.rawValue, reply.code.rawValue, header.id, body, (header.traceparent, header.tracestate), to: incoming,
            cause: cause,
            in: connection)
    }

    /// Sends the body of an earlier reply again, to where this copy of the command wants it.
    func repeatReply(at earlier: Int64, subject: String, to incoming: Incoming, cause: Cause, in connection: Connection) throws {
        guard incoming.replyTo != nil else { return }
        let found = try connection.first(Self.find, earlier) { row in
            (
                status: row.text(0), code: row.text(1), messageId: row.text(2), body: row.isNull(3) ? nil : row.blob(3),
                trace: (parent: row.textOrNil(4), state: row.textOrNil(5))
            )
        }
        guard let found else { return }
        let body = found.body ?? rebuilt(status: found.status, code: found.code, subject: subject, cause: cause)
        try insert(found.status, found.code, found.messageId, body, found.trace, to: incoming, cause: cause, in: connection)
    }

    /// Reply bodies are kept for 30 days; afterwards a repeat says what is still known.
    private func rebuilt(status: String, code: String, subject: String, cause: Cause) -> [UInt8] {
        header(subject: subject, cause: cause).body { json in
            json.object { json in
                json.member("status", status)
                json.member("code", code)
                json.member("subject", subject)
            }
        }
    }

    private func header(subject: String, cause: Cause) -> EnvelopeHeader {
        EnvelopeHeader(
            id: outbox.nextId(), source: outbox.source, type: ReplyData.type, subject: subject, time: outbox.timeText,
            correlationId: cause.correlationId, causationId: cause.id, traceparent: outbox.span(of: cause), tracestate: cause.tracestate)
    }

    private func insert(
        _ status: String, _ code: String, _ messageId: String, _ body: [UInt8], _ trace: (parent: String?, state: String?),
        to incoming: Incoming,
        cause: Cause,
        in connection: Connection
    ) throws {
        var exchange = ""
        var routingKey: String?
        if let replyTo = incoming.replyTo {
            switch ReplyDestination(replyTo, queuesAllowed: queuesAllowed) {
            case .exchange(let key): (exchange, routingKey) = (Self.exchange, key)
            case .queue(let name): routingKey = name
            case nil: positions.now.refusedReplies += 1
            }
        }
        try connection.execute(
            Self.insert, position + 1, outbox.position, exchange, routingKey, incoming.correlationId ?? cause.correlationId, messageId,
            status,
            code, trace.parent, trace.state, body, positions.now.eventsBefore)
        positions.now.replies += 1
    }
}
