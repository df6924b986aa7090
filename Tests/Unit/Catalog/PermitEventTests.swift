import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Permits list and hold products, in whatever order their events come")
struct PermitEventTests {
    @Test("A product is listed as soon as, and only when, its last permit is in force")
    func listsWithTheLastPermit() throws {
        let world = try World()
        try world.addProduct("p", .saltIodised)
        try world.approve("b", .bpomMd, for: "p", until: "2031-01-31")
        try world.approve("n")
        #expect(try world.news() == ["product-registered p"])
        #expect(try world.missing("p") == ["sni"])
        try world.approve("s", .sni, for: "p", until: "2030-01-31")
        let event = try #require(try world.harness.takePublished().first)
        #expect(event.name == "product-listed")
        #expect(event.routingKey == "catalog.product-listed.53.06")
        #expect(
            String(decoding: event.data.rawBytes, as: UTF8.self)
                == #"{"productId":"p","sellerId":"ina","regency":"53.06","name":"Product p","programme":"ovop","kind":"salt-iodised","#
                + #""price":25000,"unit":"pcs","listedUntil":"2030-01-31"}"#)
        #expect(try world.missing("p") == [])
    }

    @Test("Permits that came before the seller and the product count when they are registered")
    func permitsComeFirst() throws {
        let world = try World()
        try world.approve("n", of: "ama")
        try world.approve("k", .pkrt, of: "ama", for: "soap", until: "2031-01-31")
        #expect(try world.news() == [])
        try world.addSeller("ama")
        try world.addProduct("soap", .household, of: "ama")
        #expect(try world.news() == ["seller-registered ama", "product-registered soap", "product-listed soap until 2031-01-31"])
    }

    @Test("A grant to another seller does not count, whosever product it names")
    func foreignGrant() throws {
        let world = try World()
        try world.addSeller("ama")
        try world.approve("n")
        try world.addProduct("p", .foodShortLife)
        try world.approve("h", .hygiene, of: "ama", for: "p")
        try world.approve("n-2", of: "ama")
        #expect(try world.state(of: "p") == "awaiting-permits")
        try world.approve("h", .hygiene, of: "ina", for: "p", until: "2026-12-31")
        #expect(try world.state(of: "p") == "listed")
    }

    @Test("Either alternative lists a book")
    func alternatives() throws {
        let world = try World()
        try world.addProduct("b", .book)
        #expect(try world.missing("b") == ["nib|school-letter"])
        try world.approve("l", .schoolLetter, for: "b")
        #expect(try world.state(of: "b") == "listed")
        try world.suspend("l", .schoolLetter, for: "b")
        #expect(try world.state(of: "b") == "held permit-suspended")
        try world.approve("n")
        #expect(try world.state(of: "b") == "listed")
    }

    @Test("Suspension holds, reinstatement lists again, revocation holds for good")
    func decisions() throws {
        let world = try listed()
        try world.suspend("n", sequence: 2)
        #expect(try world.news() == ["product-held p permit-suspended nib"])
        try world.reinstate("n", sequence: 3)
        #expect(try world.news() == ["product-listed p"])
        try world.revoke("n", sequence: 4)
        #expect(try world.news() == ["product-held p permit-revoked nib"])
        try world.reinstate("n", sequence: 5)
        try world.approve("n", sequence: 6)
        #expect(try world.news() == [])
        try world.approve("n-new", sequence: 7)
        #expect(try world.news() == ["product-listed p"])
    }

    @Test("An event that repeats what is known publishes nothing")
    func repetition() throws {
        let world = try listed()
        try world.approve("n")
        try world.suspend("n")
        try world.suspend("n")
        #expect(try world.news() == ["product-held p permit-suspended nib"])
    }

    @Test("Of a permit's decisions the one with the highest sequence stands, in any order of arrival")
    func lateDecisions() throws {
        let world = try listed()
        #expect(try world.reinstate("n", sequence: 9) == .accepted)
        #expect(try world.suspend("n", sequence: 7) == .accepted)
        #expect(try world.news() == [])
        #expect(try world.state(of: "p") == "listed")
        try world.suspend("n", sequence: 10)
        try world.reinstate("n", sequence: 10)
        #expect(try world.news() == ["product-held p permit-suspended nib"])
    }

    @Test("A suspension that came before its approval is remembered", arguments: [Int64(2), nil])
    func suspensionComesFirst(sequence: Int64?) throws {
        let world = try World()
        try world.addProduct("p")
        try world.suspend("n", sequence: sequence)
        try world.approve("n", sequence: sequence.map { $0 - 1 })
        #expect(try world.news() == ["product-registered p"])
        #expect(try world.state(of: "p") == "awaiting-permits")
        try world.reinstate("n", sequence: sequence.map { $0 + 1 })
        #expect(try world.news() == ["product-listed p"])
    }

    @Test("A suspension and its reinstatement that both came before the approval leave the permit in force")
    func bothComeFirst() throws {
        let world = try World()
        try world.addProduct("p")
        try world.reinstate("n", sequence: 3)
        try world.suspend("n", sequence: 2)
        try world.approve("n", sequence: 1)
        #expect(try world.news() == ["product-registered p", "product-listed p"])
    }

    @Test("Revoked stays, even if the approval arrives later", arguments: [Int64(2), nil])
    func revocationComesFirst(sequence: Int64?) throws {
        let world = try World()
        try world.revoke("n", sequence: sequence)
        try world.approve("n", sequence: sequence.map { $0 - 1 })
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p"])
        try world.approve("n")
        try world.reinstate("n")
        #expect(try world.state(of: "p") == "awaiting-permits")
    }

    @Test("Expired stays, even if the approval arrives later", arguments: ["2026-02-04", nil])
    func expiryComesFirst(until: String?) throws {
        let world = try World()
        try world.expire("n", until: until)
        try world.approve("n", until: "2030-01-01")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p"])
    }

    @Test("permit-expired only confirms: the day is judged by our own clock")
    func expiryConfirms() throws {
        let world = try World()
        try world.approve("n", until: "2026-02-06")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p", "product-listed p until 2026-02-06"])
        try world.expire("n", until: "2026-02-06")
        #expect(try world.news() == [])
        try world.harness.advance(to: "2026-02-07")
        #expect(try world.news() == ["product-held p permit-expired nib"])
    }

    @Test("permit-expired of a permit that we believed in force holds at once")
    func expiryHolds() throws {
        let world = try listed()
        try world.expire("n", until: "2026-02-04")
        #expect(try world.news() == ["product-held p permit-expired nib"])
        try world.reinstate("n")
        #expect(try world.news() == [])
    }

    @Test("A decision of a day to come ends the listing the day before, and holds on that day")
    func plannedDecision() throws {
        let world = try listed()
        try world.suspend("n", on: "2026-02-10")
        #expect(try world.news() == ["product-listed p until 2026-02-09"])
        try world.harness.advance(to: "2026-02-10")
        #expect(try world.news() == ["product-held p permit-suspended nib"])
        try world.reinstate("n", on: "2026-02-12")
        #expect(try world.news() == [])
        try world.harness.advance(to: "2026-02-12")
        #expect(try world.news() == ["product-listed p"])
    }

    @Test("An approval with other dates replaces the older one, and an older one has no effect")
    func laterApproval() throws {
        let world = try World()
        try world.addProduct("p")
        try world.approve("n", until: "2026-12-31", sequence: 5)
        try world.approve("n", until: "2027-12-31", sequence: 6)
        try world.approve("n", until: "2026-06-30", sequence: 4)
        #expect(try world.news() == ["product-registered p", "product-listed p until 2026-12-31", "product-listed p until 2027-12-31"])
    }

    @Test("An event whose data breaks the contract is parked, and touches nothing")
    func wrongEvent() throws {
        let world = try listed()
        #expect(try world.approve("x", .nib, for: "p") == .parked)
        #expect(try world.approve("y", .halal) == .parked)
        #expect(try world.harness.parked.map(\.reason) == ["invalid-data", "invalid-data"])
        #expect(try world.news() == [])
        #expect(try world.harness.number("SELECT COUNT(*) FROM permit") == 1)
    }

    @Test("What a message brings about names it as its cause")
    func causes() throws {
        let world = try World()
        try world.addProduct("p")
        _ = try world.news()
        try world.harness.receive(
            PermitApproved.with {
                $0.permit.permitId = "n"
                $0.permit.sellerId = "ina"
                $0.number = "1"
                $0.validFrom = day("2026-01-01")
                $0.officer = "O"
            }, id: "event-1")
        #expect(try world.harness.takePublished().map(\.causationId) == ["event-1"])
    }

    /// A listed product `p`, by the permit `n` without an end.
    private func listed() throws -> World {
        let world = try World()
        try world.approve("n", sequence: 1)
        try world.addProduct("p")
        _ = try world.news()
        return world
    }
}
