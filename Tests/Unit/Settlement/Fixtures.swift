import Contracts
import Messaging
import MessagingTesting
import Primitives
import SettlementService
import StrictJSON

/// Messages of Consignment as these tests need them.
enum Fixture {
    static let regency = "53.06"

    static func harness(rules: String? = nil, now: String = "2026-02-05T02:00:00Z") throws -> ServiceHarness {
        let root = try rules.map { try JSONDocument(parsing: Array($0.utf8)).root }
        return try ServiceHarness(SettlementService.definition(rules: root), now: now)
    }

    static func line(_ lineId: String = "l1", seller: String? = "sel-a", product: String = "prd-1", quantity: Int64 = 1, price: Int64)
        -> SaleRecorded.Line
    {
        .with { line in
            line.lineId = lineId
            line.productId = product
            line.sellerId = seller
            line.quantity = quantity
            line.unitPrice = Rupiah(price)
            line.net = Rupiah(quantity * price)
        }
    }

    static func sale(_ saleId: String, tender: Tender = .cash, regency: String = regency, lines: [SaleRecorded.Line]) -> SaleRecorded {
        .with { sale in
            sale.saleId = saleId
            sale.regency = regency
            sale.till = "till-1"
            sale.soldAt = Instant(milliseconds: 1_770_256_800_000)
            sale.tender = tender
            sale.lines = lines
            sale.total = Rupiah(lines.reduce(0) { $0 + $1.net.amount })
        }
    }

    static func sale(_ saleId: String, _ lines: SaleRecorded.Line...) -> SaleRecorded { sale(saleId, lines: lines) }

    /// `sale-1`.
    static func sale(tender: Tender = .cash, regency: String = regency, _ lines: SaleRecorded.Line...) -> SaleRecorded {
        sale("sale-1", tender: tender, regency: regency, lines: lines)
    }

    /// A refund of one line, with the amount that section 7 of the contract prescribes.
    static func refundLine(_ sold: SaleRecorded.Line, _ quantity: Int64, before: Int64 = 0) -> SaleRefunded.Line {
        .with { line in
            line.lineId = sold.lineId
            line.productId = sold.productId
            line.sellerId = sold.sellerId
            line.quantity = quantity
            line.refundedBefore = before
            line.net = Rupiah(left(sold, before) - left(sold, before + quantity))
        }
    }

    static func refund(
        _ refundId: String, of saleId: String = "sale-1", tender: Tender = .cash, regency: String = regency, lines: [SaleRefunded.Line]
    ) -> SaleRefunded {
        .with { refund in
            refund.refundId = refundId
            refund.saleId = saleId
            refund.regency = regency
            refund.refundedAt = Instant(milliseconds: 1_770_260_400_000)
            refund.tender = tender
            refund.reason = "broken"
            refund.lines = lines
            refund.total = Rupiah(lines.reduce(0) { $0 + $1.net.amount })
        }
    }

    static func refund(
        _ refundId: String, of saleId: String = "sale-1", regency: String = regency, _ lines: SaleRefunded.Line...
    ) -> SaleRefunded { refund(refundId, of: saleId, regency: regency, lines: lines) }

    /// `ref-1`.
    static func refund(
        of saleId: String = "sale-1", tender: Tender = .cash, regency: String = regency, _ lines: SaleRefunded.Line...
    ) -> SaleRefunded { refund("ref-1", of: saleId, tender: tender, regency: regency, lines: lines) }

    static func loss(_ writeOffId: String = "wo-1", quantity: Int64 = 3, price: Int64 = 4115, liability: Liability = .mart)
        -> GoodsWrittenOff
    {
        .with { loss in
            loss.writeOffId = writeOffId
            loss.lotId = "lot-1"
            loss.productId = "prd-1"
            loss.sellerId = "sel-a"
            loss.regency = regency
            loss.quantity = quantity
            loss.unitPrice = Rupiah(price)
            loss.net = Rupiah(quantity * price)
            loss.reason = "fell"
            loss.liability = liability
        }
    }

    static func assign(_ assignmentId: String = "asg-1", saleId: String = "sale-1", lineId: String = "l1", to seller: String)
        -> AssignSuspense
    {
        .with { command in
            command.assignmentId = assignmentId
            command.saleId = saleId
            command.lineId = lineId
            command.sellerId = seller
            command.assignedBy = "Maria"
        }
    }

    static func reassign(
        _ assignmentId: String = "asg-2", replacing replaced: String = "asg-1", to seller: String,
        by people: (String, String) = ("Maria", "Yosef")
    ) -> ReassignSuspense {
        .with { command in
            command.assignmentId = assignmentId
            command.replaces = replaced
            command.sellerId = seller
            command.reason = "the label was read wrongly"
            command.assignedBy = people.0
            command.approvedBy = people.1
        }
    }

    static func seller(_ sellerId: String, name: String, regency: String = regency) -> SellerRegistered {
        .with { seller in
            seller.sellerId = sellerId
            seller.sellerName = name
            seller.regency = regency
        }
    }

    /// R(q), written anew so that it is not the code under test that judges itself; for amounts whose product fits into 64 bits.
    static func left(_ sold: SaleRecorded.Line, _ refunded: Int64) -> Int64 { sold.net.amount - sold.net.amount * refunded / sold.quantity }
}

extension ServiceHarness {
    /// Balance of every account that has entries, debit positive.
    func books() throws -> [String: Int64] {
        let (status, body) = try get("/v1/ledger/trial-balance")
        guard status == 200, body["sum"]?.int64 == 0 else { return ["unbalanced": body["sum"]?.int64 ?? -1] }
        var books: [String: Int64] = [:]
        for account in body["accounts"]?.elements ?? [] { books[account["account"]?.string ?? ""] = account["balance"]?.int64 }
        return books
    }

    func payable(_ seller: String) throws -> Int64? { try get("/v1/sellers/\(seller)/balance").body["payable"]?.int64 }

    var waitingIds: [String] {
        get throws { try get("/v1/settlements/waiting").body["items"]?.elements.compactMap { $0["refundId"]?.string } ?? [] }
    }

    /// Every posting sums to zero.
    var isBalanced: Bool { get throws { try number("SELECT count(*) FROM unbalancedPosting") == 0 } }
}
