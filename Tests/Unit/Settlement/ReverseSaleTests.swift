import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Reversing a sale")
struct ReverseSaleTests {
    static let line = Fixture.line("a", quantity: 3, price: 4_115)

    @Test("tells what was reversed, and undoes the postings in the same proportion")
    func event() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Self.line, Fixture.line("b", seller: "sel-b", price: 1_000)))
        _ = try harness.takePublished()
        let refund = Fixture.refund(Fixture.refundLine(Self.line, 1))
        #expect(try harness.receive(refund, id: "msg-9") == .accepted)
        let published = try harness.takePublished()
        #expect(published.map(\.name) == ["settlement-reversed"])
        #expect(published[0].subject == "sale-1")
        #expect(published[0].causationId == "msg-9")
        let reversed = try published[0].decode(SettlementReversed.self)
        #expect(reversed.refundId == "ref-1" && reversed.saleId == "sale-1" && reversed.regency == "53.06")
        #expect(reversed.lines.map(\.lineId) == ["a"])
        #expect(reversed.lines[0].sellerId == "sel-a")
        // R(0) = 12 345, R(1) = 8 230: 1 234 − 823 of the margin.
        let shares = Shares(net: Rupiah(4_115), sellerShare: Rupiah(3_704), martShare: Rupiah(411))
        #expect(reversed.lines[0].shares == shares)
        #expect(reversed.totals == shares)
        #expect(
            try harness.books() == [
                "cash-clearing/cash": 13_345 - 4_115, "seller-payable/sel-a": -11_111 + 3_704, "seller-payable/sel-b": -900,
                "mart-margin": -1_334 + 411,
            ])
        #expect(try harness.number("SELECT count(*) FROM posting WHERE kind = 2 AND cause = 'msg-9' AND key = 'ref-1'") == 1)
        #expect(try harness.isBalanced)
    }

    @Test("in parts, the parts add up to the sale to the rupiah")
    func parts() throws {
        var numbers = SplitMix64(seed: 3)
        let harness = try Fixture.harness()
        for index in 1...40 {
            let line = Fixture.line(
                "a", quantity: Int64.random(in: 1...7, using: &numbers), price: Int64.random(in: 1...99_999, using: &numbers))
            try harness.receive(Fixture.sale("sale-\(index)", line))
            var refunded: Int64 = 0
            while refunded < line.quantity {
                let quantity = Int64.random(in: 1...line.quantity - refunded, using: &numbers)
                try harness.receive(
                    Fixture.refund("ref-\(index)-\(refunded)", of: "sale-\(index)", Fixture.refundLine(line, quantity, before: refunded)))
                refunded += quantity
            }
        }
        #expect(try harness.books() == ["cash-clearing/cash": 0, "seller-payable/sel-a": 0, "mart-margin": 0])
        #expect(try harness.isBalanced)
        #expect(try harness.parked.isEmpty)
    }

    @Test("gives the money back by the kind that the refund names")
    func tender() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(tender: .qris, Self.line))
        try harness.receive(Fixture.refund(tender: .kkpd, Fixture.refundLine(Self.line, 3)))
        #expect(try harness.books()["cash-clearing/qris"] == 12_345)
        #expect(try harness.books()["cash-clearing/kkpd"] == -12_345)
    }

    @Test(
        "that does not fit the sale is parked and changes nothing",
        arguments: [
            Fixture.refund(Fixture.refundLine(Fixture.line("z", price: 4_115), 1)),
            Fixture.refund(Fixture.refundLine(Fixture.line("a", product: "prd-9", quantity: 3, price: 4_115), 1)),
            Fixture.refund(Fixture.refundLine(Fixture.line("a", seller: "sel-b", quantity: 3, price: 4_115), 1)),
            Fixture.refund(Fixture.refundLine(line, 4)),
            Fixture.refund(Fixture.refundLine(Fixture.line("a", quantity: 3, price: 4_114), 1)),
            Fixture.refund(regency: "53.01", Fixture.refundLine(line, 1)),
            Fixture.refund(Fixture.refundLine(line, 1), Fixture.refundLine(Fixture.line("z", price: 4_115), 1)),
        ])
    func misfit(refund: SaleRefunded) throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Self.line))
        let books = try harness.books()
        #expect(try harness.receive(refund) == .parked)
        #expect(try harness.parked.map(\.reason) == ["inconsistent"])
        #expect(try harness.books() == books)
        #expect(try harness.number("SELECT count(*) FROM posting") == 1)
    }

    @Test("of units that another refund took back is parked")
    func alreadyTakenBack() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Self.line))
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(Self.line, 2)))
        #expect(try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(Self.line, 1))) == .parked)
        #expect(try harness.parked[0].error.contains("line a takes back units that another refund took back"))
        #expect(try harness.receive(Fixture.refund("ref-3", Fixture.refundLine(Self.line, 1, before: 2))) == .accepted)
    }

    @Test("again under another message id is a duplicate, or a conflict if it says something else")
    func again() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Self.line))
        let refund = Fixture.refund(Fixture.refundLine(Self.line, 1))
        try harness.receive(refund)
        var reworded = refund
        reworded.reason = "spoiled"
        #expect(try harness.receive(reworded) == .duplicate)
        #expect(try harness.receive(Fixture.refund(Fixture.refundLine(Self.line, 2))) == .parked)
        #expect(try harness.receive(Fixture.refund(Fixture.refundLine(Self.line, 1, before: 1))) == .parked)
        #expect(try harness.receive(Fixture.refund(tender: .kkpd, Fixture.refundLine(Self.line, 1))) == .parked)
        #expect(try harness.receive(Fixture.refund(of: "sale-9", Fixture.refundLine(Self.line, 1))) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict", "conflict", "conflict", "conflict"])
        #expect(try harness.number("SELECT count(*) FROM refundLine") == 1)
    }

    @Test("one refundId cannot serve two sales")
    func oneRefundForTwoSales() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale("sale-1", Self.line))
        try harness.receive(Fixture.sale("sale-2", Self.line))
        try harness.receive(Fixture.refund(of: "sale-1", Fixture.refundLine(Self.line, 1)))
        #expect(try harness.receive(Fixture.refund(of: "sale-2", Fixture.refundLine(Self.line, 1))) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict"])
    }
}
