import Contracts
import Messaging
import PermitsDomain
import Primitives
import ServiceFramework

/// What the five decisions with a reason have in common: judged by the state table, now or for a later day.
func decide(
    _ action: PermitAction, by command: some ReasonedDecision, effectiveOn: BusinessDate? = nil, in tx: Transaction
) throws -> Outcome {
    let permits = PermitStore(tx)
    guard let permit = try permits.find(command.permitId) else {
        return PermitLife.isPast(effectiveOn, for: action, today: tx.today) ? .pastDate(tx.today) : .unknownPermit(command.permitId)
    }
    let decision = Decision(
        transition: Transition(action, data: FieldWriter.bytes(of: command)), reason: command.reason, officer: command.officer,
        effectiveOn: effectiveOn ?? tx.today)
    switch permit.life.verdict(on: decision.transition, effectiveOn: effectiveOn, today: tx.today) {
    case .duplicate: return .duplicate
    case .pastDate: return .pastDate(tx.today)
    case .wrongState(let state): return .wrongState(permit, action, state)
    case .scheduled: try permits.schedule(command.permitId, decision)
    case .becomes: try takeEffect(decision, on: command.permitId, in: permits)
    }
    return .done
}

private func takeEffect(_ decision: Decision, on permitId: String, in permits: PermitStore) throws {
    // What was due before this decision comes first, should the day have changed a moment ago.
    try permits.followCalendar(permitId)
    guard let permit = try permits.find(permitId) else { return }
    try permits.advance(permit, by: decision)
    try permits.publish(decision, of: permit.facts)
    try permits.followCalendar(permitId)
}

extension Outcome {
    static func unknownPermit(_ permitId: String) -> Outcome {
        .rejected(Rejection(.notFound, "there is no permit \(permitId)", field: "permitId"))
    }

    static func pastDate(_ today: BusinessDate) -> Outcome {
        .rejected(
            Rejection(.invalid, "effectiveOn must not be before today, \(today): only a revocation reaches back", field: "effectiveOn"))
    }

    static func importedNumber(_ letters: String) -> Outcome {
        .rejected(Rejection(.prohibited, "\(letters) numbers are of imported goods, which the mart does not sell", field: "number"))
    }

    /// `state` is the one on the day of the decision.
    static func wrongState(_ permit: PermitRecord, _ action: PermitAction, _ state: PermitState) -> Outcome {
        let when = state == permit.life.state ? "is" : "will then be"
        return .rejected(
            Rejection(.wrongState, "the permit \(permit.facts.permitId) \(when) \(state.rawValue), which does not allow \(action.rawValue)")
        )
    }
}
