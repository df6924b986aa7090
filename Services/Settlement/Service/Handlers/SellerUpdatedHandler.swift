import Contracts
import Messaging
import ServiceFramework

/// `seller-updated`: the name that the seller has now, also where the registration is still to come.
struct SellerUpdatedHandler: Handler {
    func handle(_ seller: SellerUpdated, in tx: Transaction) throws -> Outcome {
        let sellers = Sellers(tx: tx)
        let known = try sellers.find(seller.sellerId)
        if let known, known.regency != seller.regency {
            return .park(.inconsistent, "seller \(seller.sellerId) is of regency \(known.regency), not \(seller.regency)")
        }
        if try tx.isStale(facet: "seller", of: seller.sellerId) { return .done }
        if known == nil {
            try sellers.add(seller.sellerId, name: seller.sellerName, regency: seller.regency, registeredName: nil)
        } else {
            try sellers.rename(seller.sellerId, to: seller.sellerName)
        }
        return .done
    }
}
