import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `permit-suspended`
struct PermitSuspendedHandler: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitSuspended, in tx: Transaction) throws -> Outcome {
        try PermitDecisions.record(event.permit, evaluator, in: tx) {
            $0.suspend(from: event.decision.effectiveOn ?? tx.today, today: tx.today)
        }
    }
}
