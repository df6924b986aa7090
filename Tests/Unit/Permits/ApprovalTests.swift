import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct ApprovalTests {
    @Test func `an approval says everything that a listing needs`() throws {
        let permits = try PermitsFixture("applied")
        #expect(try permits.approve(number: "206530600010130", validFrom: "2026-02-01", officer: "Maria").status == .accepted)
        let published = try permits.harness.takePublished()
        #expect(published.map(\.name) == ["permit-approved"])
        let event = try #require(published.first)
        #expect(event.routingKey == "permits.permit-approved.53.06")
        let approved = try event.decode(PermitApproved.self)
        #expect(approved.permit.permitId == "p1" && approved.permit.permitKind == .sppIrt && approved.permit.agency == .dinasKesehatan)
        #expect(approved.permit.sellerId == "s1" && approved.permit.productId == "product-1" && approved.permit.regency == "53.06")
        #expect(approved.number == "206530600010130" && approved.officer == "Maria" && approved.warnings.isEmpty)
        #expect(approved.validFrom == date("2026-02-01") && approved.validUntil == date("2031-01-31"))
        let read = try permits.read()
        #expect(read["number"]?.string == "206530600010130" && read["validUntil"]?.string == "2031-01-31")
        #expect(read["approvedBy"]?.string == "Maria" && read["inForce"]?.bool == true)
    }

    @Test func `a kind without an end has none on the wire either`() throws {
        let permits = try PermitsFixture("applied", kind: .nib)
        try permits.approve(number: "1234567890123")
        let event = try #require(try permits.harness.takePublished().first)
        #expect(event.data["validUntil"] == nil)
        #expect(event.data["productId"] == nil)
        try permits.harness.advance(to: "2126-01-01")
        #expect(try permits.events().isEmpty)
        #expect(try permits.state() == "approved")
    }

    @Test func `the officer's own end wins, also for a kind without one`() throws {
        let permits = try PermitsFixture("applied", kind: .nib)
        try permits.approve(number: "1234567890123", validUntil: "2028-06-30")
        #expect(try permits.read()["validUntil"]?.string == "2028-06-30")
    }

    @Test func `an end before the start is invalid, on the same day it is not`() throws {
        let permits = try PermitsFixture("applied")
        let reply = try permits.approve(validFrom: "2026-03-01", validUntil: "2026-02-28")
        #expect(reply.code == .invalid && reply.details["field"]?.string == "validUntil")
        #expect(try permits.approve(validFrom: "2026-03-01", validUntil: "2026-03-01").status == .accepted)
        #expect(try permits.read()["inForce"]?.bool == false)
        try permits.harness.advance(to: "2026-03-01")
        #expect(try permits.read()["inForce"]?.bool == true)
    }

    @Test func `a usual end beyond the calendar is invalid`() throws {
        let permits = try PermitsFixture("applied")
        #expect(try permits.approve(validFrom: "9996-01-01").code == .invalid)
        #expect(try permits.approve(validFrom: "9995-01-01").status == .accepted)
        #expect(try permits.read()["validUntil"]?.string == "9999-12-31")
    }

    @Test func `an odd number is approved with its warnings`() throws {
        let permits = try PermitsFixture("applied")
        #expect(try permits.approve(number: "906530700010130").status == .accepted)
        let approved = try #require(try permits.harness.takePublished().first).decode(PermitApproved.self)
        #expect(approved.warnings.count == 2)
        #expect(try permits.read()["warnings"]?.elements.compactMap(\.string) == approved.warnings)
    }

    @Test(arguments: [("ML123456789012", PermitKind.bpomMd), ("TI123456789", .bpomTr), ("ml 123456789012", .bpomMd)])
    func `an imported number is prohibited`(number: String, kind: PermitKind) throws {
        let permits = try PermitsFixture("applied", kind: kind)
        let reply = try permits.approve(number: number)
        #expect(reply.status == .rejected && reply.code == .prohibited && reply.details["field"]?.string == "number")
        #expect(try permits.state() == "applied")
        #expect(try permits.events().isEmpty)
        #expect(try permits.approve(number: "MD123456789012").status == .accepted)
    }

    @Test func `codes are judged in their order: invalid, not-found, prohibited, wrong-state`() throws {
        let permits = try PermitsFixture("refused", kind: .bpomMd)
        #expect(try permits.approve("unknown", number: "ML1", validFrom: "2026-02-02", validUntil: "2026-02-01").code == .invalid)
        #expect(try permits.approve("unknown", number: "ML1").code == .notFound)
        #expect(try permits.approve(number: "ML1", validFrom: "9999-01-01").code == .invalid)
        #expect(try permits.approve(number: "ML1").code == .prohibited)
        #expect(try permits.approve(number: "MD123456789012").code == .wrongState)
    }

    @Test func `the same approval again is a duplicate, any other is wrong-state`() throws {
        let permits = try PermitsFixture("applied")
        try permits.approve(validUntil: "2030-01-01")
        _ = try permits.harness.takePublished()
        #expect(try permits.approve(validUntil: "2030-01-01").status == .duplicate)
        #expect(try permits.approve(validUntil: "2030-01-02").code == .wrongState)
        #expect(try permits.approve(validFrom: "2026-02-02", validUntil: "2030-01-01").code == .wrongState)
        #expect(try permits.approve(number: "206530600010131", validUntil: "2030-01-01").code == .wrongState)
        #expect(try permits.approve(validUntil: "2030-01-01", officer: "Petrus").code == .wrongState)
        #expect(try permits.events().isEmpty)
        #expect(try permits.read()["validUntil"]?.string == "2030-01-01")
    }

    @Test func `a suspended permit is not approved again`() throws {
        let permits = try PermitsFixture("suspended")
        #expect(try permits.approve().code == .wrongState)
        #expect(try permits.state() == "suspended")
    }

    @Test func `an approval that is over already is told and expires at once`() throws {
        let permits = try PermitsFixture("applied")
        #expect(try permits.approve(validFrom: "2025-02-05", validUntil: "2026-02-04").status == .accepted)
        let events = try permits.harness.takePublished()
        try #require(events.map(\.name) == ["permit-approved", "permit-expired"])
        #expect(events.map(\.sequence) == [2, 3])
        #expect(try events[1].decode(PermitExpired.self).validUntil == date("2026-02-04"))
        #expect(try permits.state() == "expired")
        try permits.harness.advance(to: "2026-03-01")
        #expect(try permits.events().isEmpty)
    }

    @Test func `an approval near its end is announced at once, by the nearest threshold alone`() throws {
        let permits = try PermitsFixture("applied")
        try permits.approve(validUntil: "2026-03-05")
        let events = try permits.harness.takePublished()
        try #require(events.map(\.name) == ["permit-approved", "permit-expiring"])
        #expect(try events[1].decode(PermitExpiring.self).daysLeft == 30)
        #expect(try permits.approve(validUntil: "2026-03-05").status == .duplicate)
        #expect(try permits.events().isEmpty)
    }
}
