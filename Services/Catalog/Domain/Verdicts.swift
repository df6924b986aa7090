public import Primitives

// What may be done with a product. Cases stand in the order in which they are judged: the first that applies is the verdict.

/// Whether a product may be registered.
public enum RegistrationVerdict: Sendable, Hashable {
    case unknownSeller
    /// Its village lies in another regency than its seller.
    case foreignVillage
    case prohibited
    case acceptable

    /// `sellerRegency` is nil where the seller is unknown.
    public static func judge(sellerRegency: String?, villageCode: String?, demand: Demand) -> RegistrationVerdict {
        guard let sellerRegency else { return .unknownSeller }
        if let villageCode, !villageCode.hasPrefix(sellerRegency + ".") { return .foreignVillage }
        return demand.isProhibited ? .prohibited : .acceptable
    }
}

/// Whether a product may become one of another kind.
public enum ReclassificationVerdict: Sendable, Hashable {
    case unknownProduct
    /// It is of that kind already.
    case alreadyDone
    case prohibited
    /// It was withdrawn.
    case wrongState
    case acceptable

    public static func judge(_ current: Listing?, kind: ProductKind?, to target: ProductKind, demand: Demand) -> ReclassificationVerdict {
        guard let current else { return .unknownProduct }
        if kind == target { return .alreadyDone }
        if demand.isProhibited { return .prohibited }
        return current.state == .withdrawn ? .wrongState : .acceptable
    }
}

/// Whether a product may be withdrawn.
public enum WithdrawalVerdict: Sendable, Hashable {
    case unknownProduct
    /// It was withdrawn for the same reason.
    case alreadyDone
    /// It was withdrawn for another reason.
    case wrongState
    case acceptable

    public static func judge(_ current: Listing?, reason: String) -> WithdrawalVerdict {
        guard let current else { return .unknownProduct }
        guard case .withdrawn(let known) = current else { return .acceptable }
        return known == reason ? .alreadyDone : .wrongState
    }
}

/// Whether a price may be set.
public enum PriceVerdict: Sendable, Hashable {
    case pastDate
    case unknownProduct
    /// The product was withdrawn.
    case wrongState
    case acceptable

    public static func judge(_ current: Listing?, effectiveOn: BusinessDate, today: BusinessDate) -> PriceVerdict {
        if effectiveOn < today { return .pastDate }
        guard let current else { return .unknownProduct }
        return current.state == .withdrawn ? .wrongState : .acceptable
    }
}
