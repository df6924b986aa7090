import Contracts
import Messaging
import ServiceFramework

/// `price-changed`: told when it is decided, for the day from which it holds.
struct PriceChangedHandler: Handler {
    func handle(_ change: PriceChanged, in tx: Transaction) throws -> Outcome {
        try PriceBook.change(change.price, of: change.productId, from: change.effectiveOn, in: tx)
        return .done
    }
}
