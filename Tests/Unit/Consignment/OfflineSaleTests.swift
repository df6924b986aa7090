import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// A sale that has already happened is recorded, whatever is irregular about it.
@Suite struct OfflineSaleTests {
    private typealias Mart = MartFixture

    private func flags(_ mart: MartFixture) throws -> [[SaleFlag]] {
        let sale = try mart.published(SaleRecorded.self)
        return [sale.flags] + sale.lines.map(\.flags)
    }

    @Test func `a regular one has no flags`() throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 4, at: 25_000), offline: true).status == .accepted)
        let sale = try mart.published(SaleRecorded.self)
        #expect(sale.offline)
        #expect(sale.flags.isEmpty)
        #expect(sale.lines.first?.flags.isEmpty == true)
        #expect(sale.lines.first?.unallocated == 0)
        #expect(try mart.onHand("lot-1") == 6)
    }

    @Test func `a line takes what is there, and the rest is unallocated`() throws {
        let mart = try Mart(stock: 2, 1)
        #expect(try mart.sell("a", Mart.line("1", 5, at: 25_000), Mart.line("2", 1, at: 25_000), offline: true).status == .accepted)
        let sale = try mart.published(SaleRecorded.self)
        #expect(sale.lines.map { Mart.lots($0) } == [["lot-1:2", "lot-2:1"], []])
        #expect(sale.lines.map(\.unallocated) == [2, 1])
        #expect(sale.lines.map(\.flags) == [[.outOfStock], [.outOfStock]])
        #expect(sale.flags == [.outOfStock])
        #expect(sale.total == Rupiah(150_000))
        #expect(try mart.harness.number("SELECT sum(onHand) FROM lot") == 0)
        #expect(try mart.harness.get("/v1/stock").body["items"]?.elements.first?["unallocated"]?.int64 == 3)
    }

    @Test func `a product that is not listed is flagged, and its units leave all the same`() throws {
        for event in [Mart.held() as any Event, Mart.delisted()] {
            let mart = try Mart(stock: 10)
            try mart.harness.receive(event)
            try mart.sell("a", Mart.line("1", 1, at: 25_000), offline: true)
            #expect(try flags(mart) == [[.notListed], [.notListed]])
            #expect(try mart.onHand("lot-1") == 9)
        }
    }

    @Test func `a listing that has run out is flagged`() throws {
        let mart = try Mart(stock: 10)
        try mart.list(until: "2026-02-05")
        try mart.harness.advance(to: "2026-02-06")
        try mart.sell("a", Mart.line("1", 1, at: 25_000), soldAt: "2026-02-05T15:00:00Z", offline: true)
        #expect(try flags(mart) == [[.notListed], [.notListed]])
    }

    @Test func `another price is flagged and stands`() throws {
        let mart = try Mart(stock: 10)
        try mart.sell("a", Mart.line("1", 2, at: 20_000), offline: true)
        let sale = try mart.published(SaleRecorded.self)
        #expect(sale.flags == [.priceDiffers])
        #expect(sale.lines.first?.unitPrice == Rupiah(20_000))
        #expect(sale.total == Rupiah(40_000))
    }

    @Test func `goods past their date are taken after the others, and flagged`() throws {
        let mart = try Mart.listing()
        try mart.receive("old", 5, expiresOn: "2026-02-05")
        try mart.receive("new", 2, expiresOn: "2026-03-05")
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        _ = try mart.harness.takePublished()
        try mart.sell("a", Mart.line("1", 1, at: 25_000), soldAt: "2026-02-06T02:00:00Z", offline: true)
        #expect(try flags(mart) == [[], []])
        try mart.sell("b", Mart.line("1", 3, at: 25_000), soldAt: "2026-02-06T02:00:00Z", offline: true)
        var line = try mart.published(SaleRecorded.self).lines.first
        #expect(Mart.lots(line) == ["new:1", "old:2"])
        #expect(line?.flags == [.expired])
        try mart.sell("c", Mart.line("1", 4, at: 25_000), soldAt: "2026-02-06T02:00:00Z", offline: true)
        line = try mart.published(SaleRecorded.self).lines.first
        #expect(Mart.lots(line) == ["old:3"])
        #expect(line?.flags == [.outOfStock, .expired])
        #expect(line?.unallocated == 1)
    }

    @Test func `a sale of a day on which the goods were good is not flagged`() throws {
        let mart = try Mart.listing()
        try mart.receive("old", 5, expiresOn: "2026-02-05")
        try mart.harness.advance(to: "2026-02-10T02:00:00Z")
        _ = try mart.harness.takePublished()
        try mart.sell("a", Mart.line("1", 3, at: 25_000), soldAt: "2026-02-05T15:59:59Z", offline: true)
        #expect(try flags(mart) == [[], []])
    }

    @Test func `a named lot past its date is flagged`() throws {
        let mart = try Mart.listing()
        try mart.receive("old", 5, expiresOn: "2026-02-05")
        try mart.receive("new", 5)
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        _ = try mart.harness.takePublished()
        try mart.sell("a", Mart.line("1", 6, at: 25_000, from: "old"), soldAt: "2026-02-06T02:00:00Z", offline: true)
        let line = try mart.published(SaleRecorded.self).lines.first
        #expect(Mart.lots(line) == ["old:5"])
        #expect(line?.flags == [.outOfStock, .expired])
    }

    @Test func `an unknown product has no seller, and nothing else is said of it`() throws {
        let mart = try Mart(stock: 10)
        try mart.sell("a", Mart.line("1", 2, of: "nobody", at: 7_000), Mart.line("2", 1, at: 25_000), offline: true)
        let event = try #require(try mart.harness.takePublished().first)
        let line = try #require(event.data["lines"]?.elements.first)
        #expect(line["sellerId"] == nil)
        #expect(line["flags"]?.strings == ["unknown-product"])
        #expect(line["unallocated"]?.int64 == 2)
        #expect(line["lots"]?.elements.isEmpty == true)
        #expect(event.data["flags"]?.strings == ["unknown-product"])
        #expect(event.data["total"]?.int64 == 39_000)
        #expect(try mart.onHand("lot-1") == 9)
    }

    @Test func `units of an unknown lot come from no other`() throws {
        let mart = try Mart(stock: 10)
        try mart.sell("a", Mart.line("1", 2, at: 25_000, from: "lot-9"), offline: true)
        let line = try mart.published(SaleRecorded.self).lines.first
        #expect(line?.flags == [.unknownLot])
        #expect(line?.unallocated == 2)
        #expect(try mart.onHand("lot-1") == 10)
    }

    @Test func `a mart that is not open is flagged on the sale and its lines`() throws {
        let mart = try Mart()
        try mart.harness.receive(Mart.registered())
        try mart.sell("a", Mart.line("1", 1, at: 25_000), offline: true)
        #expect(try flags(mart) == [[.notListed, .outOfStock, .martNotOpen], [.notListed, .outOfStock, .martNotOpen]])
        try mart.sell("b", Mart.line("1", 1, of: "nobody", at: 25_000), offline: true)
        #expect(try flags(mart) == [[.unknownProduct, .martNotOpen], [.unknownProduct, .martNotOpen]])
    }

    @Test(arguments: [
        ("2026-02-05T02:05:00Z", false), ("2026-02-05T02:05:01Z", true), ("2026-01-06T02:00:00Z", false), ("2026-01-06T01:59:59Z", true),
    ])
    func `a till's clock five minutes ahead or thirty days back is flagged`(soldAt: String, isFlagged: Bool) throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 1, at: 25_000), soldAt: soldAt, offline: true).status == .accepted)
        #expect(try flags(mart) == (isFlagged ? [[.clockSkew], [.clockSkew]] : [[], []]))
    }

    @Test func `a product of another regency is flagged as not listed, and its units leave its lots`() throws {
        let mart = try Mart(stock: 10)
        try mart.open("53.07")
        try mart.sell("a", Mart.line("1", 1, at: 25_000), offline: true, regency: "53.07")
        #expect(try flags(mart) == [[.notListed], [.notListed]])
        #expect(try mart.onHand("lot-1") == 9)
    }

    @Test func `flags stand on their lines, and their union on the sale in the order of the contract`() throws {
        let mart = try Mart(stock: 1)
        try mart.list("madu", price: 9_000)
        try mart.sell(
            "a", Mart.line("1", 1, of: "nobody", at: 1), Mart.line("2", 1, at: 24_000), Mart.line("3", 1, of: "madu", at: 9_000),
            offline: true)
        #expect(
            try flags(mart)
                == [[.outOfStock, .priceDiffers, .unknownProduct], [.unknownProduct], [.priceDiffers], [.outOfStock]])
    }

    @Test func `a named lot of another product is invalid, and kept for a person`() throws {
        let mart = try Mart(stock: 10)
        try mart.list("madu")
        let reply = try mart.sell("a", Mart.line("1", 1, of: "madu", at: 25_000, from: "lot-1"), offline: true)
        #expect(reply.code == .invalid)
        #expect(try mart.harness.parked.map(\.reason) == ["rejected"])
        #expect(try mart.sell("b", Mart.line("1", 1, of: "nobody", at: 25_000, from: "lot-1"), offline: true).code == .invalid)
        #expect(try mart.onHand("lot-1") == 10)
    }

    @Test func `a line without a price is invalid, and kept for a person`() throws {
        let mart = try Mart(stock: 10)
        #expect(try mart.sell("a", Mart.line("1", 1), offline: true).code == .invalid)
        #expect(try mart.harness.parked.map(\.reason) == ["rejected"])
    }

    @Test func `other data under the same sale id is a conflict, and kept for a person`() throws {
        let mart = try Mart(stock: 10)
        try mart.sell("a", Mart.line("1", 1, at: 25_000), offline: true)
        #expect(try mart.sell("a", Mart.line("1", 2, at: 25_000), offline: true).code == .conflict)
        #expect(try mart.harness.parked.map(\.reason) == ["conflict"])
        #expect(try mart.sell("a", Mart.line("1", 1, at: 25_000), offline: true).status == .duplicate)
    }

    @Test func `without a regency it is that of the first known product, and with none known the sale is invalid`() throws {
        let mart = try Mart(stock: 10)
        try mart.sell("a", Mart.line("1", 1, of: "nobody", at: 1), Mart.line("2", 1, at: 25_000), offline: true, regency: nil)
        #expect(try mart.published(SaleRecorded.self).regency == "53.06")
        #expect(try mart.sell("b", Mart.line("1", 1, of: "nobody", at: 1), offline: true, regency: nil).code == .invalid)
        #expect(try mart.harness.parked.count == 1)
    }
}
