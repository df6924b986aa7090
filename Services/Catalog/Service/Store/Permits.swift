import CatalogDomain
import Primitives
import ServiceFramework
import Storage

/// The permit table: what is known of permits from the events about them.
struct Permits {
    let tx: Transaction

    private static let columns = """
        permitId, permitKind, sellerId, productId, number, validFrom, validUntil, suspendedFrom, suspendedUntil, ending, endedOn,
        correctedNumber
        """
    private static let find = SQL("SELECT \(columns) FROM permit WHERE permitId = ?")
    private static let ofProduct = SQL("SELECT \(columns) FROM permit WHERE sellerId = ? AND (productId = ? OR productId IS NULL)")

    func find(_ permitId: String) throws -> Permit? { try tx.first(Self.find, permitId, read: Self.permit) }

    /// Those that count for a product of a seller.
    func all(of productId: String, sellerId: String) throws -> [Permit] {
        try tx.all(Self.ofProduct, sellerId, productId, read: Self.permit).filter { $0.counts(for: productId, of: sellerId) }
    }

    private static let save = SQL(
        """
        INSERT INTO permit (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET permitKind = excluded.permitKind, sellerId = excluded.sellerId, productId = excluded.productId,
            number = excluded.number, validFrom = excluded.validFrom, validUntil = excluded.validUntil,
            suspendedFrom = excluded.suspendedFrom, suspendedUntil = excluded.suspendedUntil, ending = excluded.ending, endedOn = excluded.endedOn,
            correctedNumber = excluded.correctedNumber
        """)

    func save(_ permit: Permit) throws {
        try tx.execute(
            Self.save, permit.permitId, permit.kind, permit.sellerId, permit.productId, permit.grant?.number, permit.grant?.validFrom,
            permit.grant?.validUntil, permit.suspension?.from, permit.suspension?.until, permit.ending?.kind.rawValue, permit.ending?.from,
            permit.correctedNumber)
    }

    private static func permit(_ row: StatementRow) throws -> Permit {
        var permit = Permit(permitId: row.text(0), kind: try row.choice(1), sellerId: row.text(2), productId: row.textOrNil(3))
        if let validFrom = row.dateOrNil(5) {
            permit.grant = Permit.Grant(number: row.text(4), validFrom: validFrom, validUntil: row.dateOrNil(6))
        }
        if let from = row.dateOrNil(7) { permit.suspension = Permit.Suspension(from: from, until: row.dateOrNil(8)) }
        if let from = row.dateOrNil(10) { permit.ending = Permit.Ending(try row.choice(9), from: from) }
        permit.correctedNumber = row.textOrNil(11)
        return permit
    }
}
