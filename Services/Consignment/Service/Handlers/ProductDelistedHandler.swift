import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `product-delisted`: withdrawn for good.
struct ProductDelistedHandler: Handler {
    func handle(_ product: ProductDelisted, in tx: Transaction) throws -> Outcome {
        let owner = ProductOwner(productId: product.productId, sellerId: product.sellerId, regency: product.regency)
        if let contradiction = try owner.contradiction(in: tx) { return contradiction }
        try Products.learn(product.productId, sellerId: product.sellerId, regency: product.regency, in: tx)
        if let state = try owner.state(after: .delisted, in: tx) {
            try Products.setListing(of: product.productId, state, reason: product.reason, in: tx)
        }
        return .done
    }
}
