import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/sellers/{id}/statement?from&to`: the entries of a seller's account with the balance after each, in the order of posting.
/// Amounts are as the seller sees them: positive is owed to the seller.
enum StatementRead {
    static let route = Route.get(
        "/v1/sellers/{id}/statement", "Every entry of a seller's account, with the running balance",
        [
            .init("from", .date), .init("to", .date), .init("limit", .integer(1...Int64(ReadRequest.maximumLimit))),
            .init("after", .integer(0...Int64.max)),
        ]
    ) { request, db, json in
        let (from, to) = (request.date("from"), request.date("to"))
        if let from, let to, from > to { throw ReadError.invalid("from must not be after to") }
        let seller = try SellerAccount.find(request.pathValue("id"), db)
        let limit = request.integer("limit").map(Int.init) ?? ReadRequest.defaultLimit
        let after = request.integer("after") ?? 0
        let opening = try balance(of: seller.account, before: from, upTo: after, db)
        let rows = try entries(of: seller.account, from, to, after: after, limit: limit + 1, db)
        let page = rows.prefix(limit)
        var running = opening
        json.object { json in
            json.member("sellerId", seller.sellerId)
            json.member("name", ifPresent: seller.name)
            json.member("from", ifPresent: from?.description)
            json.member("to", ifPresent: to?.description)
            json.member("openingBalance", opening)
            json.array("items", page) { json, row in
                running += Int128(row["amount"] as Int64)
                write(row, balance: running, &json)
            }
            json.member("closingBalance", running)
            json.key("next")
            if rows.count > page.count, let last = page.last { json.string("\(last["posting"] as Int64)") } else { json.null() }
        }
    }

    /// What was owed before the first entry of the page.
    private static func balance(of account: Int64?, before from: BusinessDate?, upTo after: Int64, _ db: Database) throws -> Int128 {
        try Row.fetchOne(
            db,
            sql: """
                SELECT \(WideSum.columns("-amount", as: "balance")) FROM entry JOIN posting ON posting.number = entry.posting
                WHERE account = ? AND (entry.posting <= ? OR date < ?)
                """, arguments: [account, after, from?.day ?? Int32.min])?.sum("balance") ?? 0
    }

    private static func entries(
        of account: Int64?, _ from: BusinessDate?, _ to: BusinessDate?, after: Int64, limit: Int, _ db: Database
    ) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT entry.posting, -entry.amount AS amount, posting.kind, posting.key, posting.postedAt, posting.date, sale.key AS saleId,
                    EXISTS (SELECT 1 FROM reassignment WHERE reassignment.posting = entry.posting) AS isReassignment
                FROM entry JOIN posting ON posting.number = entry.posting LEFT JOIN posting AS sale ON sale.number = posting.sale
                WHERE entry.account = ? AND entry.posting > ? AND posting.date BETWEEN ? AND ? ORDER BY entry.posting LIMIT ?
                """, arguments: [account, after, from?.day ?? Int32.min, to?.day ?? Int32.max, limit])
    }

    private static func write(_ row: Row, balance: Int128, _ json: inout JSONWriter) {
        let kind = PostingKind(rawValue: row["kind"])
        json.object { json in
            json.member("date", BusinessDate(day: row["date"]).description)
            json.member("postedAt", Instant(milliseconds: row["postedAt"]).description)
            json.member("kind", ifPresent: row["isReassignment"] as Bool ? "reassignment" : kind?.name)
            json.member("id", row["key"] as String)
            json.member("saleId", ifPresent: kind == .sale ? row["key"] as String : row["saleId"] as String?)
            json.member("amount", row["amount"] as Int64)
            json.member("balance", balance)
        }
    }
}
