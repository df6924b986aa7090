import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `product-held`: it may still be received, and not sold.
struct ProductHeldHandler: Handler {
    func handle(_ product: ProductHeld, in tx: Transaction) throws -> Outcome {
        let owner = ProductOwner(productId: product.productId, sellerId: product.sellerId, regency: product.regency)
        if let contradiction = try owner.contradiction(in: tx) { return contradiction }
        try Products.learn(product.productId, sellerId: product.sellerId, regency: product.regency, in: tx)
        if let state = try owner.state(after: .held, in: tx) {
            try Products.setListing(
                of: product.productId, state, reason: product.reason.rawValue, missingPermits: product.missingPermits, in: tx)
        }
        return .done
    }
}
