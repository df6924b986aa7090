import Contracts
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite struct DatedDecisionTests {
    private func scheduled(_ permits: PermitsFixture) throws -> [String] {
        try permits.read()["scheduled"]?.elements.map { entry in
            [entry["action"], entry["effectiveOn"], entry["status"]].compactMap { $0?.string }.joined(separator: " ")
        } ?? []
    }

    @Test func `a decision without a date takes effect today`() throws {
        let permits = try PermitsFixture("approved")
        try permits.suspend(reason: "inspection")
        try permits.reinstate(reason: "clean again")
        try permits.revoke(reason: "forged")
        let events = try permits.harness.takePublished()
        try #require(events.map(\.name) == ["permit-suspended", "permit-reinstated", "permit-revoked"])
        let suspended = try events[0].decode(PermitSuspended.self)
        #expect(
            suspended.decision.reason == "inspection" && suspended.decision.officer == "Yosef"
                && suspended.decision.effectiveOn == date("2026-02-05"))
        #expect(try events[1].decode(PermitReinstated.self).decision.reason == "clean again")
        let revoked = try events[2].decode(PermitRevoked.self)
        #expect(revoked.decision.effectiveOn == date("2026-02-05") && revoked.permit == suspended.permit)
    }

    @Test func `today is the day in WITA`() throws {
        let permits = try PermitsFixture("approved", now: "2026-02-05T16:30:00Z")
        #expect(try permits.suspend(on: "2026-02-05").code == .invalid)
        #expect(try permits.suspend(on: "2026-02-06").status == .accepted)
        #expect(try permits.state() == "suspended")
    }

    @Test(arguments: ["approved", "suspended"])
    func `a past date is invalid but for a revocation, which keeps it`(state: String) throws {
        let permits = try PermitsFixture(state)
        for reply in [try permits.suspend(on: "2026-02-04"), try permits.reinstate(on: "2026-02-04")] {
            #expect(reply.code == .invalid && reply.details["field"]?.string == "effectiveOn")
        }
        #expect(try permits.revoke(on: "2025-12-24").status == .accepted)
        let event = try #require(try permits.harness.takePublished().last)
        #expect(event.name == "permit-revoked")
        #expect(try event.decode(PermitRevoked.self).decision.effectiveOn == date("2025-12-24"))
    }

    @Test func `codes are judged in their order: invalid, not-found, wrong-state`() throws {
        let permits = try PermitsFixture("refused")
        #expect(try permits.suspend("unknown", on: "2026-02-04").code == .invalid)
        #expect(try permits.suspend("unknown", on: "2026-02-06").code == .notFound)
        #expect(try permits.revoke("unknown", on: "2026-02-04").code == .notFound)
        #expect(try permits.suspend(on: "2026-02-04").code == .invalid)
        #expect(try permits.suspend(on: "2026-02-06").code == .wrongState)
        #expect(try permits.revoke(on: "2026-02-04").code == .wrongState)
    }

    @Test func `a decision for later is kept, shown, and published on its day alone`() throws {
        let permits = try PermitsFixture("approved")
        #expect(try permits.suspend(reason: "festival", on: "2026-02-10").status == .accepted)
        #expect(try permits.events().isEmpty)
        #expect(try permits.state() == "approved")
        #expect(try scheduled(permits) == ["suspend 2026-02-10 pending"])
        try permits.harness.advance(to: "2026-02-09T15:59:59Z")
        #expect(try permits.events().isEmpty)
        try permits.harness.advance(to: "2026-02-09T16:00:00Z")
        let events = try permits.harness.takePublished()
        try #require(events.map(\.name) == ["permit-suspended"])
        let suspended = try events[0].decode(PermitSuspended.self)
        #expect(
            suspended.decision.reason == "festival" && suspended.decision.officer == "Yosef"
                && suspended.decision.effectiveOn == date("2026-02-10"))
        #expect(events[0].causationId == "clock:2026-02-10")
        #expect(try permits.state() == "suspended")
        #expect(try scheduled(permits) == ["suspend 2026-02-10 done"])
    }

    @Test func `what happens on the day is found by the correlation of its command`() throws {
        let permits = try PermitsFixture("approved")
        try permits.harness.send(
            RevokePermit.with {
                $0.permitId = "p1"
                $0.reason = "closed"
                $0.officer = "Yosef"
                $0.effectiveOn = date("2026-02-10")
            }, id: "the-command")
        try permits.harness.advance(to: "2026-02-10")
        #expect(try permits.harness.takePublished().map(\.correlationId) == ["the-command"])
    }

    @Test func `after a gap it takes effect with its own day`() throws {
        let permits = try PermitsFixture("approved")
        try permits.suspend(on: "2026-02-10")
        try permits.harness.advance(to: "2026-02-20")
        let event = try #require(try permits.harness.takePublished().first)
        #expect(try event.decode(PermitSuspended.self).decision.effectiveOn == date("2026-02-10"))
        #expect(event.causationId == "clock:2026-02-20")
    }

    @Test func `the same decision again is a duplicate while it waits and after it took effect`() throws {
        let permits = try PermitsFixture("approved")
        try permits.suspend(on: "2026-02-10")
        #expect(try permits.suspend(on: "2026-02-10").status == .duplicate)
        #expect(try permits.suspend(reason: "another", on: "2026-02-10").code == .wrongState)
        try permits.harness.advance(to: "2026-02-12")
        #expect(try permits.suspend(on: "2026-02-10").status == .duplicate)
        #expect(try permits.events() == ["permit-suspended p1"])
        #expect(try scheduled(permits).count == 1)
    }

    @Test func `a suspension from one day to another can be said in advance`() throws {
        let permits = try PermitsFixture("approved")
        #expect(try permits.reinstate(on: "2026-02-20").code == .wrongState)
        #expect(try permits.suspend(on: "2026-02-10").status == .accepted)
        #expect(try permits.reinstate(on: "2026-02-20").status == .accepted)
        #expect(try permits.suspend(reason: "again", on: "2026-02-15").code == .wrongState)
        try permits.harness.advance(to: "2026-02-10")
        #expect(try permits.events() == ["permit-suspended p1"])
        try permits.harness.advance(to: "2026-02-20")
        #expect(try permits.events() == ["permit-reinstated p1"])
        #expect(try permits.state() == "approved")
    }

    @Test func `a scheduled decision that the state no longer allows is dropped on its day`() throws {
        let permits = try PermitsFixture("approved")
        try permits.suspend(on: "2026-02-10")
        try permits.suspend(reason: "at once")
        _ = try permits.harness.takePublished()
        try permits.harness.advance(to: "2026-02-10")
        #expect(try permits.events().isEmpty)
        #expect(try permits.state() == "suspended")
        #expect(try scheduled(permits) == ["suspend 2026-02-10 dropped"])
    }

    @Test func `a revocation drops whatever was scheduled`() throws {
        let permits = try PermitsFixture("approved")
        try permits.suspend(on: "2026-02-10")
        try permits.revoke()
        #expect(try scheduled(permits) == ["suspend 2026-02-10 dropped"])
        _ = try permits.harness.takePublished()
        try permits.harness.advance(to: "2026-03-01")
        #expect(try permits.events().isEmpty)
        #expect(try permits.state() == "revoked")
    }

    @Test func `nothing is scheduled beyond the permit's end`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2028-02-28")
        #expect(try permits.revoke(on: "2028-02-29").code == .wrongState)
        #expect(try permits.revoke(on: "2028-02-28").status == .accepted)
    }

    @Test func `what is due comes before a decision that arrives first on a new day`() throws {
        let permits = try PermitsFixture("approved")
        try permits.suspend(on: "2026-02-06")
        // The clock passes midnight while no timer fires.
        permits.harness.store.clock.advance(to: date("2026-02-06").start)
        #expect(try permits.suspend(reason: "another").code == .wrongState)
        #expect(try permits.reinstate().status == .accepted)
        #expect(try permits.events() == ["permit-suspended p1", "permit-reinstated p1"])
        #expect(try permits.state() == "approved")
    }
}
