import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("A product's price, kind and life change")
struct ProductChangeTests {
    // MARK: Prices

    @Test("A price without a date is in force at once, and is announced with today's date")
    func priceFromToday() throws {
        let world = try listed()
        #expect(try world.setPrice("p", 30_000).status == .accepted)
        let event = try #require(try world.harness.takePublished().first)
        #expect(event.name == "price-changed")
        #expect(event.regency == "53.06")
        #expect(try event.decode(PriceChanged.self).effectiveOn == day("2026-02-05"))
        #expect(try world.price(of: "p") == 30_000)
    }

    @Test("A price with a date is announced at acceptance and in force from that date, by the calendar and not by arrival")
    func datedPrices() throws {
        let world = try listed()
        try world.setPrice("p", 40_000, on: "2026-03-10")
        try world.setPrice("p", 35_000, on: "2026-03-01")
        try world.setPrice("p", 36_000, on: "2026-03-01")
        #expect(try world.news() == ["price-changed p", "price-changed p", "price-changed p"])
        for (date, price) in [("2026-02-28", 25_000), ("2026-03-01", 36_000), ("2026-03-09", 36_000), ("2026-03-10", 40_000)] {
            try world.harness.advance(to: date)
            #expect(try world.price(of: "p") == Int64(price), "on \(date)")
        }
        #expect(try world.news() == [])
    }

    @Test("A past date is invalid, even for a product that is not known; yesterday in WITA is past")
    func pastPrice() throws {
        let world = try World(now: "2026-02-05T16:00:00Z")
        let reply = try world.setPrice("p", 1, on: "2026-02-05")
        #expect(reply.code == .invalid)
        #expect(reply.details["field"]?.string == "effectiveOn")
        #expect(try world.setPrice("p", 1, on: "2026-02-06").code == .notFound)
    }

    @Test("A price of an unknown product is not found, of a withdrawn one a wrong state")
    func priceOfNothing() throws {
        let world = try listed()
        #expect(try world.setPrice("q", 1).details["retriable"]?.bool == true)
        try world.withdraw("p")
        #expect(try world.setPrice("p", 1).code == .wrongState)
        #expect(try world.price(of: "p") == 25_000)
    }

    @Test("A change of price is always new, also to the same price")
    func priceIsAlwaysNew() throws {
        let world = try listed()
        #expect(try world.setPrice("p", 25_000).status == .accepted)
        #expect(try world.setPrice("p", 25_000).status == .accepted)
        #expect(try world.news() == ["price-changed p", "price-changed p"])
    }

    @Test("The listing announces the price in force that day")
    func listingCarriesThePrice() throws {
        let world = try World()
        try world.addProduct("p")
        try world.setPrice("p", 26_000)
        try world.setPrice("p", 99_000, on: "2026-02-06")
        _ = try world.news()
        try world.approve("n")
        let event = try #require(try world.harness.takePublished().first).decode(ProductListed.self)
        #expect(event.price == Rupiah(26_000))
        #expect(event.unit == "pcs")
        #expect(event.productName == "Product p")
    }

    @Test("Of prices whose dates have all come, the listing announces the one with the latest date, not the one accepted last")
    func listingCarriesTheLatestDate() throws {
        let world = try World()
        try world.addProduct("p")
        try world.setPrice("p", 40_000, on: "2026-02-10")
        try world.setPrice("p", 35_000, on: "2026-02-08")
        try world.harness.advance(to: "2026-02-11")
        _ = try world.news()
        try world.approve("n")
        #expect(try #require(try world.harness.takePublished().first).decode(ProductListed.self).price == Rupiah(40_000))
    }

    // MARK: Kinds

    @Test("Another kind that needs no other permit leaves the listing as it is")
    func reclassifiesWithinTheLaw() throws {
        let world = try listed()
        #expect(try world.reclassify("p", to: .textile).status == .accepted)
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["product-reclassified"])
        #expect(events.first?.regency == "53.06")
        #expect(
            events.first.map { String(decoding: $0.data.rawBytes, as: UTF8.self) }
                == #"{"productId":"p","kind":"textile","requiredPermits":["nib"]}"#)
        #expect(try world.state(of: "p") == "listed")
    }

    @Test("Another kind that needs a permit which is not there holds the product, until it comes or the kind goes back")
    func reclassifiesIntoAHold() throws {
        let world = try listed()
        try world.reclassify("p", to: .foodDry)
        #expect(try world.news() == ["product-reclassified p", "product-held p requirements-changed spp-irt"])
        try world.approve("s", .sppIrt, for: "p")
        #expect(try world.news() == ["product-listed p until 2026-10-16"])
        try world.reclassify("p", to: .craft)
        #expect(try world.news() == ["product-reclassified p", "product-listed p"])
    }

    @Test("A product that was never listed goes on awaiting, with the new kind's permits")
    func reclassifiesWhileAwaiting() throws {
        let world = try World()
        try world.addProduct("p", .cosmetic)
        try world.reclassify("p", to: .foodHighRisk)
        #expect(try world.news() == ["product-registered p", "product-reclassified p"])
        #expect(try world.missing("p") == ["nib", "bpom-md"])
        #expect(try world.state(of: "p") == "awaiting-permits")
    }

    @Test("The kind that it has already is a duplicate; a prohibited kind, an unknown and a withdrawn product are refused")
    func reclassificationIsRefused() throws {
        let world = try listed()
        #expect(try world.reclassify("p", to: .craft).status == .duplicate)
        #expect(try world.reclassify("p", to: .alcoholUnrefined).code == .prohibited)
        #expect(try world.reclassify("q", to: .alcoholUnrefined).code == .notFound)
        try world.withdraw("p")
        _ = try world.news()
        #expect(try world.reclassify("p", to: .alcoholRefined).code == .prohibited)
        #expect(try world.reclassify("p", to: .book).code == .wrongState)
        #expect(try world.reclassify("p", to: .craft).status == .duplicate)
        #expect(try world.news() == [])
    }

    // MARK: Withdrawal

    @Test("A withdrawal is final, from every state", arguments: ["listed", "held", "awaiting-permits"])
    func withdraws(state: String) throws {
        let world = try state == "awaiting-permits" ? World() : listed()
        if state == "awaiting-permits" { try world.addProduct("p") }
        if state == "held" { try world.suspend("n") }
        #expect(try world.state(of: "p").hasPrefix(state))
        _ = try world.news()
        #expect(try world.withdraw("p").status == .accepted)
        let event = try #require(try world.harness.takePublished().first)
        #expect(
            String(decoding: event.data.rawBytes, as: UTF8.self)
                == #"{"productId":"p","sellerId":"ina","regency":"53.06","reason":"no longer made"}"#)
        #expect(event.name == "product-delisted")
        try world.reinstate("n")
        try world.approve("n-2")
        try world.harness.advance(to: "2027-01-01")
        #expect(try world.news() == [])
        #expect(try world.state(of: "p") == "withdrawn no longer made")
        #expect(try world.missing("p") == [])
    }

    @Test("Withdrawn again for the same reason is a duplicate, for another one a wrong state, unknown not found")
    func withdrawalIsRefused() throws {
        let world = try listed()
        try world.withdraw("p", "sold out for good")
        #expect(try world.withdraw("p", "sold out for good").status == .duplicate)
        #expect(try world.withdraw("p", "another").code == .wrongState)
        #expect(try world.withdraw("q").code == .notFound)
        #expect(try world.news() == ["product-delisted p"])
    }

    /// A listed product `p`, by the permit `n`.
    private func listed() throws -> World {
        let world = try World()
        try world.approve("n")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p", "product-listed p"])
        return world
    }
}
