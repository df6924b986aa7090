import Contracts
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/settlements/{saleId}`: what was posted for a sale (or a write-off), and what became of it.
enum SettlementRead {
    static let route = Route.get("/v1/settlements/{saleId}", "The settlement of a sale, or of a write-off, with its reversals") {
        request, db, json in
        let id = request.pathValue("saleId")
        if let sale = try posting(.sale, id, db) {
            try writeSale(sale, id, db, &json)
        } else if let loss = try posting(.writeOff, id, db) {
            try writeLoss(loss, id, db, &json)
        } else {
            throw ReadError.notFound("nothing was settled for \(id)")
        }
    }

    private static func posting(_ kind: PostingKind, _ key: String, _ db: Database) throws -> Row? {
        try Row.fetchOne(
            db, sql: "SELECT number, regency, postedAt FROM posting WHERE key = ? AND kind = ?", arguments: [key, kind.rawValue])
    }

    private static func writeSale(_ sale: Row, _ id: String, _ db: Database, _ json: inout JSONWriter) throws {
        let number: Int64 = sale["number"]
        let lines = try Row.fetchAll(
            db,
            sql: """
                SELECT lineId, account.sellerId, productId, net, sellerShare, martShare
                FROM saleLine JOIN account ON account.number = saleLine.account WHERE posting = ? ORDER BY place
                """, arguments: [number])
        let reversed = try Row.fetchAll(
            db,
            sql: """
                SELECT refundLine.posting, posting.key AS refundId, posting.postedAt, lineId, account.sellerId, net, sellerShare, martShare
                FROM refundLine JOIN posting ON posting.number = refundLine.posting JOIN account ON account.number = refundLine.account
                WHERE refundLine.sale = ? ORDER BY refundLine.posting, place
                """, arguments: [number])
        let assigned = try Row.fetchAll(
            db,
            sql: """
                SELECT posting.key AS assignmentId, assigned.lineId, account.sellerId, posting.postedAt,
                    coalesce(first.sellerShare, again.sellerShare) AS sellerShare,
                    coalesce(first.assignedBy, again.assignedBy) AS assignedBy, again.approvedBy, again.reason,
                    (SELECT key FROM posting WHERE number = again.replaces) AS replaces,
                    (SELECT sellerId FROM account WHERE number = again.fromAccount) AS fromSellerId
                FROM lineAssignment AS assigned JOIN posting ON posting.number = assigned.posting
                    JOIN account ON account.number = assigned.account
                    LEFT JOIN assignment AS first ON first.posting = posting.number
                    LEFT JOIN reassignment AS again ON again.posting = posting.number
                WHERE assigned.sale = ? ORDER BY posting.number
                """, arguments: [number])
        try json.object { json in
            json.member("settlementId", id)
            json.member("saleId", id)
            try writePosted(sale, lines, &json)
            try json.array("reversals", groups(of: reversed)) { json, lines in
                try json.object { json in
                    json.member("refundId", lines[0]["refundId"] as String)
                    json.member("postedAt", instant(lines[0]))
                    try writeLines(lines, &json)
                }
            }
            json.array("assignments", assigned) { json, row in
                json.object { json in
                    json.member("assignmentId", row["assignmentId"] as String)
                    json.member("lineId", row["lineId"] as String)
                    json.member("sellerId", row["sellerId"] as String)
                    json.member("sellerShare", row["sellerShare"] as Int64)
                    json.member("replaces", ifPresent: row["replaces"] as String?)
                    json.member("fromSellerId", ifPresent: row["fromSellerId"] as String?)
                    json.member("reason", ifPresent: row["reason"] as String?)
                    json.member("assignedBy", row["assignedBy"] as String)
                    json.member("approvedBy", ifPresent: row["approvedBy"] as String?)
                    json.member("postedAt", instant(row))
                }
            }
        }
    }

    private static func writeLoss(_ loss: Row, _ id: String, _ db: Database, _ json: inout JSONWriter) throws {
        let lines = try Row.fetchAll(
            db,
            sql: """
                SELECT lotId AS lineId, account.sellerId, productId, sellerShare AS net, sellerShare, 0 AS martShare
                FROM loss JOIN account ON account.number = loss.account WHERE posting = ?
                """, arguments: [loss["number"] as Int64])
        try json.object { json in
            json.member("settlementId", id)
            json.member("writeOffId", id)
            try writePosted(loss, lines, &json)
            json.key("reversals")
            json.beginArray()
            json.endArray()
        }
    }

    private static func writePosted(_ posting: Row, _ lines: [Row], _ json: inout JSONWriter) throws {
        json.member("regency", posting["regency"] as String)
        json.member("postedAt", instant(posting))
        try writeLines(lines, &json)
    }

    private static func writeLines(_ lines: [Row], _ json: inout JSONWriter) throws {
        json.array("lines", lines) { json, line in
            json.object { json in
                json.member("lineId", line["lineId"] as String)
                json.member("sellerId", ifPresent: line["sellerId"] as String?)
                if line.hasColumn("productId") { json.member("productId", line["productId"] as String) }
                for name in shares { json.member(name, line[name.description] as Int64) }
            }
        }
        try json.object("totals") { json in
            for name in shares { json.member(name, try lines.map { Rupiah($0[name.description] as Int64) }.sum().amount) }
        }
    }

    private static let shares: [StaticString] = ["net", "sellerShare", "martShare"]

    private static func instant(_ row: Row) -> String { Instant(milliseconds: row["postedAt"]).description }

    /// Rows of one posting together; they come ordered by it.
    private static func groups(of rows: [Row]) -> [[Row]] {
        var groups: [[Row]] = []
        for row in rows {
            if let last = groups.last, last[0]["posting"] as Int64 == row["posting"] as Int64 {
                groups[groups.count - 1].append(row)
            } else {
                groups.append([row])
            }
        }
        return groups
    }
}
