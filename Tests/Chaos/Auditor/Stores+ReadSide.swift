import Audit
import GRDB

extension Stores {
    /// What the stores say, in the audit's words.
    func statement() throws -> ReadSide {
        var stated = ReadSide()
        let life = """
            SELECT source, (SELECT coalesce(max(position), 0) FROM outbox) - startsAfter FROM life ORDER BY number DESC LIMIT 1
            """
        for service in services { for row in try rows(service, life) { stated.sequences[row[0]] = row[1] } }
        stated.marts = Set(try texts("catalog", "SELECT regency FROM mart WHERE isOpen = 1"))
        stated.sellers = Set(try texts("catalog", "SELECT sellerId FROM seller"))
        for row in try rows("catalog", "SELECT productId, programme, state FROM product") {
            stated.products[row[0]] = ReadSide.Product(programme: row[1], state: row[2])
        }
        for row in try rows("permits", "SELECT permitId, state FROM permit") { stated.permits[row[0]] = row[1] }
        for row in try rows("consignment", "SELECT productId, sum(onHand) FROM lot GROUP BY productId") {
            stated.stock[row[0]] = ReadSide.Stock(onHand: Int128(row[1] as Int64), unallocated: 0)
        }
        for row in try rows("consignment", "SELECT productId, quantity FROM unallocated") {
            stated.stock[row[0], default: ReadSide.Stock(onHand: 0, unallocated: 0)].unallocated = Int128(row[1] as Int64)
        }
        for row in try rows("consignment", "SELECT saleId, total FROM sale") { stated.sales[row[0]] = Int128(row[1] as Int64) }
        for row in try rows(
            "settlement", "SELECT name, sum(amount) FROM entry JOIN account ON account.number = entry.account GROUP BY name")
        {
            stated.accounts[row[0]] = Int128(row[1] as Int64)
            stated.ledgerSum += Int128(row[1] as Int64)
        }
        let sellers = try rows(
            "settlement",
            """
            SELECT sellerId, -sum(CASE WHEN kind <> 2 THEN amount ELSE 0 END), sum(CASE WHEN kind = 2 THEN amount ELSE 0 END), -sum(amount)
            FROM entry JOIN account ON account.number = entry.account JOIN posting ON posting.number = entry.posting
            WHERE sellerId IS NOT NULL GROUP BY sellerId
            """)
        for row in sellers {
            stated.balances[row[0]] = SellerBalance(earned: Int128(row[1] as Int64), reversed: Int128(row[2] as Int64))
            stated.payable[row[0]] = Int128(row[3] as Int64)
        }
        return stated
    }
}
