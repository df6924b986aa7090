import ConsignmentDomain
import GRDB
import Primitives
import ServiceFramework
import Storage
import StrictJSON

/// What is on the shelves, by product.
enum StockReads {
    struct Item {
        var productId: String
        var regency: String
        /// Nil, as its state, for a product that nobody has told of.
        var sellerId: String?
        var productState: String?
        /// A product that cannot be sold today, whatever the date on its lots.
        var isLocked: Bool
        var unallocated: Int128
        var lots: [Row] = []
    }

    static let list = Route.list(
        "/v1/stock",
        """
        Units on hand by product; locked units cannot be sold now, unallocated ones were sold without a lot to take them from; \
        `state=withdrawn` lists what lies there for its sellers to fetch
        """,
        [
            .init("regency", .regency), .init("productId", .id), .init("sellerId", .id),
            .init("state", .choice(ListingState.allCases.map { $0.rawValue })),
        ],
        rows: { request, db in
            var items = try products(request, db)
            for index in items.indices { items[index].lots = try lots(of: items[index].productId, on: request.today, db) }
            return items
        },
        id: \.productId,
        write: { item, json in
            json.object { json in
                json.member("productId", item.productId)
                json.member("regency", item.regency)
                json.member("sellerId", ifPresent: item.sellerId)
                json.member("productState", ifPresent: item.productState)
                json.member("onHand", item.lots.reduce(Int128(0)) { $0 + Int128($1.int("onHand")) })
                json.member(
                    "locked", item.lots.reduce(Int128(0)) { $0 + (item.isLocked || $1["isPastDate"] ? Int128($1.int("onHand")) : 0) })
                json.member("unallocated", item.unallocated)
                json.array("lots", item.lots) { json, lot in
                    json.object { json in
                        json.member("lotId", ifPresent: lot.text("lotId"))
                        json.member("onHand", lot.int("onHand"))
                        json.member("expiresOn", ifPresent: lot.date("expiresOn")?.description)
                    }
                }
            }
        })

    /// As a sale would meet it today: a listing that has run out holds the product.
    private static let state = """
        CASE WHEN product.sellerId IS NULL THEN NULL WHEN product.state = 'listed' AND product.listedUntil < ?5 THEN 'held'
            ELSE product.state END
        """

    /// Products that were ever received, and those sold without ever having been.
    private static func products(_ request: ReadRequest, _ db: Database) throws -> [Item] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT stocked.productId, ifnull(product.regency, unallocated.regency) AS regency,
                    ifnull(unallocated.quantity, 0) AS unallocated, ifnull(unallocated.carry, 0) AS carry, product.sellerId, \(state) AS productState,
                    ifnull(product.state = 'listed' AND ifnull(product.listedUntil, ?5) >= ?5 AND mart.openedOn <= ?5
                        AND (ifnull(mart.closedOn, ?5 + 1) > ?5 OR ifnull(mart.reopenedOn, ?5 + 1) <= ?5), 0) AS isSaleable
                FROM (
                    SELECT productId FROM product WHERE firstReceivedOn IS NOT NULL
                    UNION SELECT productId FROM unallocated WHERE quantity > 0 OR carry > 0
                ) AS stocked
                LEFT JOIN product USING (productId)
                LEFT JOIN unallocated USING (productId)
                LEFT JOIN mart ON mart.regency = product.regency
                WHERE (?1 IS NULL OR ifnull(product.regency, unallocated.regency) = ?1)
                    AND (?2 IS NULL OR stocked.productId = ?2)
                    AND (?3 IS NULL OR product.sellerId = ?3)
                    AND (?7 IS NULL OR \(state) = ?7)
                    AND (?4 IS NULL OR stocked.productId > ?4)
                ORDER BY stocked.productId LIMIT ?6
                """,
            arguments: [
                request.text("regency"), request.text("productId"), request.text("sellerId"), request.after, request.today.column,
                request.limit + 1, request.text("state"),
            ])
        return rows.map { row in
            Item(
                productId: row["productId"], regency: row["regency"], sellerId: row["sellerId"], productState: row["productState"],
                isLocked: !(row["isSaleable"] as Bool),
                unallocated: Int128(row.int("carry")) << 53 + Int128(row.int("unallocated")))
        }
    }

    /// Lots with stock, in the order in which they leave.
    private static func lots(of productId: String, on today: BusinessDate, _ db: Database) throws -> [Row] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT lotId, onHand, expiresOn, lastSaleDay < ?2 AS isPastDate FROM lot WHERE productId = ?1 AND emptiedBy IS NULL
                ORDER BY lastSaleDay, receivedAt, lotId
                """, arguments: [productId, today.column])
    }
}
