public import Primitives

/// What took the last unit of a lot.
public enum LotEnd: String, Choice {
    case sold, returned
    case writtenOff = "written-off"
    /// A count found it empty.
    case adjusted
}

/// Where a lot is in its life.
public enum LotState: String, Choice {
    case received
    case soldOut = "sold-out"
    /// Units are left, and its last day of sale is over.
    case expired
    case returned
    case writtenOff = "written-off"
    /// Empty, as a count found.
    case adjusted

    /// - Parameter emptiedBy: nil while units are left.
    public init(emptiedBy: LotEnd?, expiresOn: BusinessDate?, on today: BusinessDate) {
        switch emptiedBy {
        case .sold: self = .soldOut
        case .returned: self = .returned
        case .writtenOff: self = .writtenOff
        case .adjusted: self = .adjusted
        case nil:
            guard let expiresOn else {
                self = .received
                return
            }
            self = expiresOn < today ? .expired : .received
        }
    }
}

/// Why goods are not taken in; the first that applies is the answer.
public enum ReceiptRefusal: Sendable, Hashable, CaseIterable {
    case otherRegency, martNotOpen, withdrawn, expired

    /// - Parameter regency: the one that the command names, if any.
    public static func first(
        of product: ProductFacts, regency: String?, expiresOn: BusinessDate?, on today: BusinessDate
    ) -> ReceiptRefusal? {
        if let regency, regency != product.regency { return .otherRegency }
        if !product.isMartOpen(on: today) { return .martNotOpen }
        if product.state == .withdrawn { return .withdrawn }
        if let expiresOn, expiresOn < today { return .expired }
        return nil
    }
}
