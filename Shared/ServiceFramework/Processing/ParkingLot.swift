import Contracts
import Messaging
import Primitives
import Storage

/// Messages that nobody could act on, kept with their reason until a person decides.
final class ParkingLot {
    private var ids: UUIDv7Generator
    /// For ids, as the outbox has it.
    var stamp = Instant(milliseconds: 0)

    init(_ surroundings: Surroundings) { ids = UUIDv7Generator(seed: surroundings.nextSeed()) }

    private static let insert = SQL(
        """
        INSERT INTO parked (parkedId, state, channel, routingKey, contentType, correlationId, replyTo, traceparent, tracestate, source,
            messageId, type, reason, error, attempts, firstAt, lastAt, size, sha256, body)
        VALUES (?, 'parked', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
        ON CONFLICT (channel, sha256, routingKey) WHERE state IN ('parked', 'replaying')
        DO UPDATE SET attempts = attempts + 1, lastAt = excluded.lastAt, reason = excluded.reason, error = excluded.error, state = 'parked'
        RETURNING parkedId
        """)

    /// Answers the `parkedId`, which is the earlier one where the same message is parked already.
    func park(
        _ arrival: Arrival, _ reason: ParkReason, _ error: String, at time: Instant, in connection: Connection
    ) throws -> String {
        let (incoming, envelope) = (arrival.incoming, arrival.envelope)
        let body = reason == .oversize ? Array(incoming.body.prefix(Limits.oversizeKept)) : incoming.body
        let fresh = ids.next(at: stamp)
        let parkedId = try connection.first(
            Self.insert, fresh, incoming.channel.rawValue, incoming.routingKey, incoming.contentType, incoming.correlationId,
            incoming.replyTo, incoming.traceparent, incoming.tracestate, envelope?.source, envelope?.id ?? incoming.messageId,
            envelope?.type, reason.rawValue, Self.kept(error), time, time, incoming.size, arrival.digest.hexadecimal, body
        ) { $0.text(0) }
        CrashPoint.parkInserted.pass()
        return parkedId ?? fresh
    }

    private static func kept(_ error: String) -> String { String(error.prefix(1000)) }

    private static let again = SQL(
        """
        UPDATE parked SET attempts = attempts + 1, lastAt = ?, reason = ?, error = ?, state = 'parked' WHERE position = ?
        RETURNING parkedId
        """)

    /// Puts a message back that was replayed in vain, under the id by which people know it, whichever way it was handled this time.
    func park(_ position: Int64, again reason: ParkReason, _ error: String, at time: Instant, in connection: Connection) throws -> String {
        let parkedId = try connection.first(Self.again, time, reason.rawValue, Self.kept(error), position) { $0.text(0) }
        CrashPoint.parkInserted.pass()
        return parkedId ?? ""
    }

    private static let nextReplaying = SQL(
        """
        SELECT position, channel, routingKey, contentType, correlationId, replyTo, traceparent, messageId, body, size, tracestate
        FROM parked WHERE state = 'replaying' ORDER BY position LIMIT 1
        """)
    private static let finish = SQL(
        "UPDATE parked SET state = 'replayed', replayOutcome = ?, replayCode = ? WHERE position = ? AND state = 'replaying'")
    private static let isReplaying = SQL("SELECT 1 FROM parked WHERE state = 'replaying' LIMIT 1")

    /// Whether a wish to replay has been left undone, by a process that ended before.
    func hasReplays(in connection: Connection) throws -> Bool { try connection.first(Self.isReplaying) { _ in true } ?? false }

    /// The first message that a person wants tried again.
    func nextToReplay(in connection: Connection) throws -> (position: Int64, incoming: Incoming)? {
        try connection.first(Self.nextReplaying) { row in
            let incoming = Incoming(
                channel: Incoming.Channel(rawValue: row.text(1)) ?? .events, routingKey: row.text(2), contentType: row.textOrNil(3),
                messageId: row.textOrNil(7), correlationId: row.textOrNil(4), replyTo: row.textOrNil(5), traceparent: row.textOrNil(6),
                tracestate: row.textOrNil(10), body: row.blob(8), size: Int(row.int(9)))
            return (row.int(0), incoming)
        }
    }

    /// Called after the message was handled again: if it was parked again, its row is back in state `parked` and stays.
    func finishReplay(of position: Int64, _ verdict: Decision.Verdict?, in connection: Connection) throws {
        let (outcome, code): (RecordedOutcome?, ReplyCode?) =
            switch verdict {
            case .accepted: (.accepted, nil)
            case .duplicate: (.duplicate, nil)
            case .rejected(let code): (.rejected, code)
            case .parked, .unanswered, nil: (nil, nil)
            }
        try connection.execute(Self.finish, outcome?.name, code?.rawValue, position)
    }
}
