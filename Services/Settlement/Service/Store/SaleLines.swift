import Contracts
import Primitives
import ServiceFramework
import SettlementDomain
import Storage

/// A line of a settled sale as the store knows it now.
struct StoredLine {
    var settled: SettledLine
    /// Whom refunds go against: the seller of the sale, or the one that the line was last assigned to, or suspense.
    var owner: Account
    var ownerSellerId: String?
}

/// Lines of settled sales, and what refunds took back from them.
struct SaleLines {
    let tx: Transaction

    init(_ tx: Transaction) { self.tx = tx }

    private static let insert = SQL(
        """
        INSERT INTO saleLine (posting, lineId, place, productId, account, quantity, net, percent, sellerShare, martShare)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let insertRefund = SQL(
        """
        INSERT INTO refundLine (sale, lineId, refundedBefore, posting, place, account, quantity, net, sellerShare, martShare)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let find = SQL(
        """
        SELECT line.lineId, line.productId, seller.sellerId, line.net, line.quantity, line.percent,
            COALESCE((SELECT max(refundedBefore + quantity) FROM refundLine WHERE sale = line.posting AND lineId = line.lineId), 0),
            owner.number, owner.sellerId
        FROM saleLine AS line
            JOIN account AS seller ON seller.number = line.account
            JOIN account AS owner ON owner.number = COALESCE(
                (SELECT account FROM lineAssignment AS assigned
                    WHERE assigned.sale = line.posting AND assigned.lineId = line.lineId ORDER BY assigned.posting DESC LIMIT 1),
                line.account)
        WHERE line.posting = ? ORDER BY line.place
        """)
    private static let findRefund = SQL(
        "SELECT lineId, refundedBefore, quantity, net FROM refundLine WHERE sale = ? AND posting = ? ORDER BY place")
    private static let findCash = SQL("SELECT account FROM entry WHERE account IN (1, 2, 3, 4) AND posting = ?")

    func add(_ line: SaleRecorded.Line, place: Int, owner: Account, split: Split, rate: Rate, to sale: Posting) throws {
        try tx.execute(Self.insert) { row in
            row.add(sale.number)
            row.add(line.lineId)
            row.add(place)
            row.add(line.productId)
            row.add(owner.number)
            row.add(line.quantity)
            row.add(split.net)
            row.add(rate.percent)
            row.add(split.sellerShare)
            row.add(split.martShare)
        }
    }

    func addRefund(_ line: SaleRefunded.Line, place: Int, owner: Account, split: Split, refund: Posting, sale: Posting) throws {
        try tx.execute(
            Self.insertRefund, sale.number, line.lineId, line.refundedBefore, refund.number, place, owner.number, line.quantity, split.net,
            split.sellerShare, split.martShare)
    }

    func of(_ sale: Posting) throws -> [StoredLine] {
        try tx.all(Self.find, sale.number) { row in
            guard let rate = Rate(percent: row.int(5)) else { preconditionFailure("the schema admits rates of 0 to 10 percent only") }
            let settled = SettledLine(
                lineId: row.text(0), productId: row.text(1), sellerId: row.textOrNil(2),
                sold: SoldLine(net: row.rupiah(3), quantity: row.int(4), rate: rate), refunded: row.int(6))
            return StoredLine(settled: settled, owner: Account(number: row.int(7)), ownerSellerId: row.textOrNil(8))
        }
    }

    /// Whether `posting` says of the sale what `sale` says, as far as money is concerned.
    func isSame(_ sale: SaleRecorded, as posting: Posting) throws -> Bool {
        let stored = try of(posting).map(\.settled)
        return try sale.regency == posting.regency && hasCash(sale.tender, posting)
            && sale.lines.elementsEqual(stored) { line, known in
                line.lineId == known.lineId && line.productId == known.productId && line.sellerId == known.sellerId
                    && line.quantity == known.sold.quantity && line.net == known.sold.net
            }
    }

    /// Whether `posting` says of the refund what `refund` says, as far as money is concerned.
    func isSame(_ refund: SaleRefunded, as posting: Posting, sale: Posting) throws -> Bool {
        let stored = try tx.all(Self.findRefund, sale.number, posting.number) { row in
            (lineId: row.text(0), refundedBefore: row.int(1), quantity: row.int(2), net: row.rupiah(3))
        }
        return try hasCash(refund.tender, posting)
            && refund.lines.elementsEqual(stored) { line, known in
                line.lineId == known.lineId && line.refundedBefore == known.refundedBefore && line.quantity == known.quantity
                    && line.net == known.net
            }
    }

    /// A posting without money has no tender either.
    private func hasCash(_ tender: Tender, _ posting: Posting) throws -> Bool {
        let account = try tx.first(Self.findCash, posting.number) { Account(number: $0.int(0)) }
        return account == nil || account == .cashClearing(tender)
    }
}
