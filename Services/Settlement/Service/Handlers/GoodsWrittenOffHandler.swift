import Contracts
import Messaging
import Primitives
import ServiceFramework
import SettlementDomain
import Storage

/// Settles goods lost under the mart's liability as if they had been sold: the seller is owed the share, the mart bears it and has no margin.
/// Under any other liability nothing is owed.
struct GoodsWrittenOffHandler: Handler {
    let rates: RateTable

    private static let insert = SQL(
        "INSERT INTO loss (posting, lotId, productId, account, quantity, net, percent, sellerShare) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    private static let find = SQL(
        """
        SELECT loss.lotId, loss.productId, account.sellerId, loss.quantity, loss.net
        FROM loss JOIN account ON account.number = loss.account WHERE loss.posting = ?
        """)

    func handle(_ loss: GoodsWrittenOff, in tx: Transaction) throws -> Outcome {
        let ledger = Ledger(tx)
        if let posted = try ledger.find(.writeOff, loss.writeOffId) {
            return try isSame(loss, as: posted, in: tx)
                ? .duplicate : .park(.conflict, "write-off \(loss.writeOffId) is settled with other amounts")
        }
        guard loss.liability == .mart else { return .done }
        guard let posting = try ledger.open(.writeOff, loss.writeOffId, regency: loss.regency) else {
            preconditionFailure("a write-off is looked up before it is posted")
        }
        let rate = rates.rate(on: tx.today)
        let split = Split(ofLoss: loss.net, at: rate)
        let owner = try ledger.owner(loss.sellerId)
        try tx.execute(
            Self.insert, posting.number, loss.lotId, loss.productId, owner.number, loss.quantity, loss.net, rate.percent, split.sellerShare)
        try ledger.write(.loss(split, owner: owner), for: posting)
        try tx.publish(SettlementPosted(loss, split))
        return .done
    }

    private func isSame(_ loss: GoodsWrittenOff, as posting: Posting, in tx: Transaction) throws -> Bool {
        let isSame = try tx.first(Self.find, posting.number) { row in
            row.text(0) == loss.lotId && row.text(1) == loss.productId && row.text(2) == loss.sellerId && row.int(3) == loss.quantity
                && row.rupiah(4) == loss.net
        }
        return isSame == true && loss.liability == .mart && loss.regency == posting.regency
    }
}

extension SettlementPosted {
    fileprivate init(_ loss: GoodsWrittenOff, _ split: Split) {
        self.init()
        settlementId = loss.writeOffId
        writeOffId = loss.writeOffId
        regency = loss.regency
        var line = Line()
        line.lineId = loss.lotId
        line.sellerId = loss.sellerId
        line.productId = loss.productId
        line.shares = Shares(split)
        lines = [line]
        totals = line.shares
    }
}
