import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// What the handlers of decisions about a permit share: order, memory and re-evaluation. A decision may come before the approval, and is kept.
enum PermitDecisions {
    static func record(
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
}
