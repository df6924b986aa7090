import Contracts
import Messaging
import Store

/// Keeps a seller's name for the read side. Posting never needs it.
struct RememberSeller: Handler {
    private static let insert = SQL("INSERT INTO seller (sellerId, name, regency) VALUES (?, ?, ?) ON CONFLICT (sellerId) DO NOTHING")
    private static let isSame = SQL("SELECT 1 FROM seller WHERE sellerId = ? AND name = ? AND regency = ?")

    func handle(_ seller: SellerRegistered, in tx: Transaction) throws -> Outcome {
        if try tx.execute(Self.insert, seller.sellerId, seller.sellerName, seller.regency) == 1 { return .done }
        let isSame = try tx.exists(Self.isSame, seller.sellerId, seller.sellerName, seller.regency)
        return isSame ? .duplicate : .park(.conflict, "seller \(seller.sellerId) is registered with other data")
    }
}
