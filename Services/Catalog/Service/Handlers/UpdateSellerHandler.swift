import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `update-seller`: what is known of a seller changes. What it was before stays in the store.
struct UpdateSellerHandler: Handler {
    func handle(_ command: UpdateSeller, in tx: Transaction) throws -> Outcome {
        let sellers = Sellers(tx: tx)
        guard let known = try sellers.find(command.sellerId) else {
            return .rejected(Rejection(.notFound, "seller \(command.sellerId) is not registered", field: "sellerId"))
        }
        var seller = known
        seller.name = command.sellerName ?? known.name
        seller.phone = command.phone ?? known.phone
        seller.nib = command.nib ?? known.nib
        let changed = seller.fields(differingFrom: known)
        if changed.isEmpty { return .duplicate }
        try sellers.change(seller, from: known, by: command.changedBy)
        try tx.publish(
            SellerUpdated.with {
                $0.sellerId = seller.sellerId
                $0.sellerName = seller.name
                $0.regency = seller.regency
                $0.changed = changed
                $0.changedBy = command.changedBy
            })
        return .done
    }
}
