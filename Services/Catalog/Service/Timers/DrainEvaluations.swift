import ServiceFramework

/// Judges the products that a message has touched and its handler has put off.
struct DrainEvaluations: Timer {
    let name = "drain-evaluations"
    let isDated = false
    let evaluator: Evaluator

    func fire(in tx: Transaction) throws -> Bool {
        try EvaluationQueue(tx: tx).drain { try evaluator.evaluate($0, in: tx) }
    }
}
