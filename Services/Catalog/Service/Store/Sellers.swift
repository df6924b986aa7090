import Contracts
import Store

/// The seller table.
struct Sellers {
    let tx: Transaction

    private static let regency = SQL("SELECT regency FROM seller WHERE sellerId = ?")

    /// Nil where the seller is unknown.
    func regency(of sellerId: String) throws -> String? { try tx.first(Self.regency, sellerId) { $0.text(0) } }

    private static let add = SQL("INSERT INTO seller (sellerId, name, regency, phone, nib) VALUES (?, ?, ?, ?, ?)")

    func add(_ command: RegisterSeller, regency: String) throws {
        try tx.execute(Self.add, command.sellerId, command.sellerName, regency, command.phone, command.nib)
    }
}
