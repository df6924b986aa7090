import GRDB
import Primitives
import StrictJSON

/// `/v1/backups`: backups that were asked for, and what came of them.
enum BackupReads {
    private static let columns = "name, state, requestedBy, requestedAt, finishedAt, manifest, error"

    static func list(of service: String) -> Route {
        .list(
            "/v1/backups", "Backups of the store that were asked for, by name",
            [.init("state", .choice(["requested", "done", "failed", "superseded"]))],
            rows: { request, db in
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT \(columns) FROM backup WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR name > ?2)
                        ORDER BY name LIMIT ?3
                        """, arguments: [request.text("state"), request.after, request.limit + 1])
            },
            id: { $0["name"] }, write: { row, json in json.object { write(row, service, to: &$0) } })
    }

    static func one(of service: String) -> Route {
        .get("/v1/backups/{name}", "A backup: whether it is done, and its manifest") { request, db, json in
            let name = request.pathValue("name")
            guard let row = try Row.fetchOne(db, sql: "SELECT \(columns) FROM backup WHERE name = ?", arguments: [name]) else {
                throw ReadError.notFound("no backup \(name) was asked for")
            }
            json.object { write(row, service, to: &$0) }
        }
    }

    private static func write(_ row: Row, _ service: String, to json: inout JSONWriter) {
        json.member("name", row["name"] as String)
        json.member("state", row["state"] as String)
        json.member("requestedBy", row["requestedBy"] as String)
        json.member("requestedAt", Instant(milliseconds: row["requestedAt"]).description)
        json.member("finishedAt", ifPresent: (row["finishedAt"] as Int64?).map { Instant(milliseconds: $0).description })
        json.member("error", ifPresent: row["error"] as String?)
        guard let manifest = row["manifest"] as String? else { return }
        json.member("file", "\(service)-\(row["name"] as String).sqlite")
        json.key("manifest")
        json.raw(Array(manifest.utf8))
    }
}
