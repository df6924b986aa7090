public import Primitives

/// Where a mart stands.
public enum MartState: String, Choice {
    /// Its opening date is still to come.
    case planned
    case open, closed

    /// Nil where the action does not fit the state.
    public func after(_ action: MartAction) -> MartState? {
        switch (self, action) {
        case (.open, .close): .closed
        case (.closed, .reopen): .open
        case (.planned, _), (.open, .reopen), (.closed, .close): nil
        }
    }
}

public enum MartAction: String, Choice {
    case close, reopen
}

/// Somebody's order to close a mart or to open it again.
public struct MartOrder: Sendable, Hashable {
    public var action: MartAction
    /// The command's data in canonical form: the same said again is no new order.
    public var data: [UInt8]

    public init(_ action: MartAction, data: [UInt8]) {
        self.action = action
        self.data = data
    }
}

/// An order that waits for its day.
public struct PlannedOrder: Sendable, Hashable {
    /// In order of acceptance.
    public var position: Int64
    public var order: MartOrder
    public var effectiveOn: BusinessDate

    public init(position: Int64, order: MartOrder, effectiveOn: BusinessDate) {
        self.position = position
        self.order = order
        self.effectiveOn = effectiveOn
    }
}

/// A mart's way through the days: a pure value that is asked what happens next.
public struct MartLife: Sendable, Hashable {
    /// What the calendar does to a mart.
    public enum Step: Sendable, Hashable {
        case opens
        case takesEffect(PlannedOrder)
        /// The order's day has come, and the mart is no longer as the order needs it.
        case drops(PlannedOrder)
    }

    public private(set) var state: MartState
    public let openedOn: BusinessDate
    /// What led to the state, if it was an order.
    public private(set) var last: MartOrder?
    /// By day, then in order of acceptance.
    public private(set) var planned: [PlannedOrder]

    public init(state: MartState, openedOn: BusinessDate, last: MartOrder? = nil, planned: [PlannedOrder] = []) {
        self.state = state
        self.openedOn = openedOn
        self.last = last
        self.planned = planned.sorted { ($0.effectiveOn, $0.position) < ($1.effectiveOn, $1.position) }
    }

    /// Takes the next step that is due by `today` and says which; nil when all is done. On one day, the opening comes first.
    public mutating func step(by today: BusinessDate) -> Step? {
        let opening = state == .planned && openedOn <= today ? openedOn : nil
        if let next = planned.first, next.effectiveOn <= today, opening.map({ next.effectiveOn < $0 }) ?? true {
            planned.removeFirst()
            guard let state = state.after(next.order.action) else { return .drops(next) }
            self.state = state
            last = next.order
            return .takesEffect(next)
        }
        guard opening != nil else { return nil }
        state = .open
        return .opens
    }

    /// The mart as it will stand on `day`, as far as is known.
    public func on(_ day: BusinessDate) -> MartLife {
        var life = self
        while life.step(by: day) != nil {}
        return life
    }
}

/// Whether a mart may be closed or opened again, in order of precedence.
public enum MartVerdict: Sendable, Hashable {
    /// Ordered before, by the same data.
    case alreadyDone
    case pastDate
    case unknownMart
    /// The state on the day of the order, which does not allow it.
    case wrongState(MartState)
    case acceptable

    /// Judges an order that is given on `today`, to take effect on `effectiveOn`: by the state that the mart will have then, so that a closing
    /// from the 10th to the 20th can be said in advance.
    public static func judge(
        _ order: MartOrder, _ mart: MartLife?, effectiveOn: BusinessDate, today: BusinessDate
    ) -> MartVerdict {
        let now = mart?.on(today)
        if let now, now.last == order || now.planned.contains(where: { $0.order == order }) { return .alreadyDone }
        if effectiveOn < today { return .pastDate }
        guard let then = now?.on(effectiveOn) else { return .unknownMart }
        return then.state.after(order.action) == nil ? .wrongState(then.state) : .acceptable
    }
}
