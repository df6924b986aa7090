import Messaging
import Primitives
import ServiceFramework

/// Judges the products for which a date has come: a permit begins or has ended, the law has changed.
struct ReviewProducts: Timer {
    let name = "review-products"
    let evaluator: Evaluator

    func fire(in tx: Transaction) throws -> Bool {
        let due = try EvaluationQueue(tx: tx).due(on: tx.today)
        for productId in due.prefix(Limits.timerChunk) { try evaluator.evaluate(productId, in: tx) }
        return due.count > Limits.timerChunk
    }
}
