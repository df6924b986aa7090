import Contracts
import Primitives
import ServiceFramework

/// What the offices have decided, by the words of section 6 of the contract.
struct PermitBook: PermitView {
    enum State: String {
        case applied
        case repairRequested = "repair-requested"
        case approved, refused, suspended, expired, revoked
    }
    enum Action { case suspend, reinstate, revoke }

    struct Permit {
        let kind: PermitKind
        let seller: String
        let product: String?
        var state = State.applied
        var validFrom: BusinessDate?
        var validUntil: BusinessDate?
        var number: String?
        /// The last correction of the number as it was said.
        var corrected: [UInt8]?
        /// The last decision as it was said.
        var last: [UInt8]
        /// Decisions that wait for their day, in the order of acceptance.
        var waiting: [(day: BusinessDate, action: Action, said: [UInt8])] = []

        /// Everything that its calendar brings by a day.
        mutating func passTime(to today: BusinessDate) {
            while state == .approved || state == .suspended {
                let end = validUntil.map { $0.adding(days: 1) }
                let next = waiting.indices.min { (waiting[$0].day, $0) < (waiting[$1].day, $1) }
                if let next, waiting[next].day <= today, end.map({ waiting[next].day < $0 }) ?? true {
                    let decision = waiting.remove(at: next)
                    if take(decision.action) { last = decision.said }
                } else if let end, end <= today {
                    state = .expired
                    last = []
                } else {
                    return
                }
            }
            waiting = []
        }

        /// Whether the state allows it.
        mutating func take(_ action: Action) -> Bool {
            switch (action, state) {
            case (.suspend, .approved): state = .suspended
            case (.reinstate, .suspended): state = .approved
            case (.revoke, .approved), (.revoke, .suspended): state = .revoked
            default: return false
            }
            return true
        }

        func on(_ day: BusinessDate) -> Permit {
            var then = self
            then.passTime(to: day)
            return then
        }
    }

    private(set) var permits: [String: Permit] = [:]

    mutating func apply(_ command: ApplyForPermit) -> Decision.Verdict {
        permits[command.permitId] = Permit(
            kind: command.permitKind, seller: command.sellerId, product: command.productId, last: FieldWriter.bytes(of: command))
        return .accepted
    }

    mutating func approve(_ command: ApprovePermit, _ today: BusinessDate) -> Decision.Verdict {
        guard var permit = permits[command.permitId]?.on(today) else { return .rejected(.notFound) }
        let said = FieldWriter.bytes(of: command)
        if permit.last == said { return .duplicate }
        if command.number.hasPrefix("ML") { return .rejected(.prohibited) }
        guard permit.state == .applied else { return .rejected(.wrongState) }
        permit.state = .approved
        permit.last = said
        permit.validFrom = command.validFrom
        permit.number = command.number
        let years: [PermitKind: Int] = [.hygiene: 1, .sppIrt: 5]
        permit.validUntil = command.validUntil ?? years[permit.kind].map { command.validFrom.adding(years: $0).adding(days: -1) }
        permit.passTime(to: today)
        permits[command.permitId] = permit
        return .accepted
    }

    /// Request for repair, refusal and new documents.
    mutating func move(_ permitId: String, said: [UInt8], from: State, to: State, _ today: BusinessDate) -> Decision.Verdict {
        guard var permit = permits[permitId]?.on(today) else { return .rejected(.notFound) }
        if permit.last == said { return .duplicate }
        guard permit.state == from else { return .rejected(.wrongState) }
        permit.state = to
        permit.last = said
        permits[permitId] = permit
        return .accepted
    }

    mutating func correct(_ command: CorrectPermitNumber, _ today: BusinessDate) -> Decision.Verdict {
        guard var permit = permits[command.permitId] else { return .rejected(.notFound) }
        let said = FieldWriter.bytes(of: command)
        if permit.corrected == said { return .duplicate }
        if command.number.hasPrefix("ML") { return .rejected(.prohibited) }
        let state = permit.on(today).state
        guard state == .approved || state == .suspended, permit.number != command.number else { return .rejected(.wrongState) }
        permit.number = command.number
        permit.corrected = said
        permits[command.permitId] = permit
        return .accepted
    }

    mutating func decide(_ action: Action, _ command: some DatedDecision, _ today: BusinessDate) -> Decision.Verdict {
        let isPast = command.effectiveOn.map { $0 < today } == true && action != .revoke
        guard var permit = permits[command.permitId]?.on(today) else { return .rejected(isPast ? .invalid : .notFound) }
        let said = FieldWriter.bytes(of: command)
        if permit.last == said || permit.waiting.contains(where: { $0.said == said }) { return .duplicate }
        if isPast { return .rejected(.invalid) }
        let day = command.effectiveOn ?? today
        var then = permit.on(max(day, today))
        guard then.take(action) else { return .rejected(.wrongState) }
        if day > today {
            permit.waiting.append((day, action, said))
        } else {
            _ = permit.take(action)
            permit.last = said
            permit.passTime(to: today)
        }
        permits[command.permitId] = permit
        return .accepted
    }

    /// Permits that count for a product of a seller.
    private func counting(for product: String, of seller: String, on today: BusinessDate) -> [Permit] {
        permits.values.filter { $0.seller == seller && ($0.kind == .nib || $0.product == product) }.map { $0.on(today) }
    }

    func inForce(for product: String, of seller: String, on date: BusinessDate, today: BusinessDate) -> Set<PermitKind> {
        let there = counting(for: product, of: seller, on: today).filter { permit in
            guard permit.state == .approved, let from = permit.validFrom else { return false }
            return from <= date && permit.validUntil.map { date <= $0 } ?? true
        }
        return Set(there.map(\.kind))
    }

    func ends(for product: String, of seller: String, today: BusinessDate) -> [BusinessDate] {
        counting(for: product, of: seller, on: today).compactMap { $0.validUntil?.adding(days: 1) }
    }
}
