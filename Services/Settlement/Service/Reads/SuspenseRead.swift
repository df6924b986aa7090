import GRDB
import Primitives
import ServiceFramework
import SettlementDomain
import StrictJSON

/// `/v1/suspense`: lines whose seller nobody knows yet, and of which something is left to give.
enum SuspenseRead {
    static let route = Route.list(
        "/v1/suspense", "Lines in suspense: what waits for `assign-suspense`", [.init("regency", .regency)], after: .idPair,
        rows: { request, db in
            let after = request.after?.split(separator: "/").map(String.init) ?? ["", ""]
            // By the entries of the account, which lie together: there are few among all lines.
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT sold.key AS saleId, line.lineId, line.productId, sold.regency, line.net, sold.postedAt,
                        ifnull(sum(refunded.net), 0) AS refunded, line.sellerShare - ifnull(sum(refunded.sellerShare), 0) AS sellerShare
                    FROM entry JOIN posting AS sold ON sold.number = entry.posting AND sold.kind = \(PostingKind.sale.rawValue)
                        JOIN saleLine AS line ON line.posting = sold.number AND line.account = entry.account
                        LEFT JOIN refundLine AS refunded ON refunded.sale = line.posting AND refunded.lineId = line.lineId
                    WHERE entry.account = \(Account.suspense.number) AND (?1 IS NULL OR sold.regency = ?1)
                        AND (sold.key, line.lineId) > (?2, ?3)
                        AND NOT EXISTS (SELECT 1 FROM assignment WHERE assignment.sale = line.posting AND assignment.lineId = line.lineId)
                    GROUP BY line.posting, line.lineId HAVING line.sellerShare > ifnull(sum(refunded.sellerShare), 0)
                    ORDER BY sold.key, line.lineId LIMIT ?4
                    """, arguments: [request.text("regency"), after[0], after[1], request.limit + 1])
        },
        id: { "\($0["saleId"] as String)/\($0["lineId"] as String)" },
        write: { row, json in
            json.object { json in
                json.member("saleId", row["saleId"] as String)
                json.member("lineId", row["lineId"] as String)
                json.member("productId", row["productId"] as String)
                json.member("regency", row["regency"] as String)
                json.member("net", row["net"] as Int64)
                json.member("refunded", row["refunded"] as Int64)
                json.member("sellerShare", row["sellerShare"] as Int64)
                json.member("postedAt", Instant(milliseconds: row["postedAt"]).description)
            }
        })
}
