import Primitives
import SettlementDomain
import Testing

@Suite("Whether a refund fits its sale")
struct RefundJudgementTests {
    static func settled(_ lineId: String = "l1", refunded: Int64 = 2, seller: String? = "sel-a") -> SettledLine {
        SettledLine(
            lineId: lineId, productId: "prd-1", sellerId: seller, sold: SoldLine(net: Rupiah(10_000), quantity: 10, rate: .standard),
            refunded: refunded)
    }

    static func line(
        _ lineId: String = "l1", product: String = "prd-1", seller: String? = "sel-a", quantity: Int64 = 3, before: Int64 = 2,
        net: Int64 = 3_000
    ) -> RefundedLine {
        RefundedLine(lineId: lineId, productId: product, sellerId: seller, quantity: quantity, refundedBefore: before, net: Rupiah(net))
    }

    @Test(
        "one line against what is known of it",
        arguments: [
            (line(), .fits([SoldLine(net: Rupiah(10_000), quantity: 10, rate: .standard).reversal(from: 2, to: 5)])),
            (
                line(quantity: 8, net: 8_000),
                .fits([SoldLine(net: Rupiah(10_000), quantity: 10, rate: .standard).reversal(from: 2, to: 10)])
            ),
            (line("l9"), .misfit(.unknownLine, lineId: "l9")),
            (line(product: "prd-2"), .misfit(.otherProduct, lineId: "l1")),
            (line(seller: "sel-b"), .misfit(.otherSeller, lineId: "l1")),
            (line(quantity: 9, net: 9_000), .misfit(.moreThanSold, lineId: "l1")),
            (line(quantity: Int64.max, before: Int64.max), .misfit(.moreThanSold, lineId: "l1")),
            (line(net: 2_999), .misfit(.otherAmount, lineId: "l1")),
            (line(before: 1), .misfit(.alreadyTakenBack, lineId: "l1")),
            (line(before: 0), .misfit(.alreadyTakenBack, lineId: "l1")),
            (line(before: 3), .early(lineId: "l1")),
            (line(before: 7), .early(lineId: "l1")),
            (line(before: 8), .misfit(.moreThanSold, lineId: "l1")),
        ] as [(RefundedLine, RefundJudgement)])
    func cells(line: RefundedLine, judgement: RefundJudgement) {
        #expect(RefundJudgement(of: [line], against: [Self.settled()]) == judgement)
    }

    @Test("a seller stated for a line in suspense, or left out for a line with one, is no contradiction")
    func sellers() {
        #expect(RefundJudgement(of: [Self.line(seller: "sel-z")], against: [Self.settled(seller: nil)]).isFit)
        #expect(RefundJudgement(of: [Self.line(seller: nil)], against: [Self.settled()]).isFit)
    }

    @Test("on one line the earlier misfit of the list is told")
    func precedence() {
        let wrong = Self.line(product: "prd-2", seller: "sel-b", quantity: 99, before: 1, net: 1)
        #expect(RefundJudgement(of: [wrong], against: [Self.settled()]) == .misfit(.otherProduct, lineId: "l1"))
        let amount = Self.line(before: 1, net: 1)
        #expect(RefundJudgement(of: [amount], against: [Self.settled()]) == .misfit(.otherAmount, lineId: "l1"))
    }

    @Test("over several lines a misfit wins over waiting, the earlier misfit over the later, then the first line")
    func severalLines() {
        let sale = [Self.settled("l1"), Self.settled("l2"), Self.settled("l3")]
        #expect(
            RefundJudgement(of: [Self.line("l1", before: 4), Self.line("l2", net: 1)], against: sale) == .misfit(.otherAmount, lineId: "l2")
        )
        let both = [Self.line("l1", net: 1), Self.line("l2", product: "prd-2"), Self.line("l3", product: "prd-3")]
        #expect(RefundJudgement(of: both, against: sale) == .misfit(.otherProduct, lineId: "l2"))
        #expect(
            RefundJudgement(of: [Self.line("l2"), Self.line("l1", before: 4), Self.line("l3", before: 5)], against: sale)
                == .early(lineId: "l1"))
    }
}

extension RefundJudgement {
    fileprivate var isFit: Bool {
        if case .fits = self { true } else { false }
    }
}
