import Contracts
import Messaging
import Primitives

/// The record of every message judged. Its unique key is what makes a second effect impossible.
final class Inbox {
    private let sources: SourceTable
    var position: Int64

    init(sources: SourceTable, position: Int64) {
        self.sources = sources
        self.position = position
    }

    /// What is known of an earlier message with the same (source, id).
    struct Known {
        var position: Int64
        var digest: Digest
        var subject: String
        var reply: Int64?
    }

    private static let insert = SQL(
        """
        INSERT INTO inbox (position, source, messageId, type, digest, receivedAt, outcome, subject, correlationId, eventsAfter, reply)
        VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?) ON CONFLICT (source, messageId) DO NOTHING
        """)
    private static let find = SQL("SELECT position, digest, subject, reply FROM inbox WHERE source = ? AND messageId = ?")
    private static let decide = SQL("UPDATE inbox SET outcome = ? WHERE position = ?")
    private static let remove = SQL("DELETE FROM inbox WHERE position = ?")

    /// Claims the message's (source, id); false if it was claimed before.
    func claim(
        _ envelope: Envelope, digest: Digest, subject: String, correlationId: String, eventsAfter: Int64, reply: Int64?,
        at time: Instant, in connection: Connection
    ) throws -> Bool {
        let source = try sources.number(of: envelope.source, in: connection)
        let inserted = try connection.execute(Self.insert) { row in
            row.add(position + 1)
            row.add(source)
            row.add(envelope.id)
            row.add(envelope.type)
            row.add(digest)
            row.add(time)
            row.add(subject)
            row.add(correlationId)
            row.add(eventsAfter)
            row.add(reply)
        }
        if inserted == 1 { position += 1 }
        return inserted == 1
    }

    func known(_ envelope: Envelope, in connection: Connection) throws -> Known? {
        try connection.first(Self.find, sources.number(of: envelope.source, in: connection), envelope.id) { row in
            Known(position: row.int(0), digest: Digest(stored: row.blob(1)), subject: row.text(2), reply: row.intOrNil(3))
        }
    }

    /// Records an outcome other than `accepted`, which is what a claim begins with.
    func decide(_ outcome: RecordedOutcome, in connection: Connection) throws {
        try connection.execute(Self.decide, outcome.rawValue, position)
    }

    /// Gives the claim of the current message back: a parked message claims nothing.
    func release(in connection: Connection) throws {
        try connection.execute(Self.remove, position)
        position -= 1
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
