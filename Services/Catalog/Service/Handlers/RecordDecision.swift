import CatalogDomain
import Contracts
import Messaging
import Primitives
import Store

/// What the handlers of decisions about a permit share: order, memory and re-evaluation. A decision may come before the approval, and is kept.
private func record(
    _ facts: PermitFacts, _ evaluator: Evaluator, in tx: Transaction, _ decide: (inout Permit) -> Void
) throws -> Outcome {
    if try tx.isStale(facet: "permit status", of: facts.permitId) { return .done }
    let permits = Permits(tx: tx)
    let before = try permits.find(facts.permitId)
    var permit = before ?? Permit(facts)
    decide(&permit)
    if permit == before { return .done }
    try permits.save(permit)
    try evaluator.evaluate(permit.scope, in: tx)
    return .done
}

/// `permit-suspended`
struct RecordSuspension: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitSuspended, in tx: Transaction) throws -> Outcome {
        try record(event.permit, evaluator, in: tx) { $0.suspend(from: event.decision.effectiveOn ?? tx.today, today: tx.today) }
    }
}

/// `permit-reinstated`
struct RecordReinstatement: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitReinstated, in tx: Transaction) throws -> Outcome {
        try record(event.permit, evaluator, in: tx) { $0.reinstate(from: event.decision.effectiveOn ?? tx.today) }
    }
}

/// `permit-revoked`: final, also where the approval is still to come.
struct RecordRevocation: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitRevoked, in tx: Transaction) throws -> Outcome {
        try record(event.permit, evaluator, in: tx) { $0.end(.revoked, from: event.decision.effectiveOn ?? tx.today) }
    }
}

/// `permit-expired`: final too. The day is judged by our own clock: the event confirms that nothing is left after `validUntil`.
struct RecordExpiry: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitExpired, in tx: Transaction) throws -> Outcome {
        try record(event.permit, evaluator, in: tx) { $0.end(.expired, from: event.validUntil?.adding(days: 1) ?? tx.today) }
    }
}
