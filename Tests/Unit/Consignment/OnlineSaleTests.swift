import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct OnlineSaleTests {
    private typealias Mart = MartFixture

    @Test func `a sale is recorded with price, lots and total`() throws {
        let mart = try Mart(stock: 3, 10)
        #expect(try mart.sell("sale-1", Mart.line("1", 5), soldAt: "2026-02-05T01:30:00Z").status == .accepted)
        let events = try mart.harness.takePublished()
        #expect(events.map(\.routingKey) == ["consignment.sale-recorded.53.06"])
        #expect(events.first?.subject == "sale-1")
        #expect(
            events.first?.data.written
                == #"{"saleId":"sale-1","regency":"53.06","till":"till-1","soldAt":"2026-02-05T01:30:00Z","tender":"cash","offline":false,"#
                + #""flags":[],"lines":[{"lineId":"1","productId":"kopi","sellerId":"s1","quantity":5,"unitPrice":25000,"net":125000,"#
                + #""flags":[],"unallocated":0,"lots":[{"lotId":"lot-1","quantity":3},{"lotId":"lot-2","quantity":2}]}],"total":125000}"#)
        #expect(try mart.onHand("lot-1") == 0)
        #expect(try mart.onHand("lot-2") == 8)
    }

    @Test func `a price that the till says must be the one in force`() throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 1, at: 25_000)).status == .accepted)
        let reply = try mart.sell("b", Mart.line("1", 1, at: 24_999))
        #expect(reply.code == .priceDiffers)
        #expect(reply.details.written == #"{"field":"lines[0].unitPrice","lineId":"1"}"#)
    }

    @Test func `a sale may be five minutes ahead, and as old as it is`() throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 1), soldAt: "2026-02-05T02:05:00Z").status == .accepted)
        let reply = try mart.sell("b", Mart.line("1", 1), soldAt: "2026-02-05T02:05:00.001Z")
        #expect(reply.code == .invalid)
        #expect(reply.details["field"]?.string == "soldAt")
        #expect(try mart.sell("c", Mart.line("1", 1), soldAt: "2020-01-01T00:00:00Z").status == .accepted)
    }

    @Test func `the regency is the envelope's or the product's where the sale names none`() throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 1), regency: nil).status == .accepted)
        #expect(try mart.published(SaleRecorded.self).regency == "53.06")
        #expect(try mart.sell("b", Mart.line("1", 1), regency: nil, envelopeRegency: "53.07").code == .invalid)
        #expect(try mart.sell("c", Mart.line("1", 1), regency: "53.06", envelopeRegency: "53.07").code == .invalid)
    }

    @Test func `an unknown product is not found and may be asked for again`() throws {
        let mart = try Mart()
        let reply = try mart.sell("a", Mart.line("7", 1))
        #expect(reply.code == .notFound)
        #expect(reply.details.written == #"{"field":"lines[0].productId","lineId":"7","retriable":true}"#)
        try mart.list()
        try mart.receive("lot-1", 1)
        #expect(try mart.sell("a", Mart.line("7", 1)).status == .accepted)
    }

    @Test func `a product of another regency is invalid`() throws {
        let mart = try Mart(stock: 10)
        try mart.list("tenun", seller: "s2", regency: "53.07")
        #expect(try mart.sell("a", Mart.line("1", 1), Mart.line("2", 1, of: "tenun")).code == .invalid)
        let reply = try mart.sell("b", Mart.line("1", 1), Mart.line("2", 1, of: "tenun"), regency: nil)
        #expect(reply.code == .invalid)
        #expect(reply.details["lineId"]?.string == "2")
    }

    @Test func `a named lot gives the units, or the sale is refused`() throws {
        let mart = try Mart(stock: 3, 10)
        #expect(try mart.sell("a", Mart.line("1", 2, from: "lot-2")).status == .accepted)
        #expect(Mart.lots(try mart.published(SaleRecorded.self).lines.first) == ["lot-2:2"])
        #expect(try mart.sell("b", Mart.line("1", 4, from: "lot-1")).code == .outOfStock)
        let unknown = try mart.sell("c", Mart.line("1", 1, from: "lot-9"))
        #expect(unknown.code == .notFound)
        #expect(unknown.details["field"]?.string == "lines[0].lotId")
        try mart.list("madu")
        #expect(try mart.sell("d", Mart.line("1", 1, of: "madu", from: "lot-1")).code == .invalid)
    }

    @Test func `a sale is refused for a mart that is not open before its listing is looked at`() throws {
        let mart = try Mart()
        try mart.harness.receive(Mart.registered())
        #expect(try mart.sell("a", Mart.line("1", 1)).code == .martNotOpen)
        try mart.open()
        #expect(try mart.sell("b", Mart.line("1", 1)).code == .productNotListed)
    }

    @Test func `a held product is not listed, with the permits that it lacks`() throws {
        let mart = try Mart(stock: 10)
        try mart.harness.receive(Mart.held(missing: ["spp-irt", "nib|school-letter"]))
        let reply = try mart.sell("a", Mart.line("1", 1))
        #expect(reply.code == .productNotListed)
        #expect(reply.details.written == #"{"lineId":"1","missingPermits":["spp-irt","nib|school-letter"],"retriable":true}"#)
    }

    @Test func `a withdrawn product is not listed`() throws {
        let mart = try Mart(stock: 10)
        try mart.harness.receive(Mart.delisted())
        #expect(try mart.sell("a", Mart.line("1", 1)).code == .productNotListed)
    }

    @Test func `after the last day of its listing a product is refused, without anybody saying so`() throws {
        let mart = try Mart(stock: 10)
        try mart.list(until: "2026-02-06")
        try mart.harness.advance(to: "2026-02-06T15:59:59Z")
        #expect(try mart.sell("a", Mart.line("1", 1)).status == .accepted)
        try mart.harness.advance(to: "2026-02-06T16:00:00Z")
        // The listing counts as it is now, though the sale is of yesterday.
        #expect(try mart.sell("b", Mart.line("1", 1), soldAt: "2026-02-06T15:00:00Z").code == .productNotListed)
        #expect(try mart.product()["state"]?.string == "held")
        try mart.list(until: "2027-02-06")
        #expect(try mart.sell("b", Mart.line("1", 1)).status == .accepted)
    }

    @Test func `short stock is out of stock and nothing is taken`() throws {
        let mart = try Mart(stock: 3, 4)
        #expect(try mart.sell("a", Mart.line("1", 8)).code == .outOfStock)
        #expect(try mart.sell("b", Mart.line("1", 7)).status == .accepted)
        #expect(try mart.sell("c", Mart.line("1", 1)).code == .outOfStock)
    }

    @Test func `lines of the same product draw from the same stock, one after the other`() throws {
        let mart = try Mart(stock: 3, 4)
        #expect(try mart.sell("a", Mart.line("1", 5), Mart.line("2", 3)).code == .outOfStock)
        #expect(try mart.onHand("lot-1") == 3)
        #expect(try mart.sell("b", Mart.line("1", 2), Mart.line("2", 1, from: "lot-1"), Mart.line("3", 4)).status == .accepted)
        let lines = try mart.published(SaleRecorded.self).lines
        #expect(lines.map { Mart.lots($0) } == [["lot-1:2"], ["lot-1:1"], ["lot-2:4"]])
        #expect(try mart.harness.number("SELECT sum(onHand) FROM lot") == 0)
    }

    @Test func `a named lot that an earlier line has emptied is out of stock`() throws {
        let mart = try Mart(stock: 3, 4)
        let reply = try mart.sell("a", Mart.line("1", 3), Mart.line("2", 1, from: "lot-1"))
        #expect(reply.code == .outOfStock)
        #expect(reply.details["lineId"]?.string == "2")
    }

    @Test func `over several lines the earliest code is answered, then the first line`() throws {
        let mart = try Mart(stock: 10)
        try mart.list("madu", price: 9_000)
        try mart.list("garam", until: "2026-02-04")
        try mart.list("tenun", seller: "s2", regency: "53.07")
        let outOfStock = Mart.line("stock", 1, of: "madu")
        let priceDiffers = Mart.line("price", 1, at: 1)
        let notListed = Mart.line("listing", 1, of: "garam")
        let notFound = Mart.line("found", 1, of: "nobody")
        let invalid = Mart.line("invalid", 1, of: "tenun")
        var reply = try mart.sell("a", outOfStock, priceDiffers, Mart.line("price-2", 1, at: 2))
        #expect((reply.code, reply.details["lineId"]?.string) == (.priceDiffers, "price"))
        reply = try mart.sell("a", outOfStock, priceDiffers, notListed)
        #expect((reply.code, reply.details["lineId"]?.string) == (.productNotListed, "listing"))
        reply = try mart.sell("a", outOfStock, priceDiffers, notListed, notFound)
        #expect((reply.code, reply.details["lineId"]?.string) == (.notFound, "found"))
        reply = try mart.sell("a", outOfStock, priceDiffers, notListed, notFound, invalid)
        #expect((reply.code, reply.details["lineId"]?.string) == (.invalid, "invalid"))
        #expect(try mart.harness.takePublished().isEmpty)
        #expect(try mart.harness.number("SELECT count(*) FROM sale") == 0)
    }

    @Test func `a total beyond the largest amount is invalid`() throws {
        let mart = try Mart()
        try mart.list(price: Rupiah.maximum.amount)
        try mart.receive("lot-1", 2)
        #expect(try mart.sell("a", Mart.line("1", 2)).code == .invalid)
        #expect(try mart.sell("b", Mart.line("1", 1), Mart.line("2", 1)).code == .invalid)
        #expect(try mart.sell("c", Mart.line("1", 1)).status == .accepted)
        #expect(try mart.published(SaleRecorded.self).total == .maximum)
    }

    @Test func `the same sale again is a duplicate by equal data and a conflict by other data`() throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 1), id: "m1").status == .accepted)
        #expect(try mart.sell("a", Mart.line("1", 1), id: "m1").status == .accepted)
        #expect(try mart.sell("a", Mart.line("1", 1), id: "m2").status == .duplicate)
        #expect(try mart.sell("a", Mart.line("1", 2), id: "m3").code == .conflict)
        #expect(try mart.onHand("lot-1") == 9)
        #expect(try mart.harness.takePublished().count == 1)
        #expect(try mart.harness.parked.isEmpty)
    }

    @Test func `two hundred lines are a sale`() throws {
        let mart = try Mart(stock: 200)
        let lines = (1...200).map { Mart.line("l\($0)", 1) }
        let sale = RecordSale.with {
            $0.saleId = "a"
            $0.till = "t"
            $0.soldAt = (try? instant(Mart.morning)) ?? Instant(milliseconds: 0)
            $0.lines = lines
        }
        #expect(try mart.harness.send(sale).status == .accepted)
        #expect(try mart.onHand("lot-1") == 0)
        #expect(try mart.published(SaleRecorded.self).lines.count == 200)
    }
}
