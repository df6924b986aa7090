import Store

/// The seller table: names, for the read side only.
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

    func find(_ sellerId: String) throws -> Known? {
        try tx.first(Self.find, sellerId) { Known(regency: $0.text(0), registeredName: $0.textOrNil(1)) }
    }

    func add(_ sellerId: String, name: String, regency: String, registeredName: String?) throws {
        try tx.execute(Self.add, sellerId, name, regency, registeredName)
    }

    func rename(_ sellerId: String, to name: String) throws { try tx.execute(Self.rename, name, sellerId) }
    func noteRegistration(of sellerId: String, name: String) throws { try tx.execute(Self.noteRegistration, name, sellerId) }
}
