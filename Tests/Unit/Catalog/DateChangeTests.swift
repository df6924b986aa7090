import Contracts
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite("Dates list and hold products by the clock")
struct DateChangeTests {
    @Test("A permit ends: listed on its last day until midnight in WITA, held the next")
    func expires() throws {
        let world = try World()
        try world.approve("n", until: "2026-02-06")
        try world.addProduct("p")
        _ = try world.news()
        try world.harness.advance(to: "2026-02-06T15:59:59Z")
        #expect(try world.news() == [])
        #expect(try world.state(of: "p") == "listed")
        try world.harness.advance(to: "2026-02-06T16:00:00Z")
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["product-held"])
        #expect(events.first?.causationId == "clock:2026-02-07")
        #expect(
            events.first.map { String(decoding: $0.data.rawBytes, as: UTF8.self) }
                == #"{"productId":"p","sellerId":"ina","regency":"53.06","reason":"permit-expired","missingPermits":["nib"]}"#)
    }

    @Test("A permit begins: the product is listed on its first day")
    func begins() throws {
        let world = try World()
        try world.approve("n", from: "2026-02-10", until: "2026-02-12")
        try world.addProduct("p")
        try world.harness.advance(to: "2026-02-09")
        #expect(try world.news() == ["product-registered p"])
        try world.harness.advance(to: "2026-02-10")
        #expect(try world.news() == ["product-listed p until 2026-02-12"])
    }

    @Test("A gap of one day between a permit and its renewal holds for that day")
    func gap() throws {
        let world = try World()
        try world.approve("n-1", until: "2026-02-10")
        try world.approve("n-2", from: "2026-02-12", until: "2026-12-31")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p", "product-listed p until 2026-02-10"])
        try world.harness.advance(to: "2026-02-11")
        #expect(try world.news() == ["product-held p permit-expired nib"])
        try world.harness.advance(to: "2026-02-12")
        #expect(try world.news() == ["product-listed p until 2026-12-31"])
    }

    @Test("A renewal without a gap is told at once by a new end, and nothing happens on the day")
    func renewal() throws {
        let world = try World()
        try world.approve("n-1", until: "2026-02-10")
        try world.addProduct("p")
        _ = try world.news()
        try world.approve("n-2", from: "2026-02-11", until: "2026-12-31")
        #expect(try world.news() == ["product-listed p until 2026-12-31"])
        try world.harness.advance(to: "2026-02-11")
        #expect(try world.news() == [])
        try world.approve("n-3", from: "2026-03-01")
        #expect(try world.news() == ["product-listed p"])
    }

    @Test("The halal obligation holds dry food on its first day, unless the certificate is there")
    func halal() throws {
        let world = try World(now: "2026-10-15T02:00:00Z")
        try world.approve("n")
        for productId in ["with", "without"] {
            try world.approve("s-\(productId)", .sppIrt, for: productId)
            try world.addProduct(productId, .foodDry)
        }
        _ = try world.news()
        try world.approve("h", .halal, for: "with")
        #expect(try world.news() == ["product-listed with"])
        try world.harness.advance(to: "2026-10-16")
        #expect(try world.news() == [])
        try world.harness.advance(to: "2026-10-17")
        #expect(try world.news() == ["product-held without requirements-changed halal"])
        #expect(try world.harness.get("/v1/products/without").body["requiredPermits"]?.elements.count == 3)
        try world.approve("h-2", .halal, for: "without")
        #expect(try world.news() == ["product-listed without"])
    }

    @Test("After a pause over several dates, only what is true today is published")
    func pause() throws {
        let world = try World()
        try world.approve("n-1", until: "2026-02-10")
        try world.approve("n-2", from: "2026-02-12", until: "2026-12-31")
        try world.addProduct("p")
        _ = try world.news()
        try world.harness.advance(to: "2026-02-20")
        #expect(try world.news() == ["product-listed p until 2026-12-31"])
    }

    @Test("A product that is held for the mart is held for its permit when that ends, and does not await again")
    func heldForMartThenPermit() throws {
        let world = try World(isMartOpen: false)
        try world.approve("n", until: "2026-02-06")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p", "product-held p mart-not-open"])
        try world.harness.advance(to: "2026-02-07")
        #expect(try world.news() == ["product-held p permit-expired nib"])
        try world.openMart(on: "2026-02-07")
        #expect(try world.news() == ["mart-opened 53.06"])
        try world.approve("n-2", from: "2026-02-07")
        #expect(try world.news() == ["product-listed p"])
    }

    @Test("When one more permit ends while the product is held, the hold is told again")
    func secondLapse() throws {
        let world = try World()
        try world.approve("n", until: "2026-02-06")
        try world.approve("h", .hygiene, for: "p", until: "2026-02-07")
        try world.addProduct("p", .foodShortLife)
        _ = try world.news()
        try world.harness.advance(to: "2026-02-07")
        #expect(try world.news() == ["product-held p permit-expired nib"])
        try world.harness.advance(to: "2026-02-08")
        #expect(try world.news() == ["product-held p permit-expired nib,hygiene"])
    }

    @Test("A read before the timers have run already tells the new day's truth")
    func readsAreOfTheDay() throws {
        let world = try World()
        try world.approve("n", until: "2026-02-06")
        try world.addProduct("p")
        world.harness.store.clock.advance(to: day("2026-02-07").start)
        #expect(try world.state(of: "p") == "held permit-expired")
        #expect(try world.missing("p") == ["nib"])
        #expect(try world.harness.number("SELECT COUNT(*) FROM product WHERE state = 'listed'") == 1)
    }

    @Test("A permit to the last day of the calendar does no harm")
    func farthestDate() throws {
        let world = try World()
        try world.approve("n", until: "9999-12-31")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p", "product-listed p until 9999-12-31"])
    }
}
