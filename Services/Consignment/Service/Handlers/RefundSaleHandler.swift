import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `refund-sale`: money goes back for units of a sale, and with `restock` the units go back to the lots that they came from.
struct RefundSaleHandler: Handler {
    func handle(_ refund: RefundSale, in tx: Transaction) throws -> Outcome {
        guard let sale = try Sales.find(refund.saleId, in: tx) else {
            return .rejected(Rejection(.notFound, "sale \(refund.saleId) is not known here", field: "saleId"))
        }
        let lines = try refund.lines.map { try Sales.line($0.lineId, of: sale.number, in: tx) }
        if let rejection = Self.refusal(of: refund, lines) { return .rejected(rejection) }

        var refunded = SaleRefunded.with {
            $0.refundId = refund.refundId
            $0.saleId = refund.saleId
            $0.regency = sale.regency
            $0.refundedAt = tx.now
            $0.tender = sale.tender
            $0.reason = refund.reason
            $0.restock = refund.restock
        }
        for (asked, line) in zip(refund.lines, lines) {
            guard let line else { continue }
            let net = Refund.net(of: line.net, quantity: line.quantity, before: line.refunded, after: line.refunded + asked.quantity)
            refunded.total = try refunded.total.adding(net)
            refunded.lines.append(
                SaleRefunded.Line.with {
                    $0.lineId = asked.lineId
                    $0.productId = line.productId
                    $0.sellerId = line.sellerId
                    $0.quantity = asked.quantity
                    $0.refundedBefore = line.refunded
                    $0.net = net
                })
        }
        let plans: [RestockPlan?] = try refund.lines.map { asked in
            guard refund.restock else { return nil }
            return RestockPlan(quantity: asked.quantity, taken: try Sales.taken(by: asked.lineId, of: sale.number, in: tx))
        }
        try Sales.record(refunded, of: sale.number, plans: plans, in: tx)
        try tx.publish(refunded)
        return .done
    }

    /// A line that the sale does not have comes before one that asks for too much.
    private static func refusal(of refund: RefundSale, _ lines: [Sales.Line?]) -> Rejection? {
        for (index, (asked, line)) in zip(refund.lines, lines).enumerated() where line == nil {
            return Rejection(
                .invalid, "sale \(refund.saleId) has no line \(asked.lineId)", field: "lines[\(index)].lineId", lineId: asked.lineId)
        }
        for (index, (asked, line)) in zip(refund.lines, lines).enumerated() {
            guard let line, asked.quantity > line.quantity - line.refunded else { continue }
            return Rejection(
                .exceedsOriginal, "of line \(asked.lineId) \(line.quantity - line.refunded) units are left to refund",
                field: "lines[\(index)].quantity", lineId: asked.lineId)
        }
        return nil
    }
}
