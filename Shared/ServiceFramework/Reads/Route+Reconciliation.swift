import GRDB
import StrictJSON

extension Route {
    /// What two services must agree on.
    public enum ReconciliationKind: String, Sendable {
        case sales, refunds, losses
    }

    /// A list of facts in a form that two services share, to be held against each other id by id.
    /// - Parameter sql: `id` and `item` (JSON) of facts with an id above `?1`, of the id `?2` alone unless that is NULL, ordered, `?3` of them.
    public static func reconciliation(_ kind: ReconciliationKind, _ summary: String, _ sql: String) -> Route {
        .list(
            "/v1/reconciliation/\(kind.rawValue)", summary, [.init("id", .id)],
            rows: { request, db in
                try Row.fetchAll(db, sql: sql, arguments: [request.after ?? "", request.text("id"), request.limit + 1])
            },
            id: { $0["id"] }, write: { row, json in json.raw(Array((row["item"] as String).utf8)) })
    }
}
