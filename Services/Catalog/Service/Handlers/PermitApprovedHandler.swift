import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// `permit-approved`: what was granted, to whom, for which days. An earlier decision about the permit stays: only a reinstatement ends a
/// suspension, and nothing ends a revocation.
struct PermitApprovedHandler: Handler {
    let evaluator: Evaluator

    func handle(_ event: PermitApproved, in tx: Transaction) throws -> Outcome {
        // A facet of its own: an approval that comes after a later decision still says for which days.
        if try tx.isStale(facet: "permit grant", of: event.permit.permitId) { return .done }
        let permits = Permits(tx: tx)
        let before = try permits.find(event.permit.permitId)
        var permit = before ?? Permit(event.permit)
        permit.kind = event.permit.permitKind
        permit.sellerId = event.permit.sellerId
        permit.productId = event.permit.productId
        permit.grant = Permit.Grant(number: event.number, validFrom: event.validFrom, validUntil: event.validUntil)
        if try !tx.isStale(facet: "permit number", of: event.permit.permitId) { permit.correctedNumber = nil }
        if permit == before { return .done }
        try permits.save(permit)
        if let before, before.scope != permit.scope { try evaluator.evaluate(before.scope, in: tx) }
        try evaluator.evaluate(permit.scope, in: tx)
        return .done
    }
}

extension Permit {
    init(_ facts: PermitFacts) {
        self.init(permitId: facts.permitId, kind: facts.permitKind, sellerId: facts.sellerId, productId: facts.productId)
    }

    /// Whose products it may change.
    var scope: Evaluator.Scope { productId.map { .product($0) } ?? .seller(sellerId) }
}
