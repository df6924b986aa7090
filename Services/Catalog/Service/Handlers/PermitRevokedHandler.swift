import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `permit-revoked`: final, also where the approval is still to come.
struct PermitRevokedHandler: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitRevoked, in tx: Transaction) throws -> Outcome {
        try PermitDecisions.record(event.permit, evaluator, in: tx) { $0.end(.revoked, from: event.decision.effectiveOn ?? tx.today) }
    }
}
