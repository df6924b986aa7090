/// The money rules of the wire contract (sections 7 and 8), written a second time: the audit shares no code with the services.
enum Arithmetic {
    /// The mart's tenth of an amount, rounded down; the seller gets the rest.
    static func martShare(of net: Int128) -> Int128 { net / 10 }

    /// What of a line's `net` remains after `refunded` of its `quantity` units went back: `N − floor(N × q / Q)`.
    static func remaining(net: Int128, quantity: Int128, refunded: Int128) -> Int128 {
        guard quantity > 0 else { return net }
        return net - net * refunded / quantity
    }

    /// An amount in its two parts.
    struct Split: Sendable, Equatable {
        var net: Int128 = 0
        var seller: Int128 = 0
        var mart: Int128 = 0

        static func + (left: Split, right: Split) -> Split {
            Split(net: left.net + right.net, seller: left.seller + right.seller, mart: left.mart + right.mart)
        }
    }

    static func split(_ net: Int128) -> Split {
        let mart = martShare(of: net)
        return Split(net: net, seller: net - mart, mart: mart)
    }

    /// What a refund of `units` more takes back of a line, after `before` units: partial refunds in any order add up to the original.
    static func reversal(net: Int128, quantity: Int128, before: Int128, units: Int128) -> Split {
        let left = remaining(net: net, quantity: quantity, refunded: before)
        let then = remaining(net: net, quantity: quantity, refunded: before + units)
        let mart = martShare(of: left) - martShare(of: then)
        return Split(net: left - then, seller: left - then - mart, mart: mart)
    }
}
