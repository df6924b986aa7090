import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// In which order lots leave, and which may not be sold any more.
@Suite struct FirstExpiredFirstOutTests {
    private typealias Mart = MartFixture

    @Test func `lots leave by last day of sale, those without one last, then by receipt, then by id`() throws {
        let mart = try Mart.listing()
        try mart.receive("never", 1)
        try mart.receive("march-b", 1, expiresOn: "2026-03-01")
        try mart.receive("march-a", 1, expiresOn: "2026-03-01")
        try mart.receive("april", 1, expiresOn: "2026-04-01")
        try mart.harness.advance(to: "2026-02-05T03:00:00Z")
        try mart.receive("march-0-later", 1, expiresOn: "2026-03-01")
        try mart.receive("february", 1, expiresOn: "2026-02-20")
        try mart.receive("a-never-later", 1)
        _ = try mart.harness.takePublished()
        #expect(try mart.sell("a", Mart.line("1", 7)).status == .accepted)
        let order = try mart.published(SaleRecorded.self).lines.first?.lots.map(\.lotId)
        #expect(order == ["february", "march-a", "march-b", "march-0-later", "april", "never", "a-never-later"])
    }

    @Test func `a lot may be sold up to and including its last day`() throws {
        let mart = try Mart.listing()
        try mart.receive("lot-1", 5, expiresOn: "2026-02-06")
        try mart.harness.advance(to: "2026-02-08T02:00:00Z")
        #expect(try mart.sell("a", Mart.line("1", 1), soldAt: "2026-02-06T15:59:59Z").status == .accepted)
        #expect(try mart.sell("b", Mart.line("1", 1), soldAt: "2026-02-06T16:00:00Z").code == .expired)
        #expect(try mart.sell("c", Mart.line("1", 1), soldAt: "2026-02-06T15:59:59Z").status == .accepted)
    }

    @Test func `what is past its date is passed over`() throws {
        let mart = try Mart.listing()
        try mart.receive("old", 5, expiresOn: "2026-02-05")
        try mart.receive("new", 2, expiresOn: "2026-03-05")
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        _ = try mart.harness.takePublished()
        // Not every lot with stock is past its date, so what is short is out of stock.
        #expect(try mart.sell("a", Mart.line("1", 3), soldAt: "2026-02-06T02:00:00Z").code == .outOfStock)
        #expect(try mart.sell("b", Mart.line("1", 2), soldAt: "2026-02-06T02:00:00Z").status == .accepted)
        #expect(Mart.lots(try mart.published(SaleRecorded.self).lines.first) == ["new:2"])
        #expect(try mart.sell("c", Mart.line("1", 1), soldAt: "2026-02-06T02:00:00Z").code == .expired)
    }

    @Test func `without any stock nothing is expired`() throws {
        let mart = try Mart.listing()
        try mart.receive("old", 1, expiresOn: "2026-02-05")
        #expect(try mart.sell("a", Mart.line("1", 1)).status == .accepted)
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        #expect(try mart.sell("b", Mart.line("1", 1), soldAt: "2026-02-06T02:00:00Z").code == .outOfStock)
        #expect(try mart.sell("c", Mart.line("1", 1, from: "old"), soldAt: "2026-02-06T02:00:00Z").code == .outOfStock)
    }

    @Test func `a named lot past its date is expired, whatever other lots there are`() throws {
        let mart = try Mart.listing()
        try mart.receive("old", 5, expiresOn: "2026-02-05")
        try mart.receive("new", 5)
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        #expect(try mart.sell("a", Mart.line("1", 1, from: "old"), soldAt: "2026-02-06T02:00:00Z").code == .expired)
        #expect(try mart.sell("b", Mart.line("1", 1, from: "old"), soldAt: "2026-02-05T02:00:00Z").status == .accepted)
    }

    @Test func `an expired line is answered before a wrong price of another`() throws {
        let mart = try Mart(stock: 5)
        try mart.list("madu", price: 9_000)
        try mart.receive("old", 5, of: "madu", expiresOn: "2026-02-05")
        try mart.harness.advance(to: "2026-02-06T02:00:00Z")
        let reply = try mart.sell(
            "a", Mart.line("1", 1, at: 1), Mart.line("2", 1, of: "madu", at: 1), soldAt: "2026-02-06T02:00:00Z")
        #expect((reply.code, reply.details["lineId"]?.string) == (.expired, "2"))
    }

    @Test func `a large sale takes many small lots`() throws {
        let mart = try Mart.listing()
        for number in 1...120 { try mart.receive("lot-\(number)", 1) }
        _ = try mart.harness.takePublished()
        #expect(try mart.sell("a", Mart.line("1", 100), Mart.line("2", 20)).status == .accepted)
        let lines = try mart.published(SaleRecorded.self).lines
        #expect(lines.map(\.lots.count) == [100, 20])
        #expect(Set(lines.flatMap(\.lots).map(\.lotId)).count == 120)
        #expect(try mart.sell("b", Mart.line("1", 1)).code == .outOfStock)
    }
}
