import Contracts
import Messaging
import ServiceFramework

/// `product-registered`: whose product it is, and the price that holds until another one does.
struct ProductRegisteredHandler: Handler {
    func handle(_ product: ProductRegistered, in tx: Transaction) throws -> Outcome {
        let owner = ProductOwner(productId: product.productId, sellerId: product.sellerId, regency: product.regency)
        if let contradiction = try owner.contradiction(in: tx) { return contradiction }
        try Products.learn(
            product.productId, sellerId: product.sellerId, regency: product.regency, name: product.productName,
            programme: product.programme,
            unit: product.unit, in: tx)
        try Products.setKind(product.kind, of: product.productId, in: tx)
        try PriceBook.register(product.price, of: product.productId, in: tx)
        return .done
    }
}

/// What an event says about whose product it is.
struct ProductOwner {
    var productId: String
    var sellerId: String
    var regency: String

    /// A product never changes hands: money would go to another person without anybody having said so. Such an event is kept for a person.
    func contradiction(in tx: Transaction) throws -> Outcome? {
        guard let known = try Products.identity(of: productId, in: tx), let knownSeller = known.sellerId, let knownRegency = known.regency
        else { return nil }
        if knownSeller == sellerId, knownRegency == regency { return nil }
        return .park(.inconsistent, "product \(productId) is known as \(knownSeller)'s of \(knownRegency), not \(sellerId)'s of \(regency)")
    }
}
