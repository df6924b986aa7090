public import Primitives

/// An amount and its two parts: net = seller's share + mart's share.
public struct Split: Sendable, Hashable {
    public static let zero = Split(net: .zero, martShare: .zero)

    public let net: Rupiah
    public let sellerShare: Rupiah
    public let martShare: Rupiah

    /// The mart's share is rounded down to the rupiah, so that the seller never gets less than the rest of the rate.
    public init(of net: Rupiah, at rate: Rate) { self.init(net: net, martShare: rate.share(of: net)) }

    /// Goods lost under the mart's liability: the seller gets what a sale would have given, the mart has no margin.
    public init(ofLoss net: Rupiah, at rate: Rate) {
        let asSold = Split(of: net, at: rate)
        self.init(net: asSold.sellerShare, martShare: .zero)
    }

    init(net: Rupiah, martShare: Rupiah) {
        precondition(net >= .zero && martShare >= .zero && martShare <= net, "a share cannot be larger than the whole")
        self.net = net
        self.martShare = martShare
        sellerShare = Rupiah(net.amount - martShare.amount)
    }

    public func adding(_ other: Split) throws(MoneyOverflow) -> Split {
        Split(net: try net.adding(other.net), martShare: try martShare.adding(other.martShare))
    }
}

extension Sequence where Element == Split {
    public func sum() throws(MoneyOverflow) -> Split {
        var total = Split.zero
        for split in self { total = try total.adding(split) }
        return total
    }
}

extension Rate {
    /// floor(net × percent / 100). The product is formed in 128 bits, so it cannot overflow.
    func share(of net: Rupiah) -> Rupiah { Rupiah(Int64(Int128(net.amount) * Int128(percent) / 100)) }
}
