import Contracts
import Messaging
import Primitives
import ServiceFramework
import SettlementDomain

/// What refunds do to a settled sale, whether they came in time or had to wait.
struct Reversals {
    /// A refund seen against its sale.
    enum Plan {
        /// Why it can never be posted.
        case misfit(String)
        case early
        case fits([Line])
    }

    struct Line {
        var refunded: SaleRefunded.Line
        var split: Split
        var owner: Account
        var ownerSellerId: String?
    }

    let tx: Transaction

    init(_ tx: Transaction) { self.tx = tx }

    func plan(_ refund: SaleRefunded, against sale: Posting) throws -> Plan {
        guard refund.regency == sale.regency else {
            return .misfit("refund \(refund.refundId) is of \(refund.regency), its sale \(refund.saleId) of \(sale.regency)")
        }
        let stored = try SaleLines(tx).of(sale)
        switch RefundJudgement(of: refund.lines.map(RefundedLine.init), against: stored.map(\.settled)) {
        case .misfit(let misfit, let lineId):
            return .misfit("refund \(refund.refundId) does not fit sale \(refund.saleId): line \(lineId) \(misfit)")
        case .early: return .early
        case .fits(let splits):
            let byId = Dictionary(uniqueKeysWithValues: stored.map { ($0.settled.lineId, $0) })
            return .fits(
                zip(refund.lines, splits).compactMap { line, split in
                    byId[line.lineId].map { Line(refunded: line, split: split, owner: $0.owner, ownerSellerId: $0.ownerSellerId) }
                })
        }
    }

    /// Posts a refund that fits, and tells it.
    func post(_ refund: SaleRefunded, _ lines: [Line], of sale: Posting) throws {
        let ledger = Ledger(tx)
        guard let posting = try ledger.open(.refund, refund.refundId, sale: sale, regency: refund.regency) else {
            preconditionFailure("a refund is looked up before it is posted")
        }
        let saleLines = SaleLines(tx)
        for (place, line) in lines.enumerated() {
            try saleLines.addRefund(line.refunded, place: place, owner: line.owner, split: line.split, refund: posting, sale: sale)
        }
        try ledger.write(.refund(lines.map { ($0.owner, $0.split) }, cash: .cashClearing(refund.tender)), for: posting)
        try tx.publish(SettlementReversed(refund, lines))
    }

    /// Applies what waited for this sale, in the order of arrival: each time from the first, for one refund may be what an earlier arrival waits for.
    func releaseWaiting(for saleId: String, settledBy sale: Posting) throws {
        let waiting = WaitingRefunds(tx)
        guard try waiting.isAny(for: saleId) else { return }
        while let next = try waiting.of(saleId: saleId).first(where: { try take($0, of: sale) }) { try waiting.remove(next) }
    }

    /// Whether the refund need not wait any longer.
    private func take(_ waiting: WaitingRefund, of sale: Posting) throws -> Bool {
        switch try plan(waiting.refund, against: sale) {
        case .early: return false
        case .fits(let lines): try tx.with(cause: waiting.cause) { try post(waiting.refund, lines, of: sale) }
        case .misfit(let error): try tx.park(putOff: waiting.incoming, waiting.cause, .inconsistent, error)
        }
        return true
    }
}

extension RefundedLine {
    fileprivate init(_ line: SaleRefunded.Line) {
        self.init(
            lineId: line.lineId, productId: line.productId, sellerId: line.sellerId, quantity: line.quantity,
            refundedBefore: line.refundedBefore, net: line.net)
    }
}

extension SettlementReversed {
    fileprivate init(_ refund: SaleRefunded, _ lines: [Reversals.Line]) throws(MoneyOverflow) {
        self.init()
        refundId = refund.refundId
        saleId = refund.saleId
        regency = refund.regency
        self.lines = lines.map { line in
            var reversed = SettlementReversed.Line()
            reversed.lineId = line.refunded.lineId
            reversed.sellerId = line.ownerSellerId
            reversed.shares = Shares(line.split)
            return reversed
        }
        totals = Shares(try lines.lazy.map(\.split).sum())
    }
}
