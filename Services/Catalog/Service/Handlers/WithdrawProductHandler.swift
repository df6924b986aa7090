import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// `withdraw-product`: final, whatever state the product was in.
struct WithdrawProductHandler: Handler {
    let evaluator: Evaluator

    func handle(_ command: WithdrawProduct, in tx: Transaction) throws -> Outcome {
        let product = try Products(tx: tx).find(command.productId)
        switch WithdrawalVerdict.judge(product?.listing, reason: command.reason) {
        case .unknownProduct: return .rejected(.unknownProduct(command.productId))
        case .alreadyDone: return .duplicate
        case .wrongState: return .rejected(.withdrawn(command.productId))
        case .acceptable: break
        }
        if let product { try evaluator.withdraw(product, reason: command.reason, in: tx) }
        return .done
    }
}
