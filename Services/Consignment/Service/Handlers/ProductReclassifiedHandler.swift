import Contracts
import Messaging
import ServiceFramework

/// `product-reclassified`: Consignment only shows the kind; what follows for the listing is told by other events.
struct ProductReclassifiedHandler: Handler {
    func handle(_ product: ProductReclassified, in tx: Transaction) throws -> Outcome {
        try Products.setKind(product.kind, of: product.productId, in: tx)
        return .done
    }
}
