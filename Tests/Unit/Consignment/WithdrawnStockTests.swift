import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// What lies on the shelf of a product that is sold no longer.
@Suite struct WithdrawnStockTests {
    private typealias Mart = MartFixture

    private func products(_ mart: Mart, _ query: String) throws -> [String] {
        try mart.harness.get("/v1/stock\(query)").body["items"]?.elements.compactMap { $0["productId"]?.string } ?? []
    }

    @Test func `everything but receiving and selling still works after a withdrawal`() throws {
        let mart = try Mart(stock: 9)
        try mart.sell("a", Mart.line("1", 4))
        try mart.harness.receive(Mart.delisted())
        #expect(try mart.receive("lot-2", 1).code == .wrongState)
        #expect(try mart.sell("b", Mart.line("1", 1)).code == .productNotListed)
        #expect(try mart.refund("r", of: "a", ("1", 2), restock: true).status == .accepted)
        #expect(try mart.onHand("lot-1") == 7)
        #expect(try mart.writeOff("w", 1, from: "lot-1").status == .accepted)
        #expect(try mart.adjust("c", -1, of: "lot-1").status == .accepted)
        #expect(try mart.giveBack("g", 5, from: "lot-1").status == .accepted)
        #expect(try mart.lot("lot-1")["state"]?.string == "returned")
        #expect(try mart.refund("r2", of: "a", ("1", 1), restock: true).status == .accepted)
        #expect(try mart.giveBack("g2", 1, from: "lot-1").status == .accepted)
    }

    @Test func `a list shows what lies there, with its seller and lots`() throws {
        let mart = try Mart(stock: 2, 3)
        try mart.list("madu")
        try mart.receive("m", 4, of: "madu")
        #expect(try products(mart, "?state=withdrawn") == [])
        try mart.harness.receive(Mart.delisted())
        #expect(
            try mart.harness.get("/v1/stock?state=withdrawn").body.written
                == #"{"items":[{"productId":"kopi","regency":"53.06","sellerId":"s1","productState":"withdrawn","onHand":5,"locked":5,"#
                + #""unallocated":0,"lots":[{"lotId":"lot-1","onHand":2},{"lotId":"lot-2","onHand":3}]}],"next":null}"#)
        #expect(try products(mart, "?state=listed") == ["madu"])
    }

    @Test func `stock is listed by the state that a sale would meet today`() throws {
        let mart = try Mart(stock: 1)
        try mart.list("madu", until: "2026-02-05")
        try mart.receive("m", 4, of: "madu")
        try mart.harness.receive(Mart.registered("garam"))
        try mart.receive("g", 4, of: "garam")
        try mart.sell("x", Mart.line("1", 1, of: "unheard-of", at: 1), offline: true)
        #expect(try products(mart, "?state=awaiting-permits") == ["garam"])
        #expect(try products(mart, "?state=listed") == ["kopi", "madu"])
        try mart.harness.advance(to: "2026-02-06")
        #expect(try products(mart, "?state=listed") == ["kopi"])
        #expect(try products(mart, "?state=held") == ["madu"])
        try mart.harness.receive(Mart.held())
        #expect(try products(mart, "?state=held&limit=1") == ["kopi"])
        #expect(try products(mart, "?state=held&after=kopi") == ["madu"])
        // A product that nobody has told of has no state.
        let stranger = try mart.harness.get("/v1/stock?productId=unheard-of").body["items"]?.elements.first
        #expect(stranger?["unallocated"]?.int64 == 1)
        #expect(stranger?["productState"] == nil)
        #expect(try mart.harness.get("/v1/stock?state=sold").status == 400)
    }
}
