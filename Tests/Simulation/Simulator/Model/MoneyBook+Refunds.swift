import Contracts
import Messaging
import Primitives
import ServiceFramework

/// Refunds follow one another as Consignment has taken them; whoever comes before what it is about waits, and what can never fit is for a person.
extension MoneyBook {
    private enum Fit { case misfit, early, fits }

    mutating func reverse(_ refund: SaleRefunded, _ eventId: String, _ givenUp: inout [String]) -> Decision.Verdict {
        if let known = refunds[refund.refundId] { return isSame(refund, as: known) ? .duplicate : .parked(.conflict) }
        if let waits = waiting.first(where: { $0.refund.refundId == refund.refundId }) {
            return FieldWriter.bytes(of: waits.refund) == FieldWriter.bytes(of: refund) ? .duplicate : .parked(.conflict)
        }
        switch fit(refund) {
        case .misfit: return .parked(.inconsistent)
        case .early: waiting.append((eventId, refund))
        case .fits:
            post(refund)
            releaseWaiting(for: refund.saleId, &givenUp)
        }
        return .accepted
    }

    /// Each time from the first, for one may be what an earlier arrival waits for.
    mutating func releaseWaiting(for saleId: String, _ givenUp: inout [String]) {
        while let place = waiting.firstIndex(where: { $0.refund.saleId == saleId && fit($0.refund) != .early }) {
            let next = waiting.remove(at: place)
            if fit(next.refund) == .fits { post(next.refund) } else { givenUp.append(next.eventId) }
        }
    }

    private mutating func post(_ refund: SaleRefunded) {
        refunds[refund.refundId] = refund
        for line in refund.lines { self.refund(line.quantity, of: line.lineId, in: refund.saleId) }
    }

    private func fit(_ refund: SaleRefunded) -> Fit {
        guard let sale = sales[refund.saleId] else { return .early }
        if refund.regency != sale.regency { return .misfit }
        let fits = refund.lines.map { fit($0, sale.lines[$0.lineId]) }
        return fits.contains(.misfit) ? .misfit : fits.contains(.early) ? .early : .fits
    }

    private func fit(_ told: SaleRefunded.Line, _ line: Line?) -> Fit {
        guard let line, told.productId == line.product else { return .misfit }
        if let stated = told.sellerId, let seller = line.seller, stated != seller { return .misfit }
        let after = told.refundedBefore + told.quantity
        if after > line.quantity || told.net.amount != line.net(of: after) - line.net(of: told.refundedBefore) { return .misfit }
        if told.refundedBefore < line.refunded { return .misfit }
        return told.refundedBefore == line.refunded ? .fits : .early
    }

    private func isSame(_ refund: SaleRefunded, as known: SaleRefunded) -> Bool {
        let hasMoney = known.lines.contains { $0.net.amount != 0 }
        return (refund.tender == known.tender || !hasMoney)
            && refund.lines.elementsEqual(known.lines) { line, known in
                line.lineId == known.lineId && line.refundedBefore == known.refundedBefore && line.quantity == known.quantity
                    && line.net == known.net
            }
    }
}
