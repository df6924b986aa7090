import Contracts
import Messaging
import ServiceFramework

/// Reverses what a refund took back. A refund that came before its sale, or before an earlier refund of the same line, waits.
struct SaleRefundedHandler: Handler {
    func handle(_ refund: SaleRefunded, in tx: Transaction) throws -> Outcome {
        let ledger = Ledger(tx)
        let waiting = WaitingRefunds(tx)
        let sale = try ledger.find(.sale, refund.saleId)
        if let posted = try ledger.find(.refund, refund.refundId) {
            guard let sale, try SaleLines(tx).isSame(refund, as: posted, sale: sale) else {
                return .park(.conflict, "refund \(refund.refundId) is posted with other amounts")
            }
            return .duplicate
        }
        if let saysTheSame = try waiting.says(refund) {
            return saysTheSame ? .duplicate : .park(.conflict, "refund \(refund.refundId) waits with other data")
        }
        guard let sale else {
            try waiting.add(refund)
            return .done
        }
        let reversals = Reversals(tx)
        switch try reversals.plan(refund, against: sale) {
        case .misfit(let error): return .park(.inconsistent, error)
        case .early: try waiting.add(refund)
        case .fits(let lines):
            try reversals.post(refund, lines, of: sale)
            try reversals.releaseWaiting(for: refund.saleId, settledBy: sale)
        }
        return .done
    }
}
