import ConsignmentDomain
import Primitives
import ServiceFramework
import Storage

/// Prices by the day from which they hold. Events enter them in any order of arrival with the same result.
enum PriceBook {
    private static let enter = SQL(
        """
        INSERT INTO price (productId, effectiveOn, price, origin) VALUES (?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET price = excluded.price, origin = excluded.origin
        """)

    /// The price of a registration holds from ever, under every later one.
    static func register(_ price: Rupiah, of productId: String, in tx: Transaction) throws {
        _ = try tx.isStale(facet: "price", of: productId)
        try tx.execute(enter, productId, PriceHistory.always, price, PriceOrigin.registered.rawValue)
    }

    /// Changes for different days stand side by side; of two for the same day the later one in sequence counts.
    static func change(_ price: Rupiah, of productId: String, from date: BusinessDate, in tx: Transaction) throws {
        _ = try tx.isStale(facet: "price", of: productId)
        if try tx.isStale(facet: "price:\(date)", of: productId) { return }
        try tx.execute(enter, productId, date, price, PriceOrigin.changed.rawValue)
    }

    private static let knows = SQL("SELECT 1 FROM price WHERE productId = ? AND effectiveOn <= ? AND price = ?")
    private static let newest = SQL(
        "SELECT price, origin FROM price WHERE productId = ? AND effectiveOn <= ? ORDER BY effectiveOn DESC LIMIT 1")

    /// The price that a listing states.
    static func list(_ price: Rupiah, of productId: String, in tx: Transaction) throws {
        let isStale = try tx.isStale(facet: "price", of: productId)
        let inForce = try tx.first(newest, productId, tx.today) { (price: $0.rupiah(0), origin: try $0.choice(1, PriceOrigin.self)) }
        let isKnown = try tx.exists(knows, productId, tx.today, price)
        guard PriceHistory.isNews(price, inForce: inForce, isStale: isStale, isKnown: isKnown) else { return }
        if try tx.isStale(facet: "price:\(tx.today)", of: productId) { return }
        try tx.execute(enter, productId, tx.today, price, PriceOrigin.listed.rawValue)
    }

    private static let first = SQL("SELECT price FROM price WHERE productId = ? ORDER BY effectiveOn LIMIT 1")

    /// The price for days before the first that is known.
    static func earliest(of productId: String, in tx: Transaction) throws -> Rupiah? {
        try tx.first(first, productId) { $0.rupiah(0) }
    }
}
