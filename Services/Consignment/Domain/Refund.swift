public import Primitives

/// The arithmetic of partial refunds.
public enum Refund {
    /// `R(q) = N − floor(N × q / Q)`: what a line of `net` N over `quantity` Q is still worth after q units were refunded.
    public static func remainder(net: Rupiah, quantity: Int64, refunded: Int64) -> Rupiah {
        precondition(net.amount >= 0 && quantity >= 1 && (0...quantity).contains(refunded), "refunded \(refunded) of \(quantity)")
        // The product has up to 106 bits; its quotient is at most `net` again.
        let product = net.amount.magnitude.multipliedFullWidth(by: refunded.magnitude)
        let share = quantity.magnitude.dividingFullWidth(product).quotient
        return Rupiah(net.amount - Int64(share))
    }

    /// What is paid back when the units refunded go from `before` to `after`: `R(before) − R(after)`.
    public static func net(of net: Rupiah, quantity: Int64, before: Int64, after: Int64) -> Rupiah {
        let former = remainder(net: net, quantity: quantity, refunded: before)
        let latter = remainder(net: net, quantity: quantity, refunded: after)
        return Rupiah(former.amount - latter.amount)
    }
}

/// Units that a sale line took from a lot, and how many of them are back on the shelf.
public struct TakenUnits: Sendable, Hashable {
    /// Place in the order in which the line took them.
    public var ordinal: Int64
    public var lotNumber: Int64
    public var taken: Int64
    public var restocked: Int64

    public init(ordinal: Int64, lotNumber: Int64, taken: Int64, restocked: Int64) {
        self.ordinal = ordinal
        self.lotNumber = lotNumber
        self.taken = taken
        self.restocked = restocked
    }
}

/// Where refunded units go back to.
public struct RestockPlan: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var ordinal: Int64
        public var lotNumber: Int64
        public var quantity: Int64

        public init(ordinal: Int64, lotNumber: Int64, quantity: Int64) {
            self.ordinal = ordinal
            self.lotNumber = lotNumber
            self.quantity = quantity
        }
    }

    public private(set) var entries: [Entry] = []
    /// Units that no lot had given, so that none gets them back.
    public private(set) var withoutLot: Int64

    /// Lots first, the last taken first, none above what it gave; what is left over had been unallocated.
    public init(quantity: Int64, taken: [TakenUnits]) {
        withoutLot = quantity
        for units in taken.sorted(by: { $0.ordinal > $1.ordinal }) {
            let back = min(withoutLot, units.taken - units.restocked)
            if back <= 0 { continue }
            entries.append(Entry(ordinal: units.ordinal, lotNumber: units.lotNumber, quantity: back))
            withoutLot -= back
        }
    }
}

/// How far a sale has been taken back.
public enum SaleState: String, Choice {
    case recorded
    case partlyRefunded = "partly-refunded"
    case refunded

    public init(sold: Int64, refunded: Int64) {
        self = refunded == 0 ? .recorded : refunded < sold ? .partlyRefunded : .refunded
    }
}
