import Contracts
import Messaging
import Primitives
import ServiceFramework
import SettlementDomain

/// Settles a sale: splits every line between seller and mart at the rate of the day of posting, and posts it. Once for each sale, for ever.
struct SaleRecordedHandler: Handler {
    let rates: RateTable

    func handle(_ sale: SaleRecorded, in tx: Transaction) throws -> Outcome {
        let ledger = Ledger(tx)
        guard let posting = try ledger.open(.sale, sale.saleId, regency: sale.regency) else { return try repeated(sale, in: tx) }
        let rate = rates.rate(on: tx.today)
        let saleLines = SaleLines(tx)
        var shares: [(owner: Account, split: Split)] = []
        var event = SettlementPosted()
        var total = Split.zero
        shares.reserveCapacity(sale.lines.count)
        event.lines.reserveCapacity(sale.lines.count)
        for (place, line) in sale.lines.enumerated() {
            let split = Split(of: line.net, at: rate)
            let owner = try ledger.owner(line.sellerId)
            try saleLines.add(line, place: place, owner: owner, split: split, rate: rate, to: posting)
            shares.append((owner, split))
            total = try total.adding(split)
            event.lines.append(.with(line, split))
        }
        try ledger.write(.sale(shares, cash: .cashClearing(sale.tender)), for: posting)
        event.settlementId = sale.saleId
        event.saleId = sale.saleId
        event.regency = sale.regency
        event.totals = Shares(total)
        try tx.publish(event)
        try Reversals(tx).releaseWaiting(for: sale.saleId, settledBy: posting)
        return .done
    }

    /// The same sale under another message id.
    private func repeated(_ sale: SaleRecorded, in tx: Transaction) throws -> Outcome {
        guard let posting = try Ledger(tx).find(.sale, sale.saleId), try SaleLines(tx).isSame(sale, as: posting) else {
            return .park(.conflict, "sale \(sale.saleId) is settled with other amounts")
        }
        return .duplicate
    }
}

extension SettlementPosted.Line {
    fileprivate static func with(_ line: SaleRecorded.Line, _ split: Split) -> SettlementPosted.Line {
        var settled = SettlementPosted.Line()
        settled.lineId = line.lineId
        settled.sellerId = line.sellerId
        settled.productId = line.productId
        settled.shares = Shares(split)
        return settled
    }
}

extension Shares {
    init(_ split: Split) { self.init(net: split.net, sellerShare: split.sellerShare, martShare: split.martShare) }
}
