import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// Which price is in force on which WITA date.
@Suite struct PriceEventsTests {
    @Test func `a price holds from its date on`() throws {
        let mart = try MartFixture(stock: 10)
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-06"))
        #expect(try mart.price() == 25_000)
        try mart.harness.advance(to: "2026-02-05T15:59:59Z")
        #expect(try mart.price() == 25_000)
        try mart.harness.advance(to: "2026-02-05T16:00:00Z")
        #expect(try mart.price() == 30_000)
    }

    @Test func `a sale costs what was in force on the WITA date on which it was sold`() throws {
        let mart = try MartFixture(stock: 10, now: "2026-02-08T02:00:00Z")
        try mart.harness.receive(MartFixture.registered(price: 20_000))
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-06"))
        try mart.harness.receive(MartFixture.priceChanged(to: 35_000, from: "2026-02-10"))
        for (sale, soldAt, price) in [
            ("a", "2026-02-05T15:59:59Z", 20_000), ("b", "2026-02-05T16:00:00Z", 30_000), ("c", "2026-02-07T15:59:59Z", 30_000),
        ] as [(String, String, Int64)] {
            #expect(try mart.sell(sale, MartFixture.line("1", 1, at: price), soldAt: soldAt).status == .accepted, "\(sale)")
            #expect(try mart.published(SaleRecorded.self).lines.first?.unitPrice == Rupiah(price))
        }
    }

    @Test func `a sale of a day before every known price costs the first of them`() throws {
        let mart = try MartFixture(stock: 10)
        #expect(try mart.sell("a", MartFixture.line("1", 1), soldAt: "2025-06-01T02:00:00Z").status == .accepted)
        #expect(try mart.published(SaleRecorded.self).total == Rupiah(25_000))
    }

    @Test func `of two changes for the same day the later in sequence counts`() throws {
        let mart = try MartFixture()
        try mart.list(sequence: 1)
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-05"), sequence: 4)
        try mart.harness.receive(MartFixture.priceChanged(to: 28_000, from: "2026-02-05"), sequence: 3)
        #expect(try mart.price() == 30_000)
    }

    @Test func `a change for another day stands whatever its sequence`() throws {
        let mart = try MartFixture()
        try mart.list(sequence: 1)
        try mart.harness.receive(MartFixture.priceChanged(to: 28_000, from: "2026-02-05"), sequence: 4)
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-06"), sequence: 3)
        #expect(try mart.price() == 28_000)
        try mart.harness.advance(to: "2026-02-06")
        #expect(try mart.price() == 30_000)
    }

    @Test func `a listing at another price changes it from today`() throws {
        let mart = try MartFixture(now: "2026-02-05")
        try mart.list(price: 25_000, sequence: 1)
        try mart.harness.advance(to: "2026-02-06")
        try mart.list(price: 27_000, sequence: 2)
        #expect(try mart.price() == 27_000)
        #expect(try mart.product()["prices"]?.written.contains(#"{"effectiveOn":"2026-02-06","price":27000}"#) == true)
    }

    @Test func `a stale listing does not bring an old price back`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.registered(price: 20_000), sequence: 1)
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-05"), sequence: 3)
        try mart.list(price: 22_000, sequence: 2)
        #expect(try mart.price() == 30_000)
    }

    @Test func `a listing said before a change came into force does not undo it`() throws {
        // Consignment was away: what was said on the 5th arrives on the 6th, when the change is in force.
        let mart = try MartFixture(now: "2026-02-06")
        try mart.harness.receive(MartFixture.registered(price: 20_000), sequence: 1)
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-06"), sequence: 2)
        try mart.list(price: 20_000, sequence: 3)
        #expect(try mart.price() == 30_000)
    }

    @Test func `a late listing gives a product its price though a later change is known`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-03-01"), sequence: 3)
        try mart.list(price: 20_000, sequence: 2)
        #expect(try mart.price() == 20_000)
        try mart.harness.advance(to: "2026-03-01")
        #expect(try mart.price() == 30_000)
    }

    @Test func `a price may be known before its product`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.priceChanged(to: 30_000, from: "2026-02-05"), sequence: 2)
        #expect(try mart.harness.get("/v1/products/kopi").status == 404)
        try mart.harness.receive(MartFixture.registered(price: 20_000), sequence: 1)
        #expect(try mart.price() == 30_000)
    }
}
