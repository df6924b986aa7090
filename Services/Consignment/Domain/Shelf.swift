/// A lot with stock, as a sale meets it on the shelf.
public struct ShelfLot: Sendable, Hashable {
    public var number: Int64
    public var id: String
    /// Units left, at least 1.
    public var onHand: Int64

    public init(number: Int64, id: String, onHand: Int64) {
        self.number = number
        self.id = id
        self.onHand = onHand
    }
}

/// Units that leave a lot.
public struct Take: Sendable, Hashable {
    public var lotNumber: Int64
    public var lotId: String
    public var quantity: Int64
    /// Nothing is left in the lot after it.
    public var empties: Bool

    public init(lotNumber: Int64, lotId: String, quantity: Int64, empties: Bool) {
        self.lotNumber = lotNumber
        self.lotId = lotId
        self.quantity = quantity
        self.empties = empties
    }
}

/// What a line gets out of the shelf.
public struct Draw: Sendable, Hashable {
    /// In the order in which they are taken.
    public var takes: [Take] = []
    /// Units that the shelf could not give.
    public var missing: Int64
    /// Online: there is stock, and all of it is past its date. Offline: the line took, or named, a lot past its date.
    public var meetsExpired = false

    public init(wanted quantity: Int64) { missing = quantity }

    /// Takes what is missing from `lots`, in their order.
    public mutating func take(from lots: some Sequence<ShelfLot>) {
        for lot in lots where missing > 0 && lot.onHand > 0 {
            let quantity = min(missing, lot.onHand)
            takes.append(Take(lotNumber: lot.number, lotId: lot.id, quantity: quantity, empties: quantity == lot.onHand))
            missing -= quantity
        }
    }
}
