import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct RefundSaleTests {
    private typealias Mart = MartFixture

    private func sold(_ stock: Int64..., quantity: Int64) throws -> MartFixture {
        let mart = try Mart.listing()
        for (index, units) in stock.enumerated() { try mart.receive("lot-\(index + 1)", units) }
        try mart.sell("sale-1", Mart.line("1", quantity, at: 25_000), offline: quantity > stock.reduce(0, +))
        _ = try mart.harness.takePublished()
        return mart
    }

    @Test func `a refund is published with what was refunded before`() throws {
        let mart = try sold(10, quantity: 4)
        #expect(try mart.refund("r1", of: "sale-1", ("1", 1)).status == .accepted)
        _ = try mart.harness.takePublished()
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        let reply = try mart.refund("r2", of: "sale-1", ("1", 2), restock: true)
        #expect(reply.subject == "sale-1")
        let event = try #require(try mart.harness.takePublished().first)
        #expect(event.routingKey == "consignment.sale-refunded.53.06")
        #expect(event.subject == "sale-1")
        #expect(
            event.data.written
                == #"{"refundId":"r2","saleId":"sale-1","regency":"53.06","refundedAt":"2026-02-06T02:00:00Z","tender":"cash","#
                + #""reason":"damaged","restock":true,"lines":[{"lineId":"1","productId":"kopi","sellerId":"s1","quantity":2,"#
                + #""refundedBefore":1,"net":50000}],"total":50000}"#)
    }

    @Test func `a sale is partly refunded, then refunded`() throws {
        let mart = try sold(10, quantity: 4)
        func state() throws -> String? { try mart.harness.get("/v1/sales/sale-1").body["state"]?.string }
        #expect(try state() == "recorded")
        try mart.refund("r1", of: "sale-1", ("1", 1))
        #expect(try state() == "partly-refunded")
        try mart.refund("r2", of: "sale-1", ("1", 3))
        #expect(try state() == "refunded")
        #expect(try mart.harness.get("/v1/sales/sale-1").body["refunded"]?.int64 == 100_000)
    }

    @Test func `more than was sold exceeds the original, and changes nothing`() throws {
        let mart = try sold(10, quantity: 4)
        #expect(try mart.refund("r1", of: "sale-1", ("1", 5)).code == .exceedsOriginal)
        #expect(try mart.refund("r2", of: "sale-1", ("1", 3)).status == .accepted)
        let reply = try mart.refund("r3", of: "sale-1", ("1", 2))
        #expect(reply.code == .exceedsOriginal)
        #expect(reply.details["lineId"]?.string == "1")
        #expect(try mart.refund("r3", of: "sale-1", ("1", 1)).status == .accepted)
        #expect(try mart.refund("r4", of: "sale-1", ("1", 1)).code == .exceedsOriginal)
        #expect(try mart.refund("r5", of: "sale-1", ("1", Rupiah.maximum.amount)).code == .exceedsOriginal)
    }

    @Test func `a refund of an unknown sale is not found, and may be asked for again`() throws {
        let mart = try Mart(stock: 4)
        let reply = try mart.refund("r1", of: "sale-1", ("1", 1))
        #expect(reply.code == .notFound)
        #expect(reply.details["retriable"]?.bool == true)
        try mart.sell("sale-1", Mart.line("1", 1))
        #expect(try mart.refund("r1", of: "sale-1", ("1", 1)).status == .accepted)
    }

    @Test func `a line that the sale does not have is invalid, before one that asks for too much`() throws {
        let mart = try sold(10, quantity: 4)
        let reply = try mart.refund("r1", of: "sale-1", ("1", 5), ("2", 1))
        #expect(reply.code == .invalid)
        #expect(reply.details["lineId"]?.string == "2")
    }

    @Test func `restocked units go back to the lots, last taken first`() throws {
        let mart = try sold(2, 3, quantity: 5)
        try mart.refund("r1", of: "sale-1", ("1", 2), restock: true)
        #expect(try [mart.onHand("lot-1"), mart.onHand("lot-2")] == [0, 2])
        try mart.refund("r2", of: "sale-1", ("1", 2), restock: true)
        #expect(try [mart.onHand("lot-1"), mart.onHand("lot-2")] == [1, 3])
        #expect(try mart.lot("lot-2")["refundedToStock"]?.int64 == 3)
        #expect(try mart.lot("lot-2")["state"]?.string == "received")
        #expect(try mart.sell("sale-2", Mart.line("1", 4)).status == .accepted)
    }

    @Test func `units that are not restocked stay away`() throws {
        let mart = try sold(5, quantity: 5)
        try mart.refund("r1", of: "sale-1", ("1", 2))
        #expect(try mart.onHand("lot-1") == 0)
        try mart.refund("r2", of: "sale-1", ("1", 3), restock: true)
        #expect(try mart.onHand("lot-1") == 3)
    }

    @Test func `unallocated units come back after those of lots, and to none of them`() throws {
        let mart = try sold(3, quantity: 5)
        func unallocated() throws -> Int64? { try mart.harness.get("/v1/stock").body["items"]?.elements.first?["unallocated"]?.int64 }
        #expect(try unallocated() == 2)
        try mart.refund("r1", of: "sale-1", ("1", 4), restock: true)
        #expect(try mart.onHand("lot-1") == 3)
        #expect(try unallocated() == 1)
        try mart.refund("r2", of: "sale-1", ("1", 1), restock: true)
        #expect(try mart.onHand("lot-1") == 3)
        #expect(try unallocated() == 0)
    }

    @Test func `an offline line without a seller is refunded too`() throws {
        let mart = try Mart(stock: 1)
        try mart.sell("sale-1", Mart.line("1", 3, of: "nobody", at: 333), offline: true)
        _ = try mart.harness.takePublished()
        #expect(try mart.refund("r1", of: "sale-1", ("1", 2), restock: true).status == .accepted)
        let line = try #require(try mart.harness.takePublished().first?.data["lines"]?.elements.first)
        #expect(line["sellerId"] == nil)
        #expect(line["net"]?.int64 == 666)
        #expect(try mart.harness.number("SELECT quantity FROM unallocated") == 1)
    }

    @Test func `several lines are refunded at once, in the order of the refund`() throws {
        let mart = try Mart(stock: 5)
        try mart.list("madu", price: 9_000)
        try mart.receive("m", 5, of: "madu")
        try mart.sell("sale-1", Mart.line("1", 2), Mart.line("2", 3, of: "madu"))
        _ = try mart.harness.takePublished()
        try mart.refund("r1", of: "sale-1", ("2", 2), ("1", 1), restock: true)
        let refund = try mart.published(SaleRefunded.self)
        #expect(refund.lines.map(\.lineId) == ["2", "1"])
        #expect(refund.total == Rupiah(43_000))
        #expect(try [mart.onHand("lot-1"), mart.onHand("m")] == [4, 4])
    }

    @Test func `the same refund again is a duplicate by equal data and a conflict by other data`() throws {
        let mart = try sold(10, quantity: 4)
        #expect(try mart.refund("r1", of: "sale-1", ("1", 1)).status == .accepted)
        #expect(try mart.refund("r1", of: "sale-1", ("1", 1)).status == .duplicate)
        #expect(try mart.refund("r1", of: "sale-1", ("1", 2)).code == .conflict)
        #expect(try mart.harness.takePublished().count == 1)
        #expect(try mart.harness.number("SELECT sum(quantity) FROM refundLine") == 1)
    }

    @Test func `a refund needs no listing`() throws {
        let mart = try sold(10, quantity: 4)
        try mart.harness.receive(Mart.delisted())
        #expect(try mart.refund("r1", of: "sale-1", ("1", 4), restock: true).status == .accepted)
        #expect(try mart.onHand("lot-1") == 10)
    }
}
