public import Primitives

/// What was sold on one line, at the rate frozen when it was settled.
public struct SoldLine: Sendable, Hashable {
    public let net: Rupiah
    public let quantity: Int64
    public let rate: Rate

    public init(net: Rupiah, quantity: Int64, rate: Rate) {
        precondition(quantity >= 1 && net >= .zero, "a line sells something")
        self.net = net
        self.quantity = quantity
        self.rate = rate
    }

    /// R(q) = net − floor(net × q / quantity): what of the line's amount is left after `refunded` units were taken back.
    public func remaining(after refunded: Int64) -> Rupiah {
        precondition((0...quantity).contains(refunded), "more is taken back than was sold")
        let takenBack = Int128(net.amount) * Int128(refunded) / Int128(quantity)
        return Rupiah(net.amount - Int64(takenBack))
    }

    /// What a refund that brings the units taken back from `before` to `after` reverses.
    ///
    /// Both shares are differences of one function of the units taken back. So the parts of a line that is refunded bit by bit, however it is
    /// cut, add up to the original to the rupiah; splitting each part anew would not.
    public func reversal(from before: Int64, to after: Int64) -> Split {
        precondition(before <= after, "a refund takes back, it never gives")
        let (left, leftAfter) = (remaining(after: before), remaining(after: after))
        let martShare = rate.share(of: left).amount - rate.share(of: leftAfter).amount
        return Split(net: Rupiah(left.amount - leftAfter.amount), martShare: Rupiah(martShare))
    }
}
