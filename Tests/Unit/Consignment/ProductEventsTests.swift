import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

/// What Consignment learns of products and marts, in whatever order it is told.
@Suite struct ProductEventsTests {
    @Test func `a listing alone suffices to receive and to sell`() throws {
        let mart = try MartFixture()
        try mart.list()
        #expect(try mart.receive("lot-1", 5).status == .accepted)
        #expect(try mart.sell("sale-1", MartFixture.line("1", 2)).status == .accepted)
    }

    @Test func `a registered product of an open mart may be received, and waits for its listing to be sold`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.registered())
        try mart.open()
        #expect(try mart.product()["state"]?.string == "awaiting-permits")
        #expect(try mart.receive("lot-1", 5).status == .accepted)
        let reply = try mart.sell("sale-1", MartFixture.line("1", 2))
        #expect(reply.code == .productNotListed)
        #expect(reply.details.written == #"{"lineId":"1","retriable":true}"#)
    }

    @Test func `a listing with a lower sequence than a hold has no effect`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.held(), sequence: 9)
        #expect(try mart.list(sequence: 8) == .accepted)
        #expect(try mart.product()["state"]?.string == "held")
        #expect(try mart.list(sequence: 10) == .accepted)
        #expect(try mart.product()["state"]?.string == "listed")
    }

    @Test func `a hold with a lower sequence than a listing has no effect`() throws {
        let mart = try MartFixture()
        try mart.list(sequence: 9)
        try mart.harness.receive(MartFixture.held(), sequence: 8)
        #expect(try mart.product()["state"]?.string == "listed")
    }

    @Test func `without sequences the order of arrival counts`() throws {
        let mart = try MartFixture()
        try mart.list()
        try mart.harness.receive(MartFixture.held())
        #expect(try mart.product()["state"]?.string == "held")
        try mart.list()
        #expect(try mart.product()["state"]?.string == "listed")
    }

    @Test func `the sequence of one source says nothing about another's`() throws {
        let mart = try MartFixture()
        try mart.list(sequence: 9)
        try mart.harness.receive(MartFixture.held(), source: "/catalog~1", sequence: 1)
        #expect(try mart.product()["state"]?.string == "held")
    }

    @Test func `a withdrawn product stays withdrawn whatever arrives later`() throws {
        let mart = try MartFixture()
        try mart.list(sequence: 1)
        try mart.harness.receive(MartFixture.delisted(), sequence: 2)
        try mart.list(sequence: 3)
        try mart.harness.receive(MartFixture.held(), sequence: 4)
        #expect(try mart.product()["state"]?.string == "withdrawn")
        #expect(try mart.product()["reason"]?.string == "no longer made")
    }

    @Test func `every order of arrival ends in the same product`() throws {
        let events: [(any Event, Int64)] = [
            (MartFixture.registered(price: 10_000), 1), (try MartFixture.priceChanged(to: 12_000, from: "2026-02-03"), 2),
            (try MartFixture.listed(price: 12_000), 3), (try MartFixture.priceChanged(to: 15_000, from: "2026-02-20"), 4),
            (MartFixture.held(), 5),
        ]
        var answers: Set<String> = []
        for order in permutations(Array(events.indices)) {
            let mart = try MartFixture()
            for index in order { try mart.harness.receive(events[index].0, sequence: events[index].1) }
            let product = try mart.product()
            let today = "\(product["state"]?.string ?? "") \(product["price"]?.int64 ?? 0) \(product["kind"]?.string ?? "")"
            try mart.harness.advance(to: "2026-02-20")
            answers.insert("\(today) \(try mart.price() ?? 0)")
        }
        #expect(answers == ["held 12000 food-dry 15000"])
    }

    @Test func `the kind follows the latest event`() throws {
        let mart = try MartFixture()
        let reclassified = ProductReclassified.with {
            $0.productId = "kopi"
            $0.kind = .foodFreshPlant
        }
        try mart.harness.receive(reclassified, sequence: 5)
        #expect(try mart.harness.get("/v1/products/kopi").status == 404)
        try mart.harness.receive(MartFixture.registered(), sequence: 4)
        #expect(try mart.product()["kind"]?.string == "food-fresh-plant")
        try mart.list(sequence: 6)
        #expect(try mart.product()["kind"]?.string == "food-dry")
    }

    @Test func `an event that gives a product to somebody else is kept for a person`() throws {
        let mart = try MartFixture()
        try mart.list()
        #expect(try mart.list(seller: "s2") == .parked)
        #expect(try mart.list(regency: "53.07") == .parked)
        #expect(try mart.harness.parked.map(\.reason) == ["inconsistent", "inconsistent"])
        #expect(try mart.product()["sellerId"]?.string == "s1")
    }

    @Test func `a mart opens on its day, and of two days the earlier counts`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(MartFixture.registered())
        try mart.open(on: "2026-02-07")
        #expect(try mart.receive("lot-1", 1).code == .martNotOpen)
        try mart.harness.advance(to: "2026-02-06")
        #expect(try mart.receive("lot-1", 1).code == .martNotOpen)
        try mart.harness.advance(to: "2026-02-07")
        #expect(try mart.receive("lot-1", 1).status == .accepted)
        try mart.open(on: "2026-02-09")
        #expect(try mart.receive("lot-2", 1).status == .accepted)
    }

    @Test func `an event a second time has no second effect`() throws {
        let mart = try MartFixture()
        try mart.harness.receive(try MartFixture.listed(), id: "e1", sequence: 1)
        try mart.harness.receive(MartFixture.held(), id: "e2", sequence: 2)
        try mart.harness.receive(try MartFixture.listed(), id: "e1", sequence: 1)
        #expect(try mart.product()["state"]?.string == "held")
    }
}
