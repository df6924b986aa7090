public import Primitives

/// What a line says about its lot.
public enum NamedLot: Sendable, Hashable, CaseIterable {
    /// It names none: lots leave first-expired-first-out.
    case none
    case found, unknown, ofOtherProduct
}

/// What decides about one line of a sale, stock apart.
public struct LineFacts: Sendable {
    /// Nil: nobody knows the product.
    public var product: ProductFacts?
    /// The sale is in another regency than the product.
    public var isOfOtherRegency: Bool
    public var namedLot: NamedLot
    /// The price that the till says.
    public var unitPrice: Rupiah?

    public init(product: ProductFacts?, isOfOtherRegency: Bool = false, namedLot: NamedLot = .none, unitPrice: Rupiah? = nil) {
        self.product = product
        self.isOfOtherRegency = isOfOtherRegency
        self.namedLot = namedLot
        self.unitPrice = unitPrice
    }

    var pricesDiffer: Bool {
        guard let price = product?.price, let unitPrice else { return false }
        return price != unitPrice
    }
}

/// Why an online line is refused; the first that applies is the answer.
public enum LineRefusal: Sendable, Hashable, CaseIterable {
    case lotOfOtherProduct, otherRegency, amountTooLarge
    case unknownProduct, unknownLot
    case martNotOpen, notListed
    case expired, priceDiffers, outOfStock

    /// Whether the line is refused before its stock is looked at.
    public static func beforeStock(of line: LineFacts, on today: BusinessDate) -> LineRefusal? {
        if line.namedLot == .ofOtherProduct { return .lotOfOtherProduct }
        guard let product = line.product else { return .unknownProduct }
        if line.isOfOtherRegency { return .otherRegency }
        if line.namedLot == .unknown { return .unknownLot }
        if !product.isMartOpen(on: today) { return .martNotOpen }
        if !product.isListed(on: today) || product.price == nil { return .notListed }
        return nil
    }

    /// Whether the line is refused for what the shelf gives, or for its price.
    public static func ofStock(_ draw: Draw, for line: LineFacts) -> LineRefusal? {
        if draw.missing > 0, draw.meetsExpired { return .expired }
        if line.pricesDiffer { return .priceDiffers }
        return draw.missing > 0 ? .outOfStock : nil
    }
}

/// What is irregular about an offline sale. It has already happened, so nothing of this refuses it.
public enum OfflineFlags {
    /// Flags of one line, in the order of the contract.
    ///
    /// Of an unknown product nothing more can be said, and of an unknown lot no stock: neither is called out of stock as well.
    public static func ofLine(_ line: LineFacts, draw: Draw, on today: BusinessDate) -> [SaleFlag] {
        guard let product = line.product else { return [.unknownProduct] }
        var flags: [SaleFlag] = []
        if line.isOfOtherRegency || !product.isListed(on: today) { flags.append(.notListed) }
        if draw.missing > 0, line.namedLot != .unknown { flags.append(.outOfStock) }
        if draw.meetsExpired { flags.append(.expired) }
        if line.pricesDiffer { flags.append(.priceDiffers) }
        if line.namedLot == .unknown { flags.append(.unknownLot) }
        return flags
    }

    /// Flags of the sale itself; every line carries them too.
    public static func ofSale(soldAt: Instant, now: Instant, isMartOpen: Bool) -> [SaleFlag] {
        var flags: [SaleFlag] = []
        if !isMartOpen { flags.append(.martNotOpen) }
        if TillClock.isAhead(soldAt, of: now) || TillClock.isOld(soldAt, at: now) { flags.append(.clockSkew) }
        return flags
    }

    /// Each flag once, in the order of the contract.
    public static func union(_ flags: [[SaleFlag]]) -> [SaleFlag] {
        let all = Set(flags.joined())
        return all.isEmpty ? [] : SaleFlag.allCases.filter(all.contains)
    }
}

/// How far a till's clock is believed.
public enum TillClock {
    public static let tolerance = Duration.seconds(5 * 60)
    public static let longestAbsence = Duration.seconds(30 * 24 * 3600)

    public static func isAhead(_ soldAt: Instant, of now: Instant) -> Bool { soldAt > now.adding(tolerance) }
    public static func isOld(_ soldAt: Instant, at now: Instant) -> Bool { soldAt.adding(longestAbsence) < now }
}
