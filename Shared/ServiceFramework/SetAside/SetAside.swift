public import Contracts
import GRDB
import Primitives
import Storage

/// Messages of ours that the broker does not take while it takes others: passed over by the relay, and kept with their reason for a person.
///
/// The message itself stays where it is, in outbox or replies; the table says which and why.
public enum SetAside {
    /// What the relay has to say of one.
    public struct Note: Sendable, Hashable {
        public let kind: SetAsideKind
        public let position: Int64
        /// Why it was passed over; nil: the broker has it after all.
        public let reason: String?

        public init(_ kind: SetAsideKind, _ position: Int64, reason: String?) {
            self.kind = kind
            self.position = position
            self.reason = reason
        }
    }

    static func id(_ kind: String, _ position: Int64) -> String { "\(kind)-\(position)" }

    private static let insert = SQL(
        """
        INSERT INTO setAside (kind, position, state, reason, times, firstAt, lastAt) VALUES (?1, ?2, 'set-aside', ?3, 1, ?4, ?4)
        ON CONFLICT (kind, position)
        DO UPDATE SET state = 'set-aside', reason = excluded.reason, times = times + 1, lastAt = excluded.lastAt
        """)
    private static let finish = SQL("UPDATE setAside SET state = 'sent', lastAt = ? WHERE kind = ? AND position = ?")

    /// - Parameter time: system time.
    static func write(_ notes: [Note], at time: Instant, to connection: Connection) throws {
        for note in notes {
            if let reason = note.reason {
                try connection.execute(insert, note.kind.rawValue, note.position, String(reason.prefix(1000)), time)
            } else {
                try connection.execute(finish, time, note.kind.rawValue, note.position)
            }
        }
    }
}

extension OutboxReader {
    /// What a person wants sent again, at most so many, in the order in which it was set aside.
    public func wantedAgain(limit: Int) throws -> [(kind: SetAsideKind, position: Int64)] {
        try setAside("state = 'sending'", limit)
    }

    /// Positions of the events that listeners lack.
    public func eventsSetAside() throws -> Set<Int64> {
        Set(try setAside("state <> 'sent' AND kind = 'event'", -1).map(\.position))
    }

    private func setAside(_ condition: String, _ limit: Int) throws -> [(kind: SetAsideKind, position: Int64)] {
        try database.unsafeRead { db in
            try Row.fetchAll(
                db, sql: "SELECT kind, position FROM setAside WHERE \(condition) ORDER BY number LIMIT ?", arguments: [limit]
            ).map { (SetAsideKind(rawValue: $0["kind"]) ?? .event, $0["position"]) }
        }
    }
}
