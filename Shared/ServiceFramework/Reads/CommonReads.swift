import Foundation
import GRDB
import Messaging
import Primitives
import StrictJSON
import Synchronization

/// The paths that every service answers (section 10 of the contract), but for health and metrics, which need no store.
enum CommonReads {
    static func routes(of store: ServiceStore) -> [Route] {
        let service = store.definition.name
        return [
            status(store), messages, parkedList, parked, BackupReads.list(of: service), BackupReads.one(of: service),
            ResyncReads.list(of: store), ResyncReads.one(of: store), SourceReads.all, SetAsideReads.list,
        ]
    }

    private static func status(_ store: ServiceStore) -> Route {
        let (service, storeId, source, lifeStart) = (store.definition.name, store.storeId, store.source, store.lifeStart)
        return .get("/v1/status", "What the service has done and has yet to do") { [weak store] request, db, json in
            let last = try Int64.fetchOne(db, sql: "SELECT coalesce(max(position), 0) FROM outbox") ?? 0
            let marks = store?.sent.withLock { $0 } ?? SentMarks(events: last, replies: 0)
            let replies =
                try Int64.fetchOne(
                    db, sql: "SELECT count(*) FROM reply WHERE position > ? AND routingKey IS NOT NULL", arguments: [marks.replies]) ?? 0
            let waiting = try store?.definition.waiting.map { try Int64.fetchOne(db, sql: $0) ?? 0 } ?? 0
            // What has left ahead of something that has not waits no more.
            let beyond = store.map {
                $0.eventsSentBeyond.load(ordering: .relaxed) + $0.repliesSentBeyond.load(ordering: .relaxed)
            }
            try json.object { json in
                json.member("service", service)
                json.member("storeId", storeId)
                json.member("source", source)
                json.member("lastSequence", last - lifeStart)
                json.member("outboxPending", max(0, last - min(last, marks.events) + replies - Int64(beyond ?? 0)))
                json.member("inFlight", store?.inFlight.load(ordering: .relaxed) ?? 0)
                json.member("waiting", waiting)
                json.member("parked", (try? Int64.fetchOne(db, sql: "SELECT count(*) FROM parked WHERE state = 'parked'")) ?? 0)
                json.member("setAside", try SetAsideReads.count(db))
                json.member("businessNow", request.now.description)
            }
        }
    }

    private static let messages = Route.get(
        "/v1/messages", "Messages received, and what was published because of them",
        [.init("correlationId"), .init("subject"), .init("id")]
    ) { request, db, json in
        var conditions: [String] = []
        var arguments: [String] = []
        for (name, column) in [("correlationId", "correlationId = ?"), ("subject", "subject = ?")] {
            guard let value = request.text(name) else { continue }
            conditions.append(column)
            arguments.append(value)
        }
        if let id = request.text("id") {
            // The key begins with the source, so an id is looked up under each; there are few.
            conditions.append("source IN (SELECT number FROM source) AND messageId = ?")
            arguments.append(id)
        }
        if conditions.isEmpty { throw ReadError.invalid("name a correlationId, a subject or an id") }
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT position, messageId, type, receivedAt, outcome, eventsAfter, subject, correlationId,
                    (SELECT name FROM source WHERE number = inbox.source) AS sourceName,
                    (SELECT code FROM reply WHERE position = inbox.reply) AS code
                FROM inbox WHERE \(conditions.joined(separator: " AND ")) ORDER BY position LIMIT 500
                """, arguments: StatementArguments(arguments))
        try json.array(rows) { json, row in
            let events = try published(db, by: row["position"], after: row["eventsAfter"])
            json.object { json in
                json.member("id", row["messageId"] as String)
                json.member("source", ifPresent: row["sourceName"] as String?)
                json.member("type", row["type"] as String)
                json.member("subject", row["subject"] as String)
                json.member("correlationId", row["correlationId"] as String)
                json.member("receivedAt", Instant(milliseconds: row["receivedAt"]).description)
                json.member("outcome", RecordedOutcome(rawValue: row["outcome"])?.name ?? "")
                json.member("code", ifPresent: row["code"] as String?)
                json.array("published", events) { json, event in
                    json.object { json in
                        json.member("id", event["messageId"] as String)
                        json.member("type", event["type"] as String)
                        json.member("sequence", event["sequence"] as Int64)
                    }
                }
            }
        }
    }

    /// Events of one message follow each other in the outbox, so no index is needed to find them.
    private static func published(_ db: Database, by cause: Int64, after position: Int64) throws -> [Row] {
        var events: [Row] = []
        let cursor = try Row.fetchCursor(
            db,
            sql: "SELECT messageId, type, cause, \(SourceLife.sequenceSQL) AS sequence FROM outbox WHERE position > ? ORDER BY position",
            arguments: [position])
        while let row = try cursor.next(), row["cause"] == cause { events.append(row.copy()) }
        return events
    }

    private static let columns = "parkedId, source, messageId, type, reason, error, attempts, firstAt, lastAt, size, sha256"

    private static let parkedList = Route.list(
        "/v1/parked", "Messages that nobody could act on, with their reason",
        [.init("reason", .choice(ParkReason.allCases.map(\.rawValue))), .init("type")],
        rows: { request, db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(columns) FROM parked WHERE state = 'parked' AND (?1 IS NULL OR reason = ?1) AND (?2 IS NULL OR type = ?2)
                    AND (?3 IS NULL OR parkedId > ?3) ORDER BY parkedId LIMIT ?4
                    """, arguments: [request.text("reason"), request.text("type"), request.after, request.limit + 1])
        },
        id: { $0["parkedId"] }, write: { row, json in json.object { write(row, to: &$0) } })

    private static let parked = Route.get(
        "/v1/parked/{parkedId}",
        "A parked message with its body, in which phone and account numbers are masked unless the request has the read token"
    ) { request, db, json in
        let id = request.pathValue("parkedId")
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT \(columns), body, state, replayOutcome, replayCode FROM parked WHERE parkedId = ?", arguments: [id])
        else {
            throw ReadError.notFound("nothing is parked as \(id)")
        }
        json.object { json in
            write(row, to: &json)
            json.member("state", row["state"] as String)
            json.member("replayOutcome", ifPresent: row["replayOutcome"] as String?)
            json.member("replayCode", ifPresent: row["replayCode"] as String?)
            let bytes = Array(row["body"] as Data)
            let shown = MaskedBody(bytes)
            let isWhole = request.isTrusted || !shown.isMasked
            json.member("body", isWhole ? String(decoding: bytes, as: UTF8.self) : shown.text)
            if !isWhole { json.member("masked", true) }
        }
    }

    private static func write(_ row: Row, to json: inout JSONWriter) {
        json.member("parkedId", row["parkedId"] as String)
        json.member("source", ifPresent: row["source"] as String?)
        json.member("id", ifPresent: row["messageId"] as String?)
        json.member("type", ifPresent: row["type"] as String?)
        json.member("reason", row["reason"] as String)
        json.member("error", row["error"] as String)
        json.member("attempts", row["attempts"] as Int64)
        json.member("firstAt", Instant(milliseconds: row["firstAt"]).description)
        json.member("lastAt", Instant(milliseconds: row["lastAt"]).description)
        json.member("size", row["size"] as Int64)
        json.member("sha256", row["sha256"] as String)
    }
}
