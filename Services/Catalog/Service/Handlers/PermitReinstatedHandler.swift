import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `permit-reinstated`
struct PermitReinstatedHandler: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitReinstated, in tx: Transaction) throws -> Outcome {
        try PermitDecisions.record(event.permit, evaluator, in: tx) { $0.reinstate(from: event.decision.effectiveOn ?? tx.today) }
    }
}
