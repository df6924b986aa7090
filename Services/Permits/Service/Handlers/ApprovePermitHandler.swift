import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// An officer grants a permit. One that is late (near its end, or past it) is announced or expires at once.
struct ApprovePermitHandler: Handler {
    func handle(_ command: ApprovePermit, in tx: Transaction) throws -> Outcome {
        let permits = PermitStore(tx)
        guard let permit = try permits.find(command.permitId) else { return .unknownPermit(command.permitId) }
        let decision = Decision(
            transition: Transition(.approve, data: FieldWriter.bytes(of: command)), officer: command.officer, effectiveOn: tx.today)
        var grant = Grant(
            kind: permit.facts.permitKind, regency: permit.facts.regency ?? "", number: command.number, validFrom: command.validFrom,
            validUntil: command.validUntil)
        let numberWarnings: [String]
        switch permit.life.verdict(on: grant, transition: decision.transition, today: tx.today) {
        case .duplicate: return .duplicate
        case .endBeyondCalendar:
            return .rejected(Rejection(.invalid, "validUntil is missing: the usual end would be after the year 9999", field: "validUntil"))
        case .imported(let letters): return .importedNumber(letters)
        case .wrongState(let state): return .wrongState(permit, .approve, state)
        case .approved(let validUntil, let warnings):
            grant.validUntil = validUntil
            numberWarnings = warnings
        }
        try permits.grant(permit, grant, warnings: numberWarnings, by: decision)
        try tx.publish(
            PermitApproved.with {
                $0.permit = permit.facts
                $0.number = grant.number
                $0.validFrom = grant.validFrom
                $0.validUntil = grant.validUntil
                $0.officer = command.officer
                $0.warnings = numberWarnings
            })
        try permits.followCalendar(command.permitId)
        return .done
    }
}
