public import Primitives

/// What becomes of a command about a known permit, in order of precedence: the first that applies is the one reported.
public enum Verdict: Sendable, Hashable {
    /// Decided before, by the same data.
    case duplicate
    /// Only a revocation may reach into the past.
    case pastDate
    /// The state, on the day of the decision, that does not allow it.
    case wrongState(PermitState)
    /// Takes effect on a later day.
    case scheduled(BusinessDate)
    case becomes(PermitState)
}

extension PermitLife {
    /// Judges an action that is asked for on `today`, to take effect on `effectiveOn` (nil: today).
    ///
    /// A later day is judged by the state that the permit will have then, so that a suspension from the 10th to the 20th can be said in advance.
    public func verdict(on transition: Transition, effectiveOn: BusinessDate? = nil, today: BusinessDate) -> Verdict {
        let now = on(today)
        if now.last == transition || now.pending.contains(where: { $0.transition == transition }) { return .duplicate }
        let day = effectiveOn ?? today
        if Self.isPast(effectiveOn, for: transition.action, today: today) { return .pastDate }
        let then = day > today ? now.on(day) : now
        guard let next = then.state.after(transition.action) else { return .wrongState(then.state) }
        return day > today ? .scheduled(day) : .becomes(next)
    }

    /// Whether the date makes the command invalid, whatever it is about.
    public static func isPast(_ effectiveOn: BusinessDate?, for action: PermitAction, today: BusinessDate) -> Bool {
        guard let effectiveOn else { return false }
        return effectiveOn < today && action != .revoke
    }
}

/// What becomes of an approval, in order of precedence.
public enum ApprovalVerdict: Sendable, Hashable {
    case duplicate
    /// The end that follows from the kind is beyond the calendar of the wire (year 9999).
    case endBeyondCalendar
    /// An imported number, with its letters.
    case imported(String)
    case wrongState(PermitState)
    case approved(validUntil: BusinessDate?, warnings: [String])
}

/// What an officer grants.
public struct Grant: Sendable, Hashable {
    public var kind: PermitKind
    public var regency: String
    public var number: String
    public var validFrom: BusinessDate
    public var validUntil: BusinessDate?

    public init(kind: PermitKind, regency: String, number: String, validFrom: BusinessDate, validUntil: BusinessDate?) {
        self.kind = kind
        self.regency = regency
        self.number = number
        self.validFrom = validFrom
        self.validUntil = validUntil
    }
}

extension PermitLife {
    private static let lastDay = BusinessDate(year: 9999, month: 12, dayOfMonth: 31)

    public func verdict(on grant: Grant, transition: Transition, today: BusinessDate) -> ApprovalVerdict {
        let verdict = verdict(on: transition, today: today)
        if verdict == .duplicate { return .duplicate }
        let validUntil = grant.validUntil ?? Validity.defaultEnd(of: grant.kind, from: grant.validFrom)
        if let validUntil, let lastDay = Self.lastDay, validUntil > lastDay { return .endBeyondCalendar }
        let number = PermitNumber(grant.number, kind: grant.kind)
        if let letters = number.importLetters { return .imported(letters) }
        if case .wrongState(let state) = verdict { return .wrongState(state) }
        return .approved(validUntil: validUntil, warnings: number.warnings(regency: grant.regency, validFrom: grant.validFrom))
    }
}

/// What becomes of a correction of the number, in order of precedence.
public enum CorrectionVerdict: Sendable, Hashable {
    /// Corrected before, by the same data, and not since.
    case duplicate
    /// An imported number, with its letters.
    case imported(String)
    /// Only a permit that is granted and not over has a number that counts.
    case wrongState(PermitState)
    /// It is that number already.
    case unchanged
    case corrected(warnings: [String])
}

extension PermitLife {
    /// - Parameters:
    ///   - grant: what holds now; nil before the approval.
    ///   - isRepeated: the last correction was made by the same data.
    public func verdict(
        onNumber number: String, kind: PermitKind, of grant: Grant?, isRepeated: Bool, today: BusinessDate
    ) -> CorrectionVerdict {
        if isRepeated { return .duplicate }
        let corrected = PermitNumber(number, kind: kind)
        if let letters = corrected.importLetters { return .imported(letters) }
        let now = on(today).state
        guard now.isLive, let grant else { return .wrongState(now) }
        if grant.number == number { return .unchanged }
        return .corrected(warnings: corrected.warnings(regency: grant.regency, validFrom: grant.validFrom))
    }
}
