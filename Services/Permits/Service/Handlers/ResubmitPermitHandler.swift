import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// The applicant hands in mended documents.
struct ResubmitPermitHandler: Handler {
    func handle(_ command: ResubmitPermit, in tx: Transaction) throws -> Outcome {
        let permits = PermitStore(tx)
        guard let permit = try permits.find(command.permitId) else { return .unknownPermit(command.permitId) }
        let transition = Transition(.resubmit, data: FieldWriter.bytes(of: command))
        switch permit.life.verdict(on: transition, today: tx.today) {
        case .duplicate: return .duplicate
        case .wrongState(let state): return .wrongState(permit, transition.action, state)
        case .becomes, .scheduled, .pastDate: break
        }
        try permits.replaceDocuments(of: command.permitId, with: command.documents)
        try permits.advance(permit, by: Decision(transition: transition, effectiveOn: tx.today))
        try tx.publish(
            PermitApplied.with {
                $0.permit = permit.facts
                $0.documents = command.documents
            })
        return .done
    }
}
