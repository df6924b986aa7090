import ConsignmentDomain
import Contracts
import Messaging
import ServiceFramework

/// `adjust-stock`: a count, approved by another person, found more or fewer units of a lot than are booked. No money moves.
struct AdjustStockHandler: Handler {
    func handle(_ count: AdjustStock, in tx: Transaction) throws -> Outcome {
        guard let lot = try Lots.find(count.lotId, in: tx) else {
            return .rejected(Rejection(.notFound, "lot \(count.lotId) is not known here", field: "lotId"))
        }
        let found = StockCount(
            onHand: lot.onHand, difference: count.difference, countedBy: count.countedBy, approvedBy: count.approvedBy)
        if let refusal = found.refusal { return .rejected(Rejection(refusal, of: count, lot)) }
        let adjusted = StockAdjusted.with {
            $0.adjustmentId = count.adjustmentId
            $0.lotId = count.lotId
            $0.productId = lot.productId
            $0.sellerId = lot.sellerId
            $0.regency = lot.regency
            $0.difference = count.difference
            $0.reason = count.reason
            $0.countedBy = count.countedBy
            $0.approvedBy = count.approvedBy
            $0.adjustedAt = tx.now
        }
        try Lots.record(adjusted, of: lot.number, in: tx)
        try tx.publish(adjusted)
        return .done
    }
}

extension Rejection {
    fileprivate init(_ refusal: StockCount.Refusal, of count: AdjustStock, _ lot: Lots.Named) {
        switch refusal {
        case .tooMany:
            self.init(.invalid, "lot \(count.lotId) would have more units than a quantity can say", field: "difference")
        case .outOfStock:
            self.init(.outOfStock, "lot \(count.lotId) has \(lot.onHand) units on hand, no more can be missing", field: "difference")
        case .samePerson:
            self.init(.notAllowed, "\(count.approvedBy) counted: another person must approve", field: "approvedBy")
        }
    }
}
