import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// Sales and absorption, as they are read.
@Suite struct SaleReadTests {
    private typealias Mart = MartFixture

    @Test func `a sale reads with its lines, lots and refunds`() throws {
        let mart = try Mart(stock: 1, 5)
        try mart.sell("sale-1", Mart.line("x", 2), Mart.line("a", 1), soldAt: "2026-02-05T01:00:00Z")
        try mart.refund("r1", of: "sale-1", ("x", 1), restock: true)
        let sale = try mart.harness.get("/v1/sales/sale-1")
        #expect(sale.status == 200)
        #expect(
            sale.body.written
                == #"{"saleId":"sale-1","regency":"53.06","till":"till-1","soldAt":"2026-02-05T01:00:00Z","#
                + #""recordedAt":"2026-02-05T02:00:00Z","tender":"cash","offline":false,"flags":[],"total":75000,"refunded":25000,"#
                + #""state":"partly-refunded","lines":[{"lineId":"x","productId":"kopi","sellerId":"s1","quantity":2,"unitPrice":25000,"#
                + #""net":50000,"flags":[],"unallocated":0,"lots":[{"lotId":"lot-1","quantity":1},{"lotId":"lot-2","quantity":1}],"#
                + #""refunded":1},{"lineId":"a","productId":"kopi","sellerId":"s1","quantity":1,"unitPrice":25000,"net":25000,"flags":[],"#
                + #""unallocated":0,"lots":[{"lotId":"lot-2","quantity":1}],"refunded":0}],"refunds":[{"refundId":"r1","#
                + #""refundedAt":"2026-02-05T02:00:00Z","reason":"damaged","restock":true,"total":25000,"#
                + #""lines":[{"lineId":"x","quantity":1,"refundedBefore":0,"net":25000,"restocked":1}]}],"resolutions":[]}"#)
        #expect(try mart.harness.get("/v1/sales/sale-2").status == 404)
    }

    @Test func `sales are listed by regency, by the WITA date on which they were sold, and by flag`() throws {
        let mart = try Mart(stock: 10)
        try mart.list("tenun", seller: "s2", regency: "53.07")
        try mart.receive("t", 5, of: "tenun")
        try mart.sell("d", Mart.line("1", 1), soldAt: "2026-02-04T15:59:59Z")
        try mart.sell("c", Mart.line("1", 1), soldAt: "2026-02-04T16:00:00Z")
        try mart.sell("b", Mart.line("1", 1, at: 1), soldAt: "2026-02-05T01:00:00Z", offline: true)
        try mart.sell("a", Mart.line("1", 1, of: "tenun"), regency: "53.07")
        func sales(_ query: String) throws -> [String] {
            try mart.harness.get("/v1/sales\(query)").body["items"]?.elements.compactMap { $0["saleId"]?.string } ?? []
        }
        #expect(try sales("") == ["a", "b", "c", "d"])
        #expect(try sales("?regency=53.06") == ["b", "c", "d"])
        #expect(try sales("?date=2026-02-04") == ["d"])
        #expect(try sales("?date=2026-02-05") == ["a", "b", "c"])
        #expect(try sales("?date=2026-02-06") == [])
        #expect(try sales("?flagged=true") == ["b"])
        #expect(try sales("?flagged=false&regency=53.06&date=2026-02-05") == ["c"])
        #expect(try sales("?limit=2") == ["a", "b"])
        #expect(try sales("?limit=2&after=b") == ["c", "d"])
        #expect(try mart.harness.get("/v1/sales?limit=4").body["next"]?.isNull == true)
        #expect(try mart.harness.get("/v1/sales?limit=3").body["next"]?.string == "c")
        #expect(try mart.harness.get("/v1/sales?flagged=true").body["items"]?.elements.first?["flags"]?.strings == ["price-differs"])
    }

    @Test func `absorption of nothing is no number`() throws {
        let answer = try Mart().harness.get("/v1/absorption").body
        for name in ["intake", "product", "sellThrough"] {
            #expect(answer.members.first { $0.name == name }?.value.isNull == true, "\(name)")
        }
        #expect(answer["target"]?.written == "0.8")
    }

    @Test func `absorption is read in three definitions`() throws {
        let mart = try Mart.listing()
        try mart.list("madu")
        try mart.list("garam")
        try mart.receive("lot-1", 8, offered: 10, refusedReason: "two were wet")
        try mart.receive("lot-2", 10, of: "madu")
        try mart.giveBack("b", 2, from: "lot-1")
        try mart.sell("a", Mart.line("1", 5), Mart.line("2", 4, of: "madu"))
        try mart.refund("r", of: "a", ("1", 1), restock: true)
        let answer = try mart.harness.get("/v1/absorption?regency=53.06").body
        // 18 of 20 offered; 2 of 3 products; 9 − 1 sold of 18 − 2
        #expect(answer["intake"]?.written == "0.9")
        #expect(answer["product"]?.written == "0.6667")
        #expect(answer["sellThrough"]?.written == "0.5")
        #expect(answer["units"]?.written == #"{"offered":20,"accepted":18,"returned":2,"sold":8}"#)
        #expect(answer["products"]?.written == #"{"registered":3,"received":2}"#)
        #expect(try mart.harness.get("/v1/absorption?regency=53.07").body["intake"]?.isNull == true)
    }

    @Test func `absorption counts lots from and to a WITA date, both included`() throws {
        let mart = try Mart.listing(now: "2026-02-05T15:59:59Z")
        try mart.receive("lot-1", 1, offered: 2, refusedReason: "wet")
        try mart.harness.advance(to: "2026-02-05T16:00:00Z")
        try mart.list("madu")
        try mart.receive("lot-2", 3, of: "madu", offered: 4, refusedReason: "wet")
        func intake(_ query: String) throws -> String? { try mart.harness.get("/v1/absorption\(query)").body["intake"]?.written }
        #expect(try intake("?from=2026-02-05&to=2026-02-05") == "0.5")
        #expect(try intake("?from=2026-02-06&to=2026-02-06") == "0.75")
        #expect(try intake("?from=2026-02-05&to=2026-02-06") == "0.6667")
        #expect(try intake("?to=2026-02-04") == "null")
        #expect(try intake("?from=2026-02-07") == "null")
        let first = try mart.harness.get("/v1/absorption?to=2026-02-05").body
        #expect(first["products"]?.written == #"{"registered":1,"received":1}"#)
        let both = try mart.harness.get("/v1/absorption?to=2026-02-06").body
        #expect(both["products"]?.written == #"{"registered":2,"received":2}"#)
    }
}
