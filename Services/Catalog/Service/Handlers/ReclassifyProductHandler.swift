import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `reclassify-product`: another kind needs other permits, so the product is judged again.
struct ReclassifyProductHandler: Handler {
    let evaluator: Evaluator

    func handle(_ command: ReclassifyProduct, in tx: Transaction) throws -> Outcome {
        let products = Products(tx: tx)
        let product = try products.find(command.productId)
        let demand = evaluator.rules.demand(on: command.kind, at: tx.today)
        switch ReclassificationVerdict.judge(product?.listing, kind: product?.kind, to: command.kind, demand: demand) {
        case .unknownProduct: return .rejected(.unknownProduct(command.productId))
        case .alreadyDone: return .duplicate
        case .prohibited:
            return .rejected(Rejection(.prohibited, "a product of kind \(command.kind.rawValue) may not be sold", field: "kind"))
        case .wrongState: return .rejected(.withdrawn(command.productId))
        case .acceptable: break
        }
        try products.save(command.kind, of: command.productId)
        try tx.publish(
            ProductReclassified.with {
                $0.productId = command.productId
                $0.kind = command.kind
                $0.requiredPermits = demand.requirements.map(\.description)
                $0.eventRegency = product?.regency
            })
        try evaluator.evaluate(.product(command.productId), in: tx)
        return .done
    }
}
