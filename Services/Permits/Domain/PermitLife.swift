public import Primitives

/// An action with the data of its command; saying both again is no new decision.
public struct Transition: Sendable, Hashable {
    public var action: PermitAction
    /// The command's data in canonical form; empty for what the calendar does.
    public var data: [UInt8]

    public init(_ action: PermitAction, data: [UInt8] = []) {
        self.action = action
        self.data = data
    }
}

/// A decision that waits for its day.
public struct ScheduledDecision: Sendable, Hashable {
    /// Counted per permit, in order of acceptance.
    public var position: Int64
    public var transition: Transition
    public var effectiveOn: BusinessDate

    public init(position: Int64, transition: Transition, effectiveOn: BusinessDate) {
        self.position = position
        self.transition = transition
        self.effectiveOn = effectiveOn
    }
}

/// A permit's way through the state table and the calendar, without its papers: a pure value that is asked what happens next.
public struct PermitLife: Sendable, Hashable {
    /// What the calendar does to a permit.
    public enum Step: Sendable, Hashable {
        /// The decision's day has come.
        case takesEffect(ScheduledDecision)
        /// The decision's day has come, or never will, and the state table no longer allows it.
        case drops(ScheduledDecision)
        case expires
        /// The end is near: a threshold of `Validity.noticeDays` was reached.
        case announcesEnd(daysLeft: Int)
    }

    public private(set) var state: PermitState
    /// What led to the state.
    public private(set) var last: Transition
    /// Last day in force; nil: no end, or not granted.
    public let validUntil: BusinessDate?
    /// The nearest threshold that has been announced.
    public private(set) var announced: Int?
    /// By day, then in order of acceptance.
    public private(set) var pending: [ScheduledDecision]

    public init(
        state: PermitState, last: Transition, validUntil: BusinessDate? = nil, announced: Int? = nil, pending: [ScheduledDecision] = []
    ) {
        self.state = state
        self.last = last
        self.validUntil = validUntil
        self.announced = announced
        self.pending = pending.sorted { ($0.effectiveOn, $0.position) < ($1.effectiveOn, $1.position) }
    }

    /// Takes the next step that is due by `today` and says which; nil when all is done.
    ///
    /// Days that went by unseen are caught up with in their order, except for announcements: only the nearest is still worth one.
    public mutating func step(by today: BusinessDate) -> Step? {
        guard state.isLive else { return pending.isEmpty ? nil : .drops(pending.removeFirst()) }
        if let decision = pending.first, decision.effectiveOn <= today, !isOver(on: decision.effectiveOn) {
            pending.removeFirst()
            guard let next = state.after(decision.transition.action) else { return .drops(decision) }
            state = next
            last = decision.transition
            return .takesEffect(decision)
        }
        if isOver(on: today) {
            state = .expired
            last = Transition(.expire)
            return .expires
        }
        if let validUntil, let notice = Validity.notice(daysLeft: today.days(until: validUntil)), notice < announced ?? .max {
            announced = notice
            return .announcesEnd(daysLeft: notice)
        }
        return nil
    }

    /// The permit as it will stand on `day`, as far as is known.
    public func on(_ day: BusinessDate) -> PermitLife {
        var life = self
        while life.step(by: day) != nil {}
        return life
    }

    /// The first day on which a step is due; nil if none ever will be.
    public var nextDue: BusinessDate? {
        guard state.isLive else { return pending.first?.effectiveOn }
        let end = validUntil.map { $0.adding(days: 1) }
        let notice = Validity.notice(after: announced).flatMap { days in validUntil.map { $0.adding(days: -days) } }
        return [pending.first?.effectiveOn, end, notice].compactMap { $0 }.min()
    }

    private func isOver(on day: BusinessDate) -> Bool { validUntil.map { $0 < day } ?? false }
}
