import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `register-product`: the product is judged at once, for its permits may have come before it.
struct RegisterProductHandler: Handler {
    let evaluator: Evaluator

    func handle(_ command: RegisterProduct, in tx: Transaction) throws -> Outcome {
        let regency = try Sellers(tx: tx).regency(of: command.sellerId)
        let demand = evaluator.rules.demand(on: command.kind, at: tx.today)
        switch RegistrationVerdict.judge(sellerRegency: regency, villageCode: command.origin.villageCode, demand: demand) {
        case .unknownSeller:
            return .rejected(Rejection(.notFound, "seller \(command.sellerId) is not registered", field: "sellerId"))
        case .foreignVillage:
            return .rejected(
                Rejection(.invalid, "the village lies in another regency than the seller's \(regency ?? "")", field: "origin.villageCode"))
        case .prohibited:
            return .rejected(Rejection(.prohibited, "a product of kind \(command.kind.rawValue) may not be sold", field: "kind"))
        case .acceptable: break
        }
        guard let regency else { return .rejected(Rejection(.notFound, "seller \(command.sellerId) is not registered", field: "sellerId")) }

        let products = Products(tx: tx)
        let unit = command.unit ?? "pcs"
        try products.add(command, regency: regency, unit: unit)
        try products.addPrice(command.price, of: command.productId, from: tx.today)
        try tx.publish(
            ProductRegistered.with {
                $0.productId = command.productId
                $0.sellerId = command.sellerId
                $0.productName = command.productName
                $0.programme = command.programme
                $0.origin = command.origin
                $0.kind = command.kind
                $0.price = command.price
                $0.unit = unit
                $0.net = command.net
                $0.shelfLifeDays = command.shelfLifeDays
                $0.barcode = command.barcode
                $0.regency = regency
                $0.requiredPermits = demand.requirements.map(\.description)
            })
        try evaluator.evaluate(.product(command.productId), in: tx)
        return .done
    }
}
