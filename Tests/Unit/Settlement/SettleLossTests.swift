import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Settling goods that were written off")
struct SettleLossTests {
    @Test("under the mart's liability owes the seller what a sale would have given, without margin")
    func mart() throws {
        let harness = try Fixture.harness()
        #expect(try harness.receive(Fixture.loss(), id: "msg-1") == .accepted)
        let published = try harness.takePublished()
        #expect(published.map(\.name) == ["settlement-posted"])
        #expect(published[0].subject == "wo-1")
        #expect(published[0].regency == "53.06")
        let posted = try published[0].decode(SettlementPosted.self)
        #expect(posted.settlementId == "wo-1" && posted.writeOffId == "wo-1" && posted.saleId == nil)
        let shares = Shares(net: Rupiah(11_111), sellerShare: Rupiah(11_111), martShare: .zero)
        #expect(posted.lines.map(\.lineId) == ["lot-1"])
        #expect(posted.lines.map(\.sellerId) == ["sel-a"])
        #expect(posted.lines.map(\.productId) == ["prd-1"])
        #expect(posted.lines.map(\.shares) == [shares])
        #expect(posted.totals == shares)
        #expect(try harness.books() == ["loss-expense": 11_111, "seller-payable/sel-a": -11_111])
        #expect(try harness.number("SELECT count(*) FROM posting WHERE kind = 3 AND key = 'wo-1' AND cause = 'msg-1'") == 1)
        #expect(try harness.isBalanced)
    }

    @Test("under any other liability posts nothing", arguments: [Liability.seller, .none])
    func others(liability: Liability) throws {
        let harness = try Fixture.harness()
        #expect(try harness.receive(Fixture.loss(liability: liability)) == .accepted)
        #expect(try harness.takePublished().isEmpty)
        #expect(try harness.books() == [:])
        #expect(try harness.number("SELECT count(*) FROM posting") == 0)
    }

    @Test("again under another message id is a duplicate")
    func duplicate() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.loss())
        var reworded = Fixture.loss()
        reworded.reason = "fell from the shelf"
        #expect(try harness.receive(reworded) == .duplicate)
        #expect(try harness.payable("sel-a") == 11_111)
        #expect(try harness.takePublished().count == 1)
    }

    @Test(
        "again with other amounts is parked as a conflict",
        arguments: [
            Fixture.loss(quantity: 2), Fixture.loss(price: 4_000), Fixture.loss(quantity: 1, price: 12_345),
            Fixture.loss(liability: .seller),
            GoodsWrittenOff.with {
                $0 = Fixture.loss()
                $0.sellerId = "sel-b"
            },
            GoodsWrittenOff.with {
                $0 = Fixture.loss()
                $0.lotId = "lot-2"
            },
            GoodsWrittenOff.with {
                $0 = Fixture.loss()
                $0.regency = "53.01"
            },
        ])
    func conflict(other: GoodsWrittenOff) throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.loss())
        #expect(try harness.receive(other) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict"])
        #expect(try harness.payable("sel-a") == 11_111)
    }

    @Test("of one lot may happen more than once, and a write-off may have the id of a sale")
    func several() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.loss("wo-1"))
        try harness.receive(Fixture.loss("wo-2"))
        #expect(try harness.receive(Fixture.sale("wo-1", Fixture.line(price: 1_000))) == .accepted)
        #expect(try harness.payable("sel-a") == 23_122)
        #expect(try harness.get("/v1/settlements/wo-1").body["saleId"]?.string == "wo-1")
        #expect(try harness.get("/v1/settlements/wo-2").body["writeOffId"]?.string == "wo-2")
    }
}
