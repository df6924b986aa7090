/// What the ledger must read, from the facts of Consignment alone: nothing that Settlement says goes in, but for whom a person gave lines in suspense to.
struct Ledger: Sendable {
    /// Debit +, credit −, by account; without zeros.
    private(set) var accounts: [String: Int128] = [:]
    private(set) var sellers: [String: SellerBalance] = [:]
    private(set) var sold = Arithmetic.Split()
    private(set) var refunded = Arithmetic.Split()
    /// What the mart owes sellers for goods lost under its liability.
    private(set) var losses: Int128 = 0

    init(_ books: Books) {
        for sale in books.sales.values { enter(sale.recorded) }
        for (_, refund) in books.refunds {
            if let sale = books.sales[refund.saleId]?.recorded { enter(refund, of: sale, books) }
        }
        for (_, goods) in books.writeOffs where goods.liability == "mart" {
            let share = Arithmetic.split(goods.net ?? 0).seller
            losses += share
            post("loss-expense", share)
            credit(goods.sellerId, share)
        }
        for assignment in books.assigned.map(\.told) {
            debit(assignment.fromSellerId, assignment.sellerShare)
            credit(assignment.sellerId, assignment.sellerShare)
        }
        accounts = accounts.filter { $0.value != 0 }
    }

    private mutating func enter(_ sale: SaleRecorded) {
        for line in sale.lines {
            let split = Arithmetic.split(line.net)
            sold = sold + split
            post("cash-clearing/\(sale.tender)", split.net)
            post("mart-margin", -split.mart)
            if let seller = line.sellerId { credit(seller, split.seller) } else { post("suspense", -split.seller) }
        }
    }

    private mutating func enter(_ refund: SaleRefunded, of sale: SaleRecorded, _ books: Books) {
        for part in refund.lines {
            guard let line = sale.lines.first(where: { $0.lineId == part.lineId }) else { continue }
            let split = Arithmetic.reversal(net: line.net, quantity: line.quantity, before: part.refundedBefore, units: part.quantity)
            refunded = refunded + split
            post("cash-clearing/\(sale.tender)", -split.net)
            post("mart-margin", split.mart)
            debit(line.sellerId ?? books.ownersOfRefunds["\(refund.refundId) \(part.lineId)"], split.seller)
        }
    }

    /// Taken back from a seller, or from suspense.
    private mutating func debit(_ seller: String?, _ share: Int128) {
        guard let seller else { return post("suspense", share) }
        post("seller-payable/\(seller)", share)
        sellers[seller, default: SellerBalance()].reversed += share
    }

    private mutating func credit(_ seller: String, _ share: Int128) {
        post("seller-payable/\(seller)", -share)
        sellers[seller, default: SellerBalance()].earned += share
    }

    private mutating func post(_ account: String, _ amount: Int128) { accounts[account, default: 0] += amount }
}

/// What a seller has earned and what refunds took back; whole rupiah.
public struct SellerBalance: Sendable, Equatable {
    public var earned: Int128
    public var reversed: Int128
    public var payable: Int128 { earned - reversed }

    public init(earned: Int128 = 0, reversed: Int128 = 0) {
        self.earned = earned
        self.reversed = reversed
    }
}
