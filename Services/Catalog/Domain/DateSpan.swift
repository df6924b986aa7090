public import Primitives

/// Days from one to another, both included; an absent end reaches without limit.
public struct DateSpan: Sendable, Hashable {
    public static let always = DateSpan(from: nil, until: nil)

    public let from: BusinessDate?
    /// Last day.
    public let until: BusinessDate?

    public init(from: BusinessDate?, until: BusinessDate?) {
        self.from = from
        self.until = until
    }

    public func contains(_ date: BusinessDate) -> Bool {
        if let from, date < from { return false }
        if let until, until < date { return false }
        return true
    }

    /// The days on which something begins or has ended.
    public var turns: [BusinessDate] { [from, until?.adding(days: 1)].compactMap { $0 } }
}
