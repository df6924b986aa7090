/// The data of the events that the audit looks at, as the wire contract names the fields. Own types, on purpose.
///
/// Amounts have 128 bits: an amount times a quantity fits, and so does the sum of however many.
enum Fact: Sendable {
    case martOpened(MartOpened)
    case martClosed(MartTurned)
    case martReopened(MartTurned)
    case sellerRegistered(SellerRegistered)
    case sellerUpdated(SellerRegistered)
    case productRegistered(ProductRegistered)
    case productListed(ProductState)
    case productHeld(ProductState)
    case productDelisted(ProductState)
    case priceChanged(PriceChanged)
    case permit(name: String, PermitFact)
    case goodsReceived(GoodsReceived)
    case saleRecorded(SaleRecorded)
    case saleRefunded(SaleRefunded)
    case goodsReturned(GoodsMoved)
    case goodsWrittenOff(GoodsMoved)
    case stockAdjusted(StockAdjusted)
    case flagResolved(FlagResolved)
    case settlementPosted(SettlementPosted)
    case settlementReversed(SettlementReversed)
    case suspenseAssigned(SuspenseAssigned)
    /// Of no concern here; it still counts for sequences and causes.
    case other
}

struct MartOpened: Decodable, Sendable {
    let regency: String
    let openedOn: String
}

/// A mart closed, or opened again.
struct MartTurned: Decodable, Sendable {
    let regency: String
}

struct SellerRegistered: Decodable, Sendable {
    let sellerId: String
    let name: String
    let regency: String
}

struct ProductRegistered: Decodable, Sendable {
    struct Origin: Decodable, Sendable {
        let villageCode: String?
        let community: String?
        let school: String?
    }

    let productId: String
    let sellerId: String
    let regency: String
    let name: String
    let programme: String
    let origin: Origin
    let price: Int128
}

struct ProductState: Decodable, Sendable {
    let productId: String
    let reason: String?
}

struct PriceChanged: Decodable, Sendable {
    let productId: String
    let price: Int128
    let effectiveOn: String
}

struct PermitFact: Decodable, Sendable {
    let permitId: String
    let permitKind: String?
    let warnings: [String]?
    let effectiveOn: String?
}

struct GoodsReceived: Decodable, Sendable {
    let lotId: String
    let regency: String
    let productId: String
    let sellerId: String
    let quantity: Int128
    let offered: Int128
}

struct SaleRecorded: Decodable, Sendable {
    struct Lot: Decodable, Sendable {
        let lotId: String
        let quantity: Int128
    }

    struct Line: Decodable, Sendable {
        let lineId: String
        let productId: String
        let sellerId: String?
        let quantity: Int128
        let unitPrice: Int128
        let net: Int128
        let flags: [String]
        let unallocated: Int128
        let lots: [Lot]
    }

    let saleId: String
    let regency: String
    let soldAt: String
    let tender: String
    let offline: Bool
    let flags: [String]
    let lines: [Line]
    let total: Int128
}

struct SaleRefunded: Decodable, Sendable {
    struct Line: Decodable, Sendable {
        let lineId: String
        let productId: String
        let sellerId: String?
        let quantity: Int128
        let refundedBefore: Int128
        let net: Int128
    }

    let refundId: String
    let saleId: String
    let tender: String
    let restock: Bool
    let lines: [Line]
    let total: Int128
}

/// Goods returned to their seller, or written off.
struct GoodsMoved: Decodable, Sendable {
    let lotId: String
    let productId: String
    let sellerId: String
    let quantity: Int128
    let writeOffId: String?
    let net: Int128?
    let liability: String?
}

/// A count found more or fewer units than were booked.
struct StockAdjusted: Decodable, Sendable {
    let adjustmentId: String
    let lotId: String
    let difference: Int128
    let countedBy: String
    let approvedBy: String
}

/// A person has looked at a flag of a sale: of one line, or of all that carried it and were not resolved before.
struct FlagResolved: Decodable, Sendable {
    let resolutionId: String
    let saleId: String
    let lineId: String?
    let flag: String
}

struct SettlementPosted: Decodable, Sendable {
    struct Line: Decodable, Sendable {
        let lineId: String
        let sellerId: String?
        let net: Int128
        let sellerShare: Int128
        let martShare: Int128
    }

    struct Totals: Decodable, Sendable {
        let net: Int128
        let sellerShare: Int128
        let martShare: Int128
    }

    let settlementId: String
    let saleId: String?
    let writeOffId: String?
    let lines: [Line]
    let totals: Totals
}

struct SettlementReversed: Decodable, Sendable {
    let refundId: String
    let saleId: String
    let lines: [SettlementPosted.Line]
    let totals: SettlementPosted.Totals
}

/// A line in suspense was given to its seller; or, with `fromSellerId`, to another than before.
struct SuspenseAssigned: Decodable, Sendable {
    let assignmentId: String
    let saleId: String
    let lineId: String
    let sellerId: String
    let fromSellerId: String?
    let sellerShare: Int128
}
