import Contracts
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite struct ExpiryTests {
    @Test(arguments: ["approved", "suspended"])
    func `a permit expires on the day after its last, approved or suspended`(state: String) throws {
        let permits = try PermitsFixture(state, validUntil: "2028-02-29")
        try permits.harness.advance(to: "2028-02-29T15:59:59Z")
        _ = try permits.harness.takePublished()
        #expect(try permits.state() == state)
        try permits.harness.advance(to: "2028-02-29T16:00:00Z")
        let events = try permits.harness.takePublished()
        try #require(events.map(\.name) == ["permit-expired"])
        #expect(events[0].causationId == "clock:2028-03-01" && events[0].subject == "p1" && events[0].regency == "53.06")
        let expired = try events[0].decode(PermitExpired.self)
        #expect(expired.validUntil == date("2028-02-29") && expired.permit.agency == .dinasKesehatan && expired.permit.sellerId == "s1")
        #expect(try permits.state() == "expired")
        try permits.harness.advance(to: "2029-01-01")
        #expect(try permits.events().isEmpty)
    }

    @Test func `an end is announced at 180, 90, 30 and 7 days, once each, on those days`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2027-01-31")
        var announced: [String] = []
        var day = date("2026-02-05")
        while day <= date("2027-01-31") {
            try permits.harness.advance(to: day.description)
            for event in try permits.harness.takePublished() {
                let expiring = try event.decode(PermitExpiring.self)
                #expect(event.name == "permit-expiring" && expiring.validUntil == date("2027-01-31"))
                announced.append("\(day) \(expiring.daysLeft)")
            }
            day = day.adding(days: 1)
        }
        #expect(announced == ["2026-08-04 180", "2026-11-02 90", "2027-01-01 30", "2027-01-24 7"])
    }

    @Test func `after a gap only the nearest threshold is announced`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2027-01-31")
        try permits.harness.advance(to: "2027-01-10")
        let events = try permits.harness.takePublished()
        try #require(events.map(\.name) == ["permit-expiring"])
        #expect(try events[0].decode(PermitExpiring.self).daysLeft == 30)
        try permits.harness.advance(to: "2027-01-31")
        #expect(try permits.harness.takePublished().map { try $0.decode(PermitExpiring.self).daysLeft } == [7])
    }

    @Test func `after a gap beyond the end nothing is announced any more`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2027-01-31")
        try permits.harness.advance(to: "2027-02-01")
        #expect(try permits.events() == ["permit-expired p1"])
    }

    @Test func `a suspended permit's end is announced, a revoked one's is not`() throws {
        let permits = try PermitsFixture("suspended", validUntil: "2027-01-31")
        try permits.harness.advance(to: "2026-08-04")
        #expect(try permits.events() == ["permit-expiring p1"])
        try permits.revoke()
        _ = try permits.harness.takePublished()
        try permits.harness.advance(to: "2027-03-01")
        #expect(try permits.events().isEmpty)
    }

    @Test func `suspending and reinstating announces nothing twice`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2026-03-01")
        try permits.suspend()
        try permits.reinstate()
        #expect(try permits.events() == ["permit-suspended p1", "permit-reinstated p1"])
        try permits.harness.advance(to: "2026-02-22")
        #expect(try permits.events() == ["permit-expiring p1"])
    }

    @Test func `many permits that end on one day are done in chunks, each once`() throws {
        let permits = try PermitsFixture()
        let count = 450
        for number in 1...count {
            try permits.apply("p\(number)", product: "product-\(number)")
            try permits.approve("p\(number)", validUntil: "2026-12-31")
        }
        _ = try permits.harness.takePublished()
        try permits.harness.advance(to: "2027-01-01")
        let events = try permits.harness.takePublished()
        #expect(events.count == count && events.allSatisfy { $0.name == "permit-expired" })
        #expect(Set(events.compactMap(\.subject)).count == count)
        #expect(try permits.harness.number("SELECT count(*) FROM permit WHERE state = 'expired' AND dueOn IS NULL") == Int64(count))
    }

    @Test func `a decision on the first day after the end comes too late, even before the timer`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2026-12-31")
        try permits.harness.advance(to: "2026-12-31")
        _ = try permits.harness.takePublished()
        permits.harness.store.clock.advance(to: date("2027-01-01").start)
        #expect(try permits.suspend().code == .wrongState)
        #expect(try permits.events().isEmpty)
        try permits.harness.advance(to: "2027-01-01")
        #expect(try permits.events() == ["permit-expired p1"])
    }

    @Test func `a renewal is a permit of its own and lives beside the old one`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2026-12-31")
        try permits.apply("p2")
        try permits.approve("p2", validFrom: "2026-12-01")
        try permits.harness.advance(to: "2027-01-01")
        #expect(try permits.state("p1") == "expired")
        #expect(try permits.state("p2") == "approved")
    }
}
