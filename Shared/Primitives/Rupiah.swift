/// An amount of whole rupiah. Arithmetic that would overflow throws; it never wraps.
public struct Rupiah: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Largest amount on the wire: 2^53 − 1, exact in every JSON implementation.
    public static let maximum = Rupiah(9_007_199_254_740_991)
    public static let zero = Rupiah(0)

    public let amount: Int64

    public init(_ amount: Int64) { self.amount = amount }

    public static func < (left: Rupiah, right: Rupiah) -> Bool { left.amount < right.amount }

    public static prefix func - (value: Rupiah) -> Rupiah { Rupiah(-value.amount) }

    /// The sum; throws when its magnitude is above `maximum`.
    public func adding(_ other: Rupiah) throws(MoneyOverflow) -> Rupiah {
        let (sum, overflow) = amount.addingReportingOverflow(other.amount)
        return try Rupiah(sum).checked(overflow)
    }

    public func subtracting(_ other: Rupiah) throws(MoneyOverflow) -> Rupiah {
        let (difference, overflow) = amount.subtractingReportingOverflow(other.amount)
        return try Rupiah(difference).checked(overflow)
    }

    public func multiplied(by quantity: Int64) throws(MoneyOverflow) -> Rupiah {
        let (product, overflow) = amount.multipliedReportingOverflow(by: quantity)
        return try Rupiah(product).checked(overflow)
    }

    private func checked(_ overflow: Bool) throws(MoneyOverflow) -> Rupiah {
        guard !overflow, amount.magnitude <= Self.maximum.amount.magnitude else { throw MoneyOverflow() }
        return self
    }

    /// Indonesian style: `Rp12.500`, `-Rp500`.
    public var description: String {
        var digits = Array(String(amount.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(".", at: place)
            place -= 3
        }
        return (amount < 0 ? "-Rp" : "Rp") + String(digits)
    }
}

/// A sum of money beyond 2^53 − 1 rupiah.
public struct MoneyOverflow: Error, Hashable, CustomStringConvertible {
    public init() {}
    public var description: String { "an amount is beyond Rp9.007.199.254.740.991" }
}

extension Sequence where Element == Rupiah {
    public func sum() throws(MoneyOverflow) -> Rupiah {
        var total = Rupiah.zero
        for amount in self { total = try total.adding(amount) }
        return total
    }
}
