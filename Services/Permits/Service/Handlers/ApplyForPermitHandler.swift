import Contracts
import Messaging
import Primitives
import ServiceFramework

/// A seller applies for a permit. That the `permitId` is new has been judged before, as a business key.
struct ApplyForPermitHandler: Handler {
    func handle(_ command: ApplyForPermit, in tx: Transaction) throws -> Outcome {
        guard let regency = command.regency else {
            return .rejected(Rejection(.invalid, "regency is missing", field: "regency"))
        }
        let agency = command.permitKind.agency
        var facts = PermitFacts()
        facts.permitId = command.permitId
        facts.permitKind = command.permitKind
        facts.agency = agency
        facts.regency = regency
        facts.sellerId = command.sellerId
        facts.productId = command.productId
        try PermitStore(tx).insert(
            facts, agency: agency, regency: regency, documents: command.documents, data: FieldWriter.bytes(of: command))
        try tx.publish(
            PermitApplied.with {
                $0.permit = facts
                $0.documents = command.documents
            })
        return .done
    }
}
