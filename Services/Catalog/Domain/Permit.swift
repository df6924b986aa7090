public import Primitives

/// What is known of one permit from the events about it, in whatever order they came.
public struct Permit: Sendable, Hashable {
    public let permitId: String
    public var kind: PermitKind
    public var sellerId: String
    /// Nil for business-level kinds.
    public var productId: String?
    /// Nil until its approval is known.
    public var grant: Grant?
    /// Replaces the number of the grant, which was typed wrongly.
    public var correctedNumber: String?
    public var suspension: Suspension?
    public var ending: Ending?

    public init(permitId: String, kind: PermitKind, sellerId: String, productId: String?) {
        self.permitId = permitId
        self.kind = kind
        self.sellerId = sellerId
        self.productId = productId
    }

    public struct Grant: Sendable, Hashable {
        public var number: String
        public var validFrom: BusinessDate
        /// Last day; nil: no end.
        public var validUntil: BusinessDate?

        public init(number: String, validFrom: BusinessDate, validUntil: BusinessDate?) {
            self.number = number
            self.validFrom = validFrom
            self.validUntil = validUntil
        }
    }

    public struct Suspension: Sendable, Hashable {
        public var from: BusinessDate
        /// Last suspended day; nil until it is reinstated.
        public var until: BusinessDate?

        public init(from: BusinessDate, until: BusinessDate? = nil) {
            self.from = from
            self.until = until
        }
    }

    /// The end that no later event takes back.
    public struct Ending: Sendable, Hashable {
        public var kind: EndingKind
        /// First day on which the permit is no more.
        public var from: BusinessDate

        public init(_ kind: EndingKind, from: BusinessDate) {
            self.kind = kind
            self.from = from
        }
    }

    public enum EndingKind: String, Choice {
        case revoked, expired
    }
}

// MARK: What events do to it

extension Permit {
    /// Suspends from a day on, until it is reinstated.
    public mutating func suspend(from date: BusinessDate, today: BusinessDate) {
        guard let known = suspension else {
            suspension = Suspension(from: date)
            return
        }
        // An earlier suspension that is over is history. One that still reaches into the days ahead joins with this one: when in doubt, not for sale.
        let isOver = known.until.map { $0 < date && $0 < today } ?? false
        suspension = Suspension(from: isOver ? date : min(known.from, date))
    }

    /// In force again from a day on.
    public mutating func reinstate(from date: BusinessDate) {
        guard let known = suspension else { return }
        if date <= known.from {
            suspension = nil
        } else {
            let last = date.adding(days: -1)
            suspension?.until = min(known.until ?? last, last)
        }
    }

    /// Ends it for good; of two ends, the earlier stays.
    public mutating func end(_ kind: EndingKind, from date: BusinessDate) {
        if let ending, ending.from <= date { return }
        ending = Ending(kind, from: date)
    }
}

// MARK: What follows from it

extension Permit {
    /// Whether it speaks for a product of a seller: a grant to another seller never does.
    public func counts(for productId: String, of sellerId: String) -> Bool {
        self.sellerId == sellerId && (kind.isBusinessLevel || self.productId == productId)
    }

    /// Nil until its approval is known.
    public var number: String? { grant.map { correctedNumber ?? $0.number } }

    public func isInForce(on date: BusinessDate) -> Bool { status(on: date) == .inForce }

    public func status(on date: BusinessDate) -> PermitStatus {
        if let ending, ending.from <= date { return ending.kind == .revoked ? .revoked : .expired }
        guard let grant else { return .unknown }
        if let end = grant.validUntil, end < date { return .expired }
        if let suspension, DateSpan(from: suspension.from, until: suspension.until).contains(date) { return .suspended }
        return grant.validFrom <= date ? .inForce : .notYetInForce
    }

    /// Days on which its status may change.
    public var turns: [BusinessDate] {
        var turns = grant.map { DateSpan(from: $0.validFrom, until: $0.validUntil).turns } ?? []
        if let suspension { turns += DateSpan(from: suspension.from, until: suspension.until).turns }
        if let ending { turns.append(ending.from) }
        return turns
    }

    /// Why a granted permit is no longer in force, and since when; nil while it is, or if it never was granted or has not begun.
    func lapse(on date: BusinessDate) -> (reason: HoldReason, since: BusinessDate)? {
        guard let grant else { return nil }
        switch status(on: date) {
        case .unknown, .notYetInForce, .inForce: return nil
        case .revoked: return (.permitRevoked, ending?.from ?? date)
        case .suspended: return (.permitSuspended, suspension?.from ?? date)
        case .expired:
            let ends = [grant.validUntil?.adding(days: 1), ending?.from].compactMap { $0 }
            return (.permitExpired, ends.min() ?? date)
        }
    }
}

/// How a permit stands on a day, as the read side says it.
public enum PermitStatus: String, Choice {
    /// Decisions about it are known, but its approval has not come.
    case unknown
    case notYetInForce = "not-yet-in-force"
    case inForce = "in-force"
    case suspended, revoked, expired
}
