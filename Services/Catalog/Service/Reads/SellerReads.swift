import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/sellers` and `/v1/sellers/{id}`
enum SellerReads {
    static let list = Route.list(
        "/v1/sellers", "Sellers, with the numbers of their products", [.init("regency", .regency)],
        rows: { request, db in
            var condition = "s.sellerId > ?"
            var arguments: StatementArguments = [request.after ?? ""]
            if let regency = request.text("regency") {
                condition += " AND s.regency = ?"
                arguments += [regency]
            }
            return try sellers(db, condition, arguments, limit: request.limit + 1)
        },
        id: { $0["sellerId"] },
        write: { row, json in json.object { write(row, to: &$0) } })

    static let one = Route.get("/v1/sellers/{id}", "A seller, with the numbers of its products and what was known of it before") {
        request, db, json in
        let id = request.pathValue("id")
        guard let row = try sellers(db, "s.sellerId = ?", [id], limit: 1).first else {
            throw ReadError.notFound("seller \(id) is not registered")
        }
        let changes = try Row.fetchAll(db, sql: "SELECT * FROM sellerChange WHERE sellerId = ? ORDER BY position", arguments: [id])
        json.object { json in
            write(row, to: &json)
            json.array("changes", changes) { json, change in
                json.object { json in
                    json.member("changedAt", Instant(milliseconds: change["changedAt"]).description)
                    json.member("changedBy", ifPresent: change["changedBy"] as String?)
                    json.member("nameBefore", change["oldName"] as String)
                    json.member("phoneBefore", ifPresent: (change["oldPhone"] as String?).map(Masked.phone))
                    json.member("nibBefore", ifPresent: change["oldNib"] as String?)
                }
            }
        }
    }

    private static func sellers(_ db: Database, _ condition: String, _ arguments: StatementArguments, limit: Int) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT s.*, (SELECT COUNT(*) FROM product p WHERE p.sellerId = s.sellerId) AS products,
                    (SELECT COUNT(*) FROM product p WHERE p.sellerId = s.sellerId AND p.state = 'listed') AS listedProducts
                FROM seller s WHERE \(condition) ORDER BY s.sellerId LIMIT ?
                """,
            arguments: arguments + [limit])
    }

    private static func write(_ row: Row, to json: inout JSONWriter) {
        json.member("sellerId", row["sellerId"] as String)
        json.member("name", row["name"] as String)
        json.member("regency", row["regency"] as String)
        json.member("phone", ifPresent: (row["phone"] as String?).map(Masked.phone))
        json.member("nib", ifPresent: row["nib"] as String?)
        json.member("products", row["products"] as Int64)
        json.member("listedProducts", row["listedProducts"] as Int64)
    }
}
