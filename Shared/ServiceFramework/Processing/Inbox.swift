import Contracts
import Messaging
import Primitives
import Storage

/// The record of every message judged. Its unique key is what makes a second effect impossible.
final class Inbox {
    private let sources: SourceTable
    private let positions: CurrentPositions
    /// The position of the last message.
    var position: Int64 { positions.now.messages }
    /// The earlier claim that a replay has taken over; nil while a message of its own is judged.
    private var takenOver: Known.Claim?

    init(sources: SourceTable, positions: CurrentPositions) {
        self.sources = sources
        self.positions = positions
    }

    /// What is known of an earlier message with the same (source, id).
    struct Known {
        struct Claim {
            var position: Int64
            var outcome: RecordedOutcome
            var eventsAfter: Int64
            var reply: Int64?
        }

        var claim: Claim
        var digest: Digest
        var subject: String
    }

    private static let insert = SQL(
        """
        INSERT INTO inbox (position, source, messageId, type, digest, receivedAt, outcome, subject, correlationId, eventsAfter, reply)
        VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (source, messageId) DO NOTHING
        """)
    private static let find = SQL(
        "SELECT position, digest, subject, reply, outcome, eventsAfter FROM inbox WHERE source = ? AND messageId = ?")
    private static let decide = SQL("UPDATE inbox SET outcome = ? WHERE position = ?")
    private static let change = SQL("UPDATE inbox SET outcome = ?, eventsAfter = ?, reply = ? WHERE position = ?")
    private static let remove = SQL("DELETE FROM inbox WHERE position = ?")

    /// Claims the message's (source, id); false if it was claimed before.
    func claim(_ judgement: Judgement, correlationId: String, at time: Instant, in connection: Connection) throws -> Bool {
        takenOver = nil
        let envelope = judgement.envelope
        let reply = reply(to: judgement)
        let source = try sources.number(of: envelope.source, in: connection)
        let inserted = try connection.execute(Self.insert) { row in
            row.add(position + 1)
            row.add(source)
            row.add(envelope.id)
            row.add(envelope.type)
            row.add(judgement.digest)
            row.add(time)
            row.add(judgement.subject)
            row.add(correlationId)
            row.add(positions.now.events)
            row.add(reply)
        }
        if inserted == 1 { positions.now.messages += 1 }
        return inserted == 1
    }

    func number(of source: String, in connection: Connection) throws -> Int64 { try sources.number(of: source, in: connection) }

    func known(_ envelope: Envelope, in connection: Connection) throws -> Known? {
        try connection.first(Self.find, sources.number(of: envelope.source, in: connection), envelope.id) { row in
            guard let outcome = RecordedOutcome(rawValue: row.int(4)) else { return nil }
            return Known(
                claim: .init(position: row.int(0), outcome: outcome, eventsAfter: row.int(5), reply: row.intOrNil(3)),
                digest: Digest(stored: row.blob(1)), subject: row.text(2))
        } ?? nil
    }

    /// Begins the claim of an earlier message anew, because it is that message, and a person wants it judged once more.
    func takeOver(_ claim: Known.Claim, for judgement: Judgement, in connection: Connection) throws {
        takenOver = claim
        try connection.execute(Self.change, RecordedOutcome.accepted.rawValue, positions.now.events, reply(to: judgement), claim.position)
    }

    /// Where its reply will be.
    private func reply(to judgement: Judgement) -> Int64? { judgement.isCommand ? positions.now.replies + 1 : nil }

    /// Records an outcome other than `accepted`, which is what a claim begins with.
    func decide(_ outcome: RecordedOutcome, in connection: Connection) throws {
        try connection.execute(Self.decide, outcome.rawValue, takenOver?.position ?? position)
    }

    /// Gives the claim of the current message back: a parked message claims nothing. What was taken over says again what it had said.
    func release(in connection: Connection) throws {
        if let takenOver {
            try connection.execute(
                Self.change, takenOver.outcome.rawValue, takenOver.eventsAfter, takenOver.reply, takenOver.position)
            return
        }
        try connection.execute(Self.remove, position)
        positions.now.messages -= 1
    }
}

/// What accepted commands have claimed for ever.
enum BusinessKeys {
    private static let find = SQL("SELECT digest FROM businessKey WHERE kind = ? AND id = ?")
    private static let insert = SQL("INSERT INTO businessKey (kind, id, digest) VALUES (?, ?, ?)")

    static func digest(of key: BusinessKey, in connection: Connection) throws -> Digest? {
        try connection.first(find, key.kind, key.id) { Digest(stored: $0.blob(0)) }
    }

    static func claim(_ key: BusinessKey, digest: Digest, in connection: Connection) throws {
        try connection.execute(insert, key.kind, key.id, digest)
    }
}
