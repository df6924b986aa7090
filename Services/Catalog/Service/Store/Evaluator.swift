import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// Judges products again after something has changed, and publishes what differs from what was published last.
struct Evaluator {
    let rules: RequirementTable

    /// Whose products a change touches.
    enum Scope: Hashable {
        case product(String)
        case seller(String)
        case regency(String)
        case everything
    }

    /// Judges the first products of the scope at once. The rest waits, with the message that is being handled, for `DrainEvaluations`.
    func evaluate(_ scope: Scope, in tx: Transaction) throws {
        let queue = EvaluationQueue(tx: tx)
        switch scope {
        case .product(let productId): try evaluate(productId, in: tx)
        case .seller, .regency, .everything:
            let touched = try queue.products(in: scope, limit: Limits.timerChunk + 1)
            for productId in touched.prefix(Limits.timerChunk) { try evaluate(productId, in: tx) }
            guard touched.count > Limits.timerChunk else { return }
            try queue.putOff(scope, after: touched[Limits.timerChunk - 1])
            tx.requestTimers()
        }
    }

    /// Judges one product; does nothing if it is unknown.
    func evaluate(_ productId: String, in tx: Transaction) throws {
        let products = Products(tx: tx)
        guard let product = try products.find(productId) else { return }
        let permits = try Permits(tx: tx).all(of: productId, sellerId: product.sellerId)
        let finding = rules.listing(
            of: ListingFacts(kind: product.kind, current: product.listing, permits: permits, isMartOpen: product.isMartOpen), on: tx.today)
        if finding == ListingFinding(product.listing, reviewOn: product.reviewOn) { return }
        try products.save(finding, of: productId)
        if finding.listing != product.listing { try publish(finding.listing, of: product, in: tx) }
    }

    private func publish(_ listing: Listing, of product: Product, in tx: Transaction) throws {
        switch listing {
        case .awaitingPermits: break
        case .listed(let until):
            let price = try Products(tx: tx).price(of: product.productId, on: tx.today) ?? .zero
            try tx.publish(
                ProductListed.with {
                    $0.productId = product.productId
                    $0.sellerId = product.sellerId
                    $0.regency = product.regency
                    $0.productName = product.name
                    $0.programme = product.programme
                    $0.kind = product.kind
                    $0.price = price
                    $0.unit = product.unit
                    $0.listedUntil = until
                })
        case .held(let reason, let missing):
            try tx.publish(
                ProductHeld.with {
                    $0.productId = product.productId
                    $0.sellerId = product.sellerId
                    $0.regency = product.regency
                    $0.reason = reason
                    $0.missingPermits = missing.map(\.description)
                })
        case .withdrawn(let reason):
            try tx.publish(
                ProductDelisted.with {
                    $0.productId = product.productId
                    $0.sellerId = product.sellerId
                    $0.regency = product.regency
                    $0.reason = reason
                })
        }
    }

    /// Takes a product out of sale for good.
    func withdraw(_ product: Product, reason: String, in tx: Transaction) throws {
        let listing = Listing.withdrawn(reason: reason)
        try Products(tx: tx).save(ListingFinding(listing, reviewOn: nil), of: product.productId)
        try publish(listing, of: product, in: tx)
    }
}
