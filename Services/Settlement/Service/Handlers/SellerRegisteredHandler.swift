import Contracts
import Messaging
import ServiceFramework

/// `seller-registered`: keeps a seller's name for the read side. Posting never needs it.
struct SellerRegisteredHandler: Handler {
    func handle(_ seller: SellerRegistered, in tx: Transaction) throws -> Outcome {
        let sellers = Sellers(tx: tx)
        guard let known = try sellers.find(seller.sellerId) else {
            try sellers.add(seller.sellerId, name: seller.sellerName, regency: seller.regency, registeredName: seller.sellerName)
            return .done
        }
        guard known.regency == seller.regency, known.registeredName ?? seller.sellerName == seller.sellerName else {
            return .park(.conflict, "seller \(seller.sellerId) is registered with other data")
        }
        if known.registeredName != nil { return .duplicate }
        // It comes after a change of it: the name is the changed one.
        try sellers.noteRegistration(of: seller.sellerId, name: seller.sellerName)
        return .done
    }
}
