import ConsignmentDomain
import Primitives
import ServiceFramework
import Storage

/// Consignment's own picture of products.
enum Products {
    private static let find = SQL(
        """
        SELECT product.sellerId, product.regency, product.state, product.listedUntil, product.missingPermits, \(Marts.columns),
            (SELECT price FROM price WHERE price.productId = product.productId AND effectiveOn <= ?2 ORDER BY effectiveOn DESC LIMIT 1)
        FROM product LEFT JOIN mart ON mart.regency = product.regency
        WHERE product.productId = ?1 AND product.sellerId IS NOT NULL
        """)

    /// What is known about the product, with the price in force on `date`; nil where nobody has told of it yet.
    static func find(_ productId: String, pricedOn date: BusinessDate, in tx: Transaction) throws -> ProductFacts? {
        let found = try tx.first(find, productId, date) { row in
            let missing = row.text(4)
            return ProductFacts(
                sellerId: row.text(0), regency: row.text(1), state: try row.choice(2), listedUntil: row.dateOrNil(3),
                missingPermits: missing.isEmpty ? [] : PermitList.kinds(missing), mart: Marts.days(row, from: 5),
                price: row.isNull(8) ? nil : row.rupiah(8))
        }
        guard var product = found, product.price == nil else { return found }
        product.price = try PriceBook.earliest(of: productId, in: tx)
        return product
    }

    private static let identity = SQL("SELECT sellerId, regency, state FROM product WHERE productId = ?")

    /// Whose product it is, as far as that is known, and its listing.
    struct Identity {
        var sellerId: String?
        var regency: String?
        var state: ListingState
    }

    static func identity(of productId: String, in tx: Transaction) throws -> Identity? {
        try tx.first(identity, productId) { row in
            Identity(sellerId: row.textOrNil(0), regency: row.textOrNil(1), state: try row.choice(2))
        }
    }

    private static let learn = SQL(
        """
        INSERT INTO product (productId, sellerId, regency, name, programme, unit, knownOn) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET sellerId = excluded.sellerId, regency = excluded.regency, name = ifnull(excluded.name, name),
            programme = ifnull(excluded.programme, programme), unit = ifnull(excluded.unit, unit), knownOn = ifnull(knownOn, excluded.knownOn)
        """)

    static func learn(
        _ productId: String, sellerId: String, regency: String, name: String? = nil, programme: Programme? = nil, unit: String? = nil,
        in tx: Transaction
    ) throws {
        try tx.execute(learn, productId, sellerId, regency, name, programme, unit, tx.today)
    }

    private static let setKind = SQL(
        "INSERT INTO product (productId, kind) VALUES (?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind")

    /// A kind may be said before the product is known.
    static func setKind(_ kind: ProductKind, of productId: String, in tx: Transaction) throws {
        if try tx.isStale(facet: "kind", of: productId) { return }
        try tx.execute(setKind, productId, kind)
    }

    private static let setListing = SQL(
        "UPDATE product SET state = ?2, reason = ?3, missingPermits = ?4, listedUntil = ?5 WHERE productId = ?1")

    static func setListing(
        of productId: String, _ state: ListingState, reason: String? = nil, missingPermits: [String] = [], until: BusinessDate? = nil,
        in tx: Transaction
    ) throws {
        try tx.execute(setListing, productId, state.rawValue, reason, PermitList.text(missingPermits), until)
    }

    private static let noteReceipt = SQL("UPDATE product SET firstReceivedOn = ?2 WHERE productId = ?1 AND firstReceivedOn IS NULL")

    static func noteReceipt(of productId: String, in tx: Transaction) throws { try tx.execute(noteReceipt, productId, tx.today) }
}

/// Kinds of permits in one column; a newline is in none of them.
enum PermitList {
    static func text(_ kinds: [String]) -> String { kinds.joined(separator: "\n") }
    static func kinds(_ text: String) -> [String] { text.isEmpty ? [] : text.split(separator: "\n").map(String.init) }
}
