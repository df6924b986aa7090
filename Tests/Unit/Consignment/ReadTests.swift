import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// Products, lots and stock, as they are read.
@Suite struct ReadTests {
    private typealias Mart = MartFixture

    @Test func `a product reads as Consignment knows it`() throws {
        let mart = try Mart()
        #expect(try mart.harness.get("/v1/products/kopi").status == 404)
        try mart.harness.receive(Mart.registered(price: 20_000))
        try mart.list(price: 20_000, until: "2026-12-31")
        try mart.harness.receive(Mart.priceChanged(to: 22_000, from: "2026-03-01"))
        let answer = try mart.harness.get("/v1/products/kopi")
        #expect(answer.status == 200)
        #expect(
            answer.body.written
                == #"{"productId":"kopi","sellerId":"s1","regency":"53.06","name":"Kopi Leworok","programme":"ovop","kind":"food-dry","#
                + #""unit":"pcs","price":20000,"state":"listed","missingPermits":[],"listedUntil":"2026-12-31","martOpen":true,"#
                + #""prices":[{"price":20000},{"effectiveOn":"2026-03-01","price":22000}]}"#)
    }

    @Test func `a held product reads with its reason and what it lacks`() throws {
        let mart = try Mart.listing()
        try mart.harness.receive(Mart.held())
        let product = try mart.product()
        #expect(product["state"]?.string == "held")
        #expect(product["reason"]?.string == "permit-expired")
        #expect(product["missingPermits"]?.strings == ["spp-irt"])
        try mart.list()
        #expect(try mart.product()["reason"] == nil)
        #expect(try mart.product()["missingPermits"]?.strings == [])
    }

    @Test func `a lot reads with its counters and its state`() throws {
        let mart = try Mart.listing()
        try mart.receive("lot-1", 10, expiresOn: "2026-02-10", offered: 12, refusedReason: "two were wet")
        try mart.sell("a", Mart.line("1", 4))
        try mart.refund("r", of: "a", ("1", 1), restock: true)
        try mart.giveBack("b", 2, from: "lot-1")
        try mart.writeOff("w", 1, from: "lot-1")
        #expect(
            try mart.lot("lot-1").written
                == #"{"lotId":"lot-1","productId":"kopi","sellerId":"s1","regency":"53.06","state":"received","#
                + #""receivedAt":"2026-02-05T02:00:00Z","expiresOn":"2026-02-10","offered":12,"refusedReason":"two were wet","accepted":10,"#
                + #""onHand":4,"sold":4,"refundedToStock":1,"returned":2,"writtenOff":1,"adjusted":0,"adjustments":[]}"#)
        try mart.harness.advance(to: "2026-02-11")
        #expect(try mart.lot("lot-1")["state"]?.string == "expired")
        #expect(try mart.harness.get("/v1/lots/lot-9").status == 404)
    }

    @Test func `a lot is sold out with its last unit, and no longer when one comes back`() throws {
        let mart = try Mart(stock: 2)
        try mart.sell("a", Mart.line("1", 2))
        #expect(try mart.lot("lot-1")["state"]?.string == "sold-out")
        try mart.refund("r", of: "a", ("1", 1), restock: true)
        #expect(try mart.lot("lot-1")["state"]?.string == "received")
    }

    @Test func `stock reads by product with its lots in the order in which they leave`() throws {
        let mart = try Mart.listing()
        #expect(try mart.harness.get("/v1/stock").body.written == #"{"items":[],"next":null}"#)
        try mart.receive("b", 5, expiresOn: "2026-03-01")
        try mart.receive("a", 3)
        try mart.receive("c", 2, expiresOn: "2026-02-05")
        #expect(
            try mart.harness.get("/v1/stock").body.written
                == #"{"items":[{"productId":"kopi","regency":"53.06","sellerId":"s1","productState":"listed","onHand":10,"#
                + #""locked":0,"unallocated":0,"lots":["#
                + #"{"lotId":"c","onHand":2,"expiresOn":"2026-02-05"},{"lotId":"b","onHand":5,"expiresOn":"2026-03-01"},"#
                + #"{"lotId":"a","onHand":3}]}],"next":null}"#)
    }

    @Test func `units are locked past their date, and all of them while the product is not listed`() throws {
        let mart = try Mart.listing()
        try mart.receive("a", 3)
        try mart.receive("c", 2, expiresOn: "2026-02-05")
        func locked() throws -> Int64? { try mart.harness.get("/v1/stock").body["items"]?.elements.first?["locked"]?.int64 }
        #expect(try locked() == 0)
        try mart.harness.advance(to: "2026-02-06")
        #expect(try locked() == 2)
        try mart.harness.receive(Mart.held())
        #expect(try locked() == 5)
        try mart.list(until: "2026-02-06")
        #expect(try locked() == 2)
        try mart.harness.advance(to: "2026-02-07")
        #expect(try locked() == 5)
    }

    @Test func `stock stays on the list when nothing is left, and can be asked for by regency, product and seller`() throws {
        let mart = try Mart(stock: 1)
        try mart.list("madu", seller: "s2")
        try mart.receive("m", 4, of: "madu")
        try mart.list("tenun", seller: "s3", regency: "53.07")
        try mart.receive("t", 4, of: "tenun")
        try mart.list("garam")
        try mart.sell("a", Mart.line("1", 1))
        func products(_ query: String) throws -> [String] {
            try mart.harness.get("/v1/stock\(query)").body["items"]?.elements.compactMap { $0["productId"]?.string } ?? []
        }
        #expect(try products("") == ["kopi", "madu", "tenun"])
        #expect(try products("?regency=53.06") == ["kopi", "madu"])
        #expect(try products("?regency=53.07") == ["tenun"])
        #expect(try products("?productId=madu") == ["madu"])
        #expect(try products("?sellerId=s2") == ["madu"])
        #expect(try products("?sellerId=s2&regency=53.07") == [])
        #expect(try mart.harness.get("/v1/stock?productId=kopi").body["items"]?.elements.first?["onHand"]?.int64 == 0)
    }

    @Test func `a product sold without ever having been received is on the list`() throws {
        let mart = try Mart(stock: 1)
        try mart.sell("a", Mart.line("1", 3, of: "nobody", at: 100), offline: true)
        let item = try #require(try mart.harness.get("/v1/stock?productId=nobody").body["items"]?.elements.first)
        #expect(item.written == #"{"productId":"nobody","regency":"53.06","onHand":0,"locked":0,"unallocated":3,"lots":[]}"#)
    }

    @Test func `stock is read page by page`() throws {
        let mart = try Mart()
        for number in 1...5 {
            try mart.list("p\(number)")
            try mart.receive("l\(number)", 1, of: "p\(number)")
        }
        var ids: [String] = []
        var next: String?
        repeat {
            let page = try mart.harness.get("/v1/stock?limit=2" + (next.map { "&after=\($0)" } ?? "")).body
            ids += page["items"]?.elements.compactMap { $0["productId"]?.string } ?? []
            next = page["next"]?.string
        } while next != nil
        #expect(ids == ["p1", "p2", "p3", "p4", "p5"])
    }

    @Test(arguments: [
        "/v1/stock?regency=99.99", "/v1/stock?limit=0", "/v1/stock?limit=501", "/v1/stock?colour=red", "/v1/sales?date=yesterday",
        "/v1/sales?flagged=perhaps", "/v1/absorption?from=2026-02-30", "/v1/absorption?from=2026-02-06&to=2026-02-05", "/v1/lots/x?y=1",
    ])
    func `a bad or unknown parameter is answered 400`(path: String) throws {
        let answer = try Mart.listing().harness.get(path)
        #expect(path.hasPrefix("/v1/lots") || answer.status == 400, "\(path)")
        #expect(answer.body["code"]?.string == (answer.status == 400 ? "invalid" : "not-found"))
    }
}
