import GRDB
import Messaging
import Primitives
import StrictJSON
import Synchronization

/// `/v1/resyncs`: ranges of the outbox that were asked for again, and how far they have been sent.
enum ResyncReads {
    private static let columns = "number, consumer, startsAfter, endsAt, sent, requestedBy, requestedAt"

    static func list(of store: ServiceStore) -> Route {
        .list(
            "/v1/resyncs", "Ranges of events that were asked for once more, in the order of asking",
            [.init("consumer", .choice(store.topology.services.map(\.name)))], after: .integer(0...Int64.max),
            rows: { request, db in
                try Row.fetchAll(
                    db, sql: "SELECT \(columns) FROM resync WHERE (?1 IS NULL OR consumer = ?1) AND number > ?2 ORDER BY number LIMIT ?3",
                    arguments: [request.text("consumer"), request.after.flatMap { Int64($0) } ?? 0, request.limit + 1])
            },
            id: { "\($0["number"] as Int64)" }, write: { [weak store] row, json in json.object { write(row, store, to: &$0) } })
    }

    static func one(of store: ServiceStore) -> Route {
        .get("/v1/resyncs/{id}", "A range of events that was asked for once more, and how far it has been sent") {
            [weak store] request, db, json in
            let id = request.pathValue("id")
            guard let number = Int64(id),
                let row = try Row.fetchOne(db, sql: "SELECT \(columns) FROM resync WHERE number = ?", arguments: [number])
            else { throw ReadError.notFound("no resync \(id) was asked for") }
            json.object { write(row, store, to: &$0) }
        }
    }

    private static func write(_ row: Row, _ store: ServiceStore?, to json: inout JSONWriter) {
        let (number, after, through): (Int64, Int64, Int64) = (row["number"], row["startsAfter"], row["endsAt"])
        // What the relay knows is ahead of what the writer has written down.
        let sent = max(row["sent"], store?.sent.withLock { $0.resyncs[number] } ?? 0)
        json.member("resyncId", "\(number)")
        json.member("consumer", row["consumer"] as String)
        json.member("state", sent >= through ? "done" : "sending")
        json.member("events", through - after)
        json.member("passed", sent - after)
        json.member("requestedBy", row["requestedBy"] as String)
        json.member("requestedAt", Instant(milliseconds: row["requestedAt"]).description)
    }
}
