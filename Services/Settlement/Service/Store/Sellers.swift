import ServiceFramework
import Storage

/// Sellers as Settlement is told of them.
struct Sellers {
    let tx: Transaction

    struct Known {
        var regency: String
        /// Nil as long as only a change of the seller is known.
        var registeredName: String?
    }

    private static let find = SQL("SELECT regency, registeredName FROM seller WHERE sellerId = ?")
    private static let add = SQL("INSERT INTO seller (sellerId, name, regency, registeredName) VALUES (?, ?, ?, ?)")
    private static let rename = SQL("UPDATE seller SET name = ? WHERE sellerId = ?")
    private static let noteRegistration = SQL("UPDATE seller SET registeredName = ? WHERE sellerId = ?")

    /// Sales and losses name sellers whom Catalog's word has not reached yet; what people type does not count.
    private static let isTold = SQL(
        """
        SELECT 1 FROM seller WHERE sellerId = ?1
        UNION ALL SELECT 1 FROM account JOIN entry ON entry.account = account.number JOIN posting ON posting.number = entry.posting
            WHERE account.sellerId = ?1 AND posting.kind IN (1, 3)
        LIMIT 1
        """)

    /// Whether another service has ever told of the seller.
    func isTold(_ sellerId: String) throws -> Bool { try tx.exists(Self.isTold, sellerId) }

    func find(_ sellerId: String) throws -> Known? {
        try tx.first(Self.find, sellerId) { Known(regency: $0.text(0), registeredName: $0.textOrNil(1)) }
    }

    func add(_ sellerId: String, name: String, regency: String, registeredName: String?) throws {
        try tx.execute(Self.add, sellerId, name, regency, registeredName)
    }

    func rename(_ sellerId: String, to name: String) throws { try tx.execute(Self.rename, name, sellerId) }
    func noteRegistration(of sellerId: String, name: String) throws { try tx.execute(Self.noteRegistration, name, sellerId) }
}
