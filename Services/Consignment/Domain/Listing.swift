public import Primitives

/// Whether a product may be sold, as the catalog's events tell it; the words are those of the catalog.
public enum ListingState: String, Choice {
    /// Known, and never listed yet.
    case awaitingPermits = "awaiting-permits"
    case listed, held
    /// For ever.
    case withdrawn
}

/// What an event says about the listing of a product.
public enum ListingChange: Sendable, Hashable, CaseIterable {
    case listed, held, delisted
}

extension ListingState {
    /// The state after `change`, or nil where it has no effect.
    ///
    /// A withdrawal is final in whatever order the events arrive, so that every order ends in the same state; anything else counts only
    /// if no later event was applied before it (`isStale`).
    public func after(_ change: ListingChange, isStale: Bool) -> ListingState? {
        switch (self, change) {
        case (.withdrawn, _): nil
        case (_, .delisted): .withdrawn
        case (_, .listed): isStale ? nil : .listed
        case (_, .held): isStale ? nil : .held
        }
    }
}

/// What Consignment knows about one product on one day.
public struct ProductFacts: Sendable, Hashable {
    public var sellerId: String
    public var regency: String
    public var state: ListingState
    /// Last day on which it may be sold, as far as permits are concerned.
    public var listedUntil: BusinessDate?
    /// What the catalog said to be missing; empty where it said nothing.
    public var missingPermits: [String]
    /// Nil as long as nobody has said that the mart of its regency opens.
    public var mart: MartDays?
    /// The price in force on the day asked for.
    public var price: Rupiah?

    public init(
        sellerId: String, regency: String, state: ListingState, listedUntil: BusinessDate? = nil, missingPermits: [String] = [],
        mart: MartDays? = nil, price: Rupiah? = nil
    ) {
        self.sellerId = sellerId
        self.regency = regency
        self.state = state
        self.listedUntil = listedUntil
        self.missingPermits = missingPermits
        self.mart = mart
        self.price = price
    }

    public func isListed(on today: BusinessDate) -> Bool {
        guard state == .listed else { return false }
        guard let listedUntil else { return true }
        return today <= listedUntil
    }

    public func isMartOpen(on today: BusinessDate) -> Bool { mart?.isOpen(on: today) ?? false }
}
