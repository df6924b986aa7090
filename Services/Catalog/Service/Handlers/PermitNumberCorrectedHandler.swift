import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// `permit-number-corrected`: shown, and of no weight for a listing. It may come before the approval, and is kept.
struct PermitNumberCorrectedHandler: Handler {
    func handle(_ event: PermitNumberCorrected, in tx: Transaction) throws -> Outcome {
        if try tx.isStale(facet: "permit number", of: event.permit.permitId) { return .done }
        let permits = Permits(tx: tx)
        var permit = try permits.find(event.permit.permitId) ?? Permit(event.permit)
        permit.correctedNumber = event.number
        try permits.save(permit)
        return .done
    }
}
