import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct ReceiveGoodsTests {
    @Test func `goods are received with their seller and time`() throws {
        let mart = try MartFixture.listing()
        let reply = try mart.receive("lot-1", 8, expiresOn: "2026-03-01", offered: 10, refusedReason: "two were wet", regency: "53.06")
        #expect(reply.status == .accepted)
        #expect(reply.subject == "lot-1")
        let events = try mart.harness.takePublished()
        #expect(events.map(\.routingKey) == ["consignment.goods-received.53.06"])
        #expect(events.first?.subject == "lot-1")
        #expect(
            events.first?.data.written
                == #"{"lotId":"lot-1","regency":"53.06","productId":"kopi","quantity":8,"offered":10,"refusedReason":"two were wet","#
                + #""expiresOn":"2026-03-01","sellerId":"s1","receivedAt":"2026-02-05T02:00:00Z"}"#)
    }

    @Test func `what was offered is what was accepted, and the regency is the product's, unless said otherwise`() throws {
        let mart = try MartFixture.listing()
        try mart.receive("lot-1", 8)
        let received = try mart.published(GoodsReceived.self)
        #expect(received.offered == 8)
        #expect(received.regency == "53.06")
        #expect(received.refusedReason == nil)
    }

    @Test func `an unknown product is not found, and may still be on its way`() throws {
        let mart = try MartFixture()
        let reply = try mart.receive("lot-1", 1)
        #expect(reply.code == .notFound)
        #expect(reply.details["retriable"]?.bool == true)
        try mart.list()
        #expect(try mart.receive("lot-1", 1).status == .accepted)
    }

    @Test func `goods of another regency are invalid, whether the data or the envelope says so`() throws {
        let mart = try MartFixture.listing()
        #expect(try mart.receive("lot-1", 1, regency: "53.07").code == .invalid)
        #expect(try mart.receive("lot-1", 1, envelopeRegency: "53.07").code == .invalid)
        #expect(try mart.receive("lot-1", 1, envelopeRegency: "53.06").status == .accepted)
    }

    @Test func `nothing is received for a mart that is not open`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.registered())
        let reply = try mart.receive("lot-1", 1)
        #expect(reply.code == .martNotOpen)
        #expect(reply.details["retriable"]?.bool == true)
    }

    @Test func `nothing is received of a withdrawn product`() throws {
        let mart = try MartFixture.listing()
        try mart.harness.receive(MartFixture.delisted())
        let reply = try mart.receive("lot-1", 1, expiresOn: "2026-02-04")
        #expect(reply.code == .wrongState)
        #expect(reply.details["retriable"] == nil)
    }

    @Test func `a held product may be received`() throws {
        let mart = try MartFixture.listing()
        try mart.harness.receive(MartFixture.held())
        #expect(try mart.receive("lot-1", 1).status == .accepted)
    }

    @Test func `goods are expired the day after their last day of sale`() throws {
        let mart = try MartFixture.listing()
        #expect(try mart.receive("lot-1", 1, expiresOn: "2026-02-04").code == .expired)
        #expect(try mart.receive("lot-1", 1, expiresOn: "2026-02-05").status == .accepted)
        try mart.harness.advance(to: "2026-02-05T15:59:59Z")
        #expect(try mart.receive("lot-2", 1, expiresOn: "2026-02-05").status == .accepted)
        try mart.harness.advance(to: "2026-02-05T16:00:00Z")
        #expect(try mart.receive("lot-3", 1, expiresOn: "2026-02-05").code == .expired)
    }

    @Test func `the same lot again is a duplicate by equal data and a conflict by other data`() throws {
        let mart = try MartFixture.listing()
        #expect(try mart.receive("lot-1", 8).status == .accepted)
        #expect(try mart.receive("lot-1", 8).status == .duplicate)
        #expect(try mart.receive("lot-1", 9).code == .conflict)
        #expect(try mart.onHand("lot-1") == 8)
        #expect(try mart.harness.takePublished().count == 1)
    }

    @Test func `a rejected lot does not claim its id`() throws {
        let mart = try MartFixture()
        #expect(try mart.receive("lot-1", 8).code == .notFound)
        try mart.list()
        #expect(try mart.receive("lot-1", 9).status == .accepted)
    }

    @Test func `the largest quantity is taken`() throws {
        let mart = try MartFixture(stock: Rupiah.maximum.amount)
        #expect(try mart.onHand("lot-1") == Rupiah.maximum.amount)
    }
}
