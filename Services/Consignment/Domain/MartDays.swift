public import Primitives

/// When a mart is open, as far as the catalog has told.
public struct MartDays: Sendable, Hashable {
    public var openedOn: BusinessDate
    /// The first day of its last closing; nil: never closed, or open again and nobody remembers since when.
    public var closedOn: BusinessDate?
    /// The first day on which it is open again; nil: nobody has said that it will be.
    public var reopenedOn: BusinessDate?

    public init(openedOn: BusinessDate, closedOn: BusinessDate? = nil, reopenedOn: BusinessDate? = nil) {
        self.openedOn = openedOn
        self.closedOn = closedOn
        self.reopenedOn = reopenedOn
    }

    public func isOpen(on day: BusinessDate) -> Bool {
        guard openedOn <= day else { return false }
        guard let closedOn, closedOn <= day else { return true }
        return reopenedOn.map { $0 <= day } ?? false
    }
}
