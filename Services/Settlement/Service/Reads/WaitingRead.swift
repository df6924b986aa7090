import Contracts
import Foundation
import GRDB
import Messaging
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/settlements/waiting`: refunds whose sale, or an earlier refund of the same line, has not come yet.
enum WaitingRead {
    static let route = Route.list(
        "/v1/settlements/waiting", "Refunds that wait for their sale or for an earlier refund", [.init("regency", .regency)],
        rows: { request, db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT refundId, saleId, body, receivedAt,
                        EXISTS (SELECT 1 FROM posting WHERE posting.key = saleId AND posting.kind = 1) AS isSettled
                    FROM waitingRefund WHERE refundId > ? AND (?2 IS NULL OR regency = ?2) ORDER BY refundId LIMIT ?3
                    """, arguments: [request.after ?? "", request.text("regency"), request.limit + 1])
        },
        id: { $0["refundId"] as String },
        write: { row, json in
            let (envelope, refund) = try WaitingRefunds.read(Array(row["body"] as Data))
            json.object { json in
                json.member("refundId", refund.refundId)
                json.member("saleId", refund.saleId)
                json.member("regency", refund.regency)
                json.member("waitsFor", row["isSettled"] as Bool ? "earlier-refund" : "sale")
                json.member("messageId", envelope.id)
                json.member("receivedAt", Instant(milliseconds: row["receivedAt"]).description)
                json.member("total", refund.total.amount)
                json.array("lines", refund.lines) { json, line in
                    json.object { json in
                        json.member("lineId", line.lineId)
                        json.member("quantity", line.quantity)
                        json.member("refundedBefore", line.refundedBefore)
                        json.member("net", line.net.amount)
                    }
                }
            }
        })
}
