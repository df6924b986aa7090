public import Primitives

/// Where a product stands.
public enum Listing: Sendable, Hashable {
    /// Never for sale yet, for want of these permits.
    case awaitingPermits(missing: [Requirement])
    /// For sale up to and including the day, as far as is known today; nil: no end in sight.
    case listed(until: BusinessDate?)
    case held(HoldReason, missing: [Requirement])
    case withdrawn(reason: String)

    public var state: ProductState {
        switch self {
        case .awaitingPermits: .awaitingPermits
        case .listed: .listed
        case .held: .held
        case .withdrawn: .withdrawn
        }
    }

    public var missing: [Requirement] {
        switch self {
        case .awaitingPermits(let missing), .held(_, let missing): missing
        case .listed, .withdrawn: []
        }
    }
}

public enum ProductState: String, Choice {
    case awaitingPermits = "awaiting-permits"
    case listed, held, withdrawn
}

/// All that a listing depends on, besides the day and the law.
public struct ListingFacts: Sendable {
    public var kind: ProductKind
    /// What was last found; a withdrawal is final, and nothing returns to awaiting permits.
    public var current: Listing
    /// The permits that count for the product.
    public var permits: [Permit]
    public var isMartOpen: Bool

    public init(kind: ProductKind, current: Listing, permits: [Permit], isMartOpen: Bool) {
        self.kind = kind
        self.current = current
        self.permits = permits
        self.isMartOpen = isMartOpen
    }
}

/// What is found for a product on a day.
public struct ListingFinding: Sendable, Hashable {
    public var listing: Listing
    /// The next day on which, without any further event, something else may be found; nil: none.
    public var reviewOn: BusinessDate?

    public init(_ listing: Listing, reviewOn: BusinessDate?) {
        self.listing = listing
        self.reviewOn = reviewOn
    }
}

extension RequirementTable {
    /// Judges a product: a function of its facts and the business date, and of nothing else.
    public func listing(of product: ListingFacts, on today: BusinessDate) -> ListingFinding {
        if case .withdrawn = product.current { return ListingFinding(product.current, reviewOn: nil) }
        let turns = (product.permits.flatMap(\.turns) + turns(of: product.kind)).filter { $0 > today }
        let demand = demand(on: product.kind, at: today)
        let missing = demand.requirements.filter { !$0.isSatisfied(by: product.permits, on: today) }

        if demand.isProhibited || !missing.isEmpty {
            let listing: Listing =
                product.current.state == .awaitingPermits
                ? .awaitingPermits(missing: missing)
                : .held(reason(missing, product.permits, on: today), missing: missing)
            return ListingFinding(listing, reviewOn: turns.min())
        }
        guard product.isMartOpen else { return ListingFinding(.held(.martNotOpen, missing: []), reviewOn: turns.min()) }
        let end = turns.sorted().first { !isSatisfied(product.kind, by: product.permits, on: $0) }
        return ListingFinding(.listed(until: end?.adding(days: -1)), reviewOn: end)
    }

    private func isSatisfied(_ kind: ProductKind, by permits: [Permit], on date: BusinessDate) -> Bool {
        switch demand(on: kind, at: date) {
        case .prohibited: false
        case .permits(let requirements): requirements.allSatisfy { $0.isSatisfied(by: permits, on: date) }
        }
    }

    /// Per missing requirement, what ended the permit that lasted longest; over several, the gravest. Where no permit ever was there to
    /// end, it is the demand that is new.
    private func reason(_ missing: [Requirement], _ permits: [Permit], on date: BusinessDate) -> HoldReason {
        let found = missing.map { requirement -> HoldReason in
            let lapses = permits.filter { requirement.alternatives.contains($0.kind) }.compactMap { $0.lapse(on: date) }
            let latest = lapses.max { ($0.since, Self.gravity($0.reason)) < ($1.since, Self.gravity($1.reason)) }
            return latest?.reason ?? .requirementsChanged
        }
        return found.max { Self.gravity($0) < Self.gravity($1) } ?? .requirementsChanged
    }

    private static func gravity(_ reason: HoldReason) -> Int {
        switch reason {
        case .martNotOpen: 0
        case .requirementsChanged: 1
        case .permitExpired: 2
        case .permitSuspended: 3
        case .permitRevoked: 4
        }
    }
}
