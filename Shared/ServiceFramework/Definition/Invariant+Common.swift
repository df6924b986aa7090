public import Contracts
public import Storage

extension Invariant {
    /// Each of so many facts was published as one event.
    /// - Parameter count: SQL that counts the facts.
    public static func told<E: Event>(_ event: E.Type, once rule: String, count: String) -> Invariant {
        Invariant(
            rule,
            violations: """
                WITH fact (facts, events) AS (
                    SELECT (\(count)), (SELECT count(*) FROM outbox WHERE type = '\(E.name.type)'))
                SELECT facts || ' facts and ' || events || ' events' FROM fact WHERE facts <> events
                """)
    }

    /// Of every service.
    static let common = [
        Invariant(
            "the sequence has no gaps",
            violations: """
                SELECT 'the outbox holds ' || count(*) || ' events, the last at ' || max(position) FROM outbox
                HAVING count(*) > 0 AND (count(*) <> max(position) OR min(position) <> 1)
                """),
        Invariant(
            "every event says the sequence and source of its place",
            violations: """
                SELECT 'the event at ' || position || ' says ' || json_extract(CAST(body AS TEXT), '$.source') || ' '
                    || json_extract(CAST(body AS TEXT), '$.sequence')
                FROM outbox WHERE body IS NOT NULL AND (
                    CAST(json_extract(CAST(body AS TEXT), '$.sequence') AS INTEGER)
                        <> position - (SELECT max(startsAfter) FROM life WHERE startsAfter < outbox.position)
                    OR json_extract(CAST(body AS TEXT), '$.source')
                        <> (SELECT source FROM life WHERE startsAfter < outbox.position ORDER BY startsAfter DESC, number DESC LIMIT 1))
                """),
        Invariant(
            "nothing counts as sent that is not there",
            violations: """
                SELECT 'events count as sent up to ' || eventsSent || ' of ' || (SELECT coalesce(max(position), 0) FROM outbox) FROM progress
                WHERE eventsSent > (SELECT coalesce(max(position), 0) FROM outbox)
                    OR repliesSent > (SELECT coalesce(max(position), 0) FROM reply)
                """),
        Invariant(
            "every event has its cause",
            violations: """
                SELECT 'the event at ' || position || ' is caused by the message ' || cause || ', which is not there' FROM outbox
                WHERE cause <> 0 AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.position = outbox.cause)
                """),
    ]
}
