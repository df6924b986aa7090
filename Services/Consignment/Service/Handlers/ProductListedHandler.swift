import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `product-listed`: alone suffices to receive and to sell the product.
struct ProductListedHandler: Handler {
    func handle(_ product: ProductListed, in tx: Transaction) throws -> Outcome {
        let owner = ProductOwner(productId: product.productId, sellerId: product.sellerId, regency: product.regency)
        if let contradiction = try owner.contradiction(in: tx) { return contradiction }
        try Products.learn(
            product.productId, sellerId: product.sellerId, regency: product.regency, name: product.productName,
            programme: product.programme,
            unit: product.unit, in: tx)
        // Only a product of an open mart is ever listed. One that was listed before its mart closed says nothing of today.
        try Marts.learn(product.regency, openedOn: tx.today, in: tx)
        if try Marts.isNews(of: product.regency, in: tx), try !Marts.isOpen(product.regency, in: tx) {
            try Marts.setClosing(of: product.regency, from: nil, in: tx)
        }
        try Products.setKind(product.kind, of: product.productId, in: tx)
        try PriceBook.list(product.price, of: product.productId, in: tx)
        if let state = try owner.state(after: .listed, in: tx) {
            try Products.setListing(of: product.productId, state, until: product.listedUntil, in: tx)
        }
        return .done
    }
}

extension ProductOwner {
    /// The listing after `change`, or nil where that has no effect; the product must be known.
    func state(after change: ListingChange, in tx: Transaction) throws -> ListingState? {
        let isStale = try tx.isStale(facet: "listing", of: productId)
        return try Products.identity(of: productId, in: tx)?.state.after(change, isStale: isStale)
    }
}
