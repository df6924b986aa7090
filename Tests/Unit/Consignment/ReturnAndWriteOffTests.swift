import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct ReturnAndWriteOffTests {
    @Test func `goods go back to their seller`() throws {
        let mart = try MartFixture(stock: 5)
        #expect(try mart.giveBack("b1", 2, from: "lot-1").subject == "lot-1")
        let event = try #require(try mart.harness.takePublished().first)
        #expect(event.routingKey == "consignment.goods-returned.53.06")
        #expect(
            event.data.written
                == #"{"returnId":"b1","lotId":"lot-1","quantity":2,"reason":"season over","productId":"kopi","sellerId":"s1","regency":"53.06"}"#
        )
        #expect(try mart.onHand("lot-1") == 3)
        try mart.giveBack("b2", 3, from: "lot-1")
        #expect(try mart.lot("lot-1")["state"]?.string == "returned")
    }

    @Test func `a loss is written off at the price in force today`() throws {
        let mart = try MartFixture(stock: 5)
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-06"))
        try mart.harness.advance(to: "2026-02-06")
        #expect(try mart.writeOff("w1", 2, from: "lot-1", liability: .seller).status == .accepted)
        let event = try #require(try mart.harness.takePublished().first)
        #expect(event.subject == "lot-1")
        #expect(
            event.data.written
                == #"{"writeOffId":"w1","lotId":"lot-1","productId":"kopi","sellerId":"s1","regency":"53.06","quantity":2,"#
                + #""unitPrice":30000,"net":60000,"reason":"mice","liability":"seller"}"#)
        try mart.writeOff("w2", 3, from: "lot-1")
        #expect(try mart.lot("lot-1")["state"]?.string == "written-off")
    }

    @Test func `an unknown lot is not found, and may be asked for again`() throws {
        let mart = try MartFixture(stock: 5)
        for reply in [try mart.giveBack("b1", 1, from: "lot-9"), try mart.writeOff("w1", 1, from: "lot-9")] {
            #expect(reply.code == .notFound)
            #expect(reply.details["retriable"]?.bool == true)
        }
    }

    @Test func `more than is on hand is out of stock`() throws {
        let mart = try MartFixture(stock: 5)
        try mart.sell("a", MartFixture.line("1", 1))
        #expect(try mart.giveBack("b1", 5, from: "lot-1").code == .outOfStock)
        #expect(try mart.writeOff("w1", 5, from: "lot-1").code == .outOfStock)
        #expect(try mart.giveBack("b1", 4, from: "lot-1").status == .accepted)
        #expect(try mart.writeOff("w1", 1, from: "lot-1").code == .outOfStock)
    }

    @Test func `a loss beyond the largest amount is invalid, before it is out of stock`() throws {
        let mart = try MartFixture(stock: 5)
        #expect(try mart.writeOff("w1", Rupiah.maximum.amount, from: "lot-1").code == .invalid)
    }

    @Test func `a loss of a product whose price nobody has told waits for it`() throws {
        let mart = try MartFixture()
        try mart.open()
        try mart.harness.receive(MartFixture.held())
        try mart.receive("lot-1", 5)
        #expect(try mart.writeOff("w1", 1, from: "lot-1").code == .notFound)
        try mart.harness.receive(MartFixture.registered())
        #expect(try mart.writeOff("w1", 1, from: "lot-1").status == .accepted)
    }

    @Test func `goods of a held, withdrawn or expired product can go`() throws {
        let mart = try MartFixture.listing()
        try mart.receive("lot-1", 5, expiresOn: "2026-02-05")
        try mart.harness.receive(MartFixture.delisted())
        try mart.harness.advance(to: "2026-02-10")
        #expect(try mart.giveBack("b1", 2, from: "lot-1").status == .accepted)
        #expect(try mart.writeOff("w1", 2, from: "lot-1").status == .accepted)
    }

    @Test func `the same again is a duplicate by equal data and a conflict by other data`() throws {
        let mart = try MartFixture(stock: 9)
        try mart.giveBack("b1", 2, from: "lot-1")
        try mart.writeOff("w1", 2, from: "lot-1")
        #expect(try mart.giveBack("b1", 2, from: "lot-1").status == .duplicate)
        #expect(try mart.writeOff("w1", 2, from: "lot-1").status == .duplicate)
        #expect(try mart.giveBack("b1", 3, from: "lot-1").code == .conflict)
        #expect(try mart.writeOff("w1", 3, from: "lot-1").code == .conflict)
        #expect(try mart.onHand("lot-1") == 5)
    }
}
