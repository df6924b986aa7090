import Contracts
import Messaging
import ServiceFramework

/// `register-seller`
struct RegisterSellerHandler: Handler {
    func handle(_ command: RegisterSeller, in tx: Transaction) throws -> Outcome {
        guard let regency = command.regency else { return .rejected(.missingRegency) }
        try Sellers(tx: tx).add(command, regency: regency)
        try tx.publish(
            SellerRegistered.with {
                $0.sellerId = command.sellerId
                $0.sellerName = command.sellerName
                $0.regency = regency
            })
        return .done
    }
}
