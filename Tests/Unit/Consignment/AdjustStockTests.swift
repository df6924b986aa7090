import ConsignmentDomain
import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// `adjust-stock`: what a count found.
@Suite struct AdjustStockTests {
    @Test func `a shortfall lowers what is on hand, and says who counted and who approved`() throws {
        let mart = try MartFixture(stock: 5)
        let reply = try mart.adjust("c1", -2, of: "lot-1")
        #expect(reply.status == .accepted)
        #expect(reply.subject == "lot-1")
        let event = try #require(try mart.harness.takePublished().first)
        #expect(event.routingKey == "consignment.stock-adjusted.53.06")
        #expect(event.subject == "lot-1")
        #expect(
            event.data.written
                == #"{"adjustmentId":"c1","lotId":"lot-1","productId":"kopi","sellerId":"s1","regency":"53.06","difference":-2,"#
                + #""reason":"stock-take","countedBy":"Yosef","approvedBy":"Maria","adjustedAt":"2026-02-05T02:00:00Z"}"#)
        let lot = try mart.lot("lot-1")
        #expect(lot["onHand"]?.int64 == 3)
        #expect(lot["accepted"]?.int64 == 5)
        #expect(lot["adjusted"]?.int64 == -2)
        #expect(
            lot["adjustments"]?.written
                == #"[{"adjustmentId":"c1","difference":-2,"reason":"stock-take","countedBy":"Yosef","approvedBy":"Maria","#
                + #""adjustedAt":"2026-02-05T02:00:00Z"}]"#)
        #expect(try mart.sell("a", MartFixture.line("1", 4)).code == .outOfStock)
    }

    @Test func `a lot reads with every count, the oldest first, and their sum`() throws {
        let mart = try MartFixture(stock: 5)
        try mart.adjust("z", 3, of: "lot-1")
        try mart.adjust("a", -1, of: "lot-1")
        let lot = try mart.lot("lot-1")
        #expect(lot["adjusted"]?.int64 == 2)
        #expect(lot["adjustments"]?.elements.compactMap { $0["adjustmentId"]?.string } == ["z", "a"])
    }

    @Test func `a shortfall to nothing ends a lot, and a surplus opens it again`() throws {
        let mart = try MartFixture(stock: 2)
        try mart.adjust("c1", -2, of: "lot-1")
        #expect(try mart.lot("lot-1")["state"]?.string == "adjusted")
        #expect(try mart.sell("a", MartFixture.line("1", 1)).code == .outOfStock)
        #expect(try mart.adjust("c2", 1, of: "lot-1").status == .accepted)
        #expect(try mart.lot("lot-1")["state"]?.string == "received")
        #expect(try mart.sell("b", MartFixture.line("1", 1)).status == .accepted)
        #expect(try mart.lot("lot-1")["state"]?.string == "sold-out")
        #expect(try mart.adjust("c3", 1, of: "lot-1").status == .accepted)
        #expect(try mart.onHand("lot-1") == 1)
    }

    @Test func `a difference of nothing is invalid`() throws {
        let mart = try MartFixture(stock: 2)
        let reply = try mart.adjust("c1", 0, of: "lot-1")
        #expect(reply.code == .invalid)
        #expect(reply.details["field"]?.string == "difference")
    }

    @Test func `a lot with more units than a quantity can say is invalid`() throws {
        let mart = try MartFixture(stock: 2)
        #expect(try mart.adjust("c1", Rupiah.maximum.amount - 1, of: "lot-1").code == .invalid)
        #expect(try mart.adjust("c1", Rupiah.maximum.amount - 2, of: "lot-1").status == .accepted)
    }

    @Test func `an unknown lot is not found, and may be asked for again`() throws {
        let reply = try MartFixture(stock: 2).adjust("c1", -1, of: "lot-9")
        #expect(reply.code == .notFound)
        #expect(reply.details["retriable"]?.bool == true)
    }

    @Test func `no more can be missing than is on hand`() throws {
        let mart = try MartFixture(stock: 5)
        try mart.sell("a", MartFixture.line("1", 1))
        #expect(try mart.adjust("c1", -5, of: "lot-1").code == .outOfStock)
        #expect(try mart.adjust("c1", -4, of: "lot-1").status == .accepted)
    }

    @Test func `whoever counted may not approve, however the name is typed`() throws {
        let mart = try MartFixture(stock: 5)
        let reply = try mart.adjust("c1", -1, of: "lot-1", countedBy: "Yosef Tokan", approvedBy: " YOSEF tokan ")
        #expect(reply.code == .notAllowed)
        #expect(reply.details["field"]?.string == "approvedBy")
        #expect(try mart.harness.takePublished().isEmpty)
        #expect(try mart.onHand("lot-1") == 5)
    }

    @Test func `the first reason in the contract's order is the answer`() throws {
        let mart = try MartFixture(stock: 5)
        #expect(try mart.adjust("c1", 0, of: "lot-9", countedBy: "Maria").code == .invalid)
        #expect(try mart.adjust("c1", -9, of: "lot-9", countedBy: "Maria").code == .notFound)
        #expect(try mart.adjust("c1", -9, of: "lot-1", countedBy: "Maria").code == .outOfStock)
        #expect(try mart.adjust("c1", -5, of: "lot-1", countedBy: "Maria").code == .notAllowed)
        // None of these has claimed the key.
        #expect(try mart.adjust("c1", -5, of: "lot-1").status == .accepted)
    }

    @Test func `the same again is a duplicate by equal data and a conflict by other data`() throws {
        let mart = try MartFixture(stock: 5)
        try mart.adjust("c1", -2, of: "lot-1")
        #expect(try mart.adjust("c1", -2, of: "lot-1").status == .duplicate)
        #expect(try mart.adjust("c1", 2, of: "lot-1").code == .conflict)
        #expect(try mart.adjust("c1", -2, of: "lot-1", approvedBy: "Petrus").code == .conflict)
        #expect(try mart.onHand("lot-1") == 3)
    }

    @Test func `a count changes nothing about absorption`() throws {
        let mart = try MartFixture(stock: 8)
        try mart.sell("a", MartFixture.line("1", 2))
        let before = try mart.harness.get("/v1/absorption").body.written
        try mart.adjust("c1", -3, of: "lot-1")
        #expect(try mart.harness.get("/v1/absorption").body.written == before)
    }
}
