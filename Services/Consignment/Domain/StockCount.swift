import Primitives

/// What a count found, against what is booked.
public struct StockCount: Sendable, Hashable {
    public var onHand: Int64
    /// Counted minus booked.
    public var difference: Int64
    public var countedBy: String
    public var approvedBy: String

    public init(onHand: Int64, difference: Int64, countedBy: String, approvedBy: String) {
        self.onHand = onHand
        self.difference = difference
        self.countedBy = countedBy
        self.approvedBy = approvedBy
    }

    /// Why it is not booked; the first that applies is the answer.
    public enum Refusal: Sendable, Hashable, CaseIterable {
        /// More units than a quantity may say.
        case tooMany
        case outOfStock, samePerson
    }

    public var refusal: Refusal? {
        if difference > Rupiah.maximum.amount - onHand { return .tooMany }
        if onHand + difference < 0 { return .outOfStock }
        if PersonName.isSame(countedBy, approvedBy) { return .samePerson }
        return nil
    }
}
