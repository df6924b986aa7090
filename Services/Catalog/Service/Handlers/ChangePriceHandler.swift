import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// `change-price`: announced at acceptance with its date; from that date on it is the price in force.
struct ChangePriceHandler: Handler {
    func handle(_ command: ChangePrice, in tx: Transaction) throws -> Outcome {
        let products = Products(tx: tx)
        let product = try products.find(command.productId)
        let effectiveOn = command.effectiveOn ?? tx.today
        switch PriceVerdict.judge(product?.listing, effectiveOn: effectiveOn, today: tx.today) {
        case .pastDate:
            return .rejected(Rejection(.invalid, "effectiveOn \(effectiveOn) is past; today is \(tx.today)", field: "effectiveOn"))
        case .unknownProduct: return .rejected(.unknownProduct(command.productId))
        case .wrongState: return .rejected(.withdrawn(command.productId))
        case .acceptable: break
        }
        try products.addPrice(command.price, of: command.productId, from: effectiveOn)
        try tx.publish(
            PriceChanged.with {
                $0.productId = command.productId
                $0.price = command.price
                $0.effectiveOn = effectiveOn
                $0.eventRegency = product?.regency
            })
        return .done
    }
}

extension Rejection {
    static func unknownProduct(_ productId: String) -> Rejection {
        Rejection(.notFound, "product \(productId) is not registered", field: "productId")
    }

    static func withdrawn(_ productId: String) -> Rejection { Rejection(.wrongState, "product \(productId) was withdrawn, which is final") }
}
