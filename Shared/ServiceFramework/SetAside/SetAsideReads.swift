import Contracts
import GRDB
import Primitives
import StrictJSON

/// `/v1/set-aside`: what the relay could not send while it could send others. Without bodies: they may tell of people.
enum SetAsideReads {
    private static let states = ["set-aside", "sending", "sent"]

    static let list = Route.list(
        "/v1/set-aside", "Messages that the broker takes no way, with their reason; those sent by now only where asked for",
        [.init("kind", .choice(["event", "reply"])), .init("state", .choice(states))],
        rows: { request, db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT s.*, coalesce(e.type, 'id.nttmart.reply.v1') AS type, coalesce(e.routingKey, r.routingKey) AS routingKey,
                        coalesce(e.messageId, r.messageId) AS messageId, coalesce(e.correlationId, r.correlationId) AS correlationId,
                        coalesce(length(e.body), length(r.body)) AS size,
                        s.position - (SELECT max(startsAfter) FROM life WHERE startsAfter < e.position) AS sequence
                    FROM setAside AS s
                    LEFT JOIN outbox AS e ON s.kind = 'event' AND e.position = s.position
                    LEFT JOIN reply AS r ON s.kind = 'reply' AND r.position = s.position
                    WHERE (?1 IS NULL OR s.kind = ?1) AND (s.state = ?2 OR ?2 IS NULL AND s.state <> 'sent') AND s.number > ?3
                    ORDER BY s.number LIMIT ?4
                    """,
                arguments: [
                    request.text("kind"), request.text("state"), request.after.flatMap { Int64($0) } ?? 0, request.limit + 1,
                ])
        },
        id: { "\($0["number"] as Int64)" }, write: { row, json in json.object { write(row, to: &$0) } })

    private static func write(_ row: Row, to json: inout JSONWriter) {
        json.member("setAsideId", SetAside.id(row["kind"], row["position"]))
        json.member("kind", row["kind"] as String)
        json.member("state", row["state"] as String)
        json.member("type", row["type"] as String)
        json.member("sequence", ifPresent: row["sequence"] as Int64?)
        json.member("routingKey", ifPresent: row["routingKey"] as String?)
        json.member("id", ifPresent: row["messageId"] as String?)
        json.member("correlationId", ifPresent: row["correlationId"] as String?)
        json.member("size", ifPresent: row["size"] as Int64?)
        json.member("reason", row["reason"] as String)
        json.member("times", row["times"] as Int64)
        json.member("firstAt", Instant(milliseconds: row["firstAt"]).description)
        json.member("lastAt", Instant(milliseconds: row["lastAt"]).description)
        json.member("decidedBy", ifPresent: row["decidedBy"] as String?)
        json.member("decision", ifPresent: row["decision"] as String?)
    }

    /// How many nobody has sent yet.
    static func count(_ db: Database, _ kind: SetAsideKind? = nil) throws -> Int64 {
        try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM setAside WHERE state <> 'sent' AND (?1 IS NULL OR kind = ?1)", arguments: [kind?.rawValue]) ?? 0
    }
}
