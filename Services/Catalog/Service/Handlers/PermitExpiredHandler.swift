import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `permit-expired`: final too. The day is judged by our own clock: the event confirms that nothing is left after `validUntil`.
struct PermitExpiredHandler: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitExpired, in tx: Transaction) throws -> Outcome {
        try PermitDecisions.record(event.permit, evaluator, in: tx) {
            $0.end(.expired, from: event.validUntil?.adding(days: 1) ?? tx.today)
        }
    }
}
