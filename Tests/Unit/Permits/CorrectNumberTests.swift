import Contracts
import GRDB
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

/// `correct-permit-number`: a typing error in the number of a permit that is granted.
@Suite struct CorrectNumberTests {
    private static let right = "206530600010130"
    private static let wrong = "206530600010131"

    @discardableResult
    private func correct(
        _ permits: PermitsFixture, _ permitId: String = "p1", to number: String = right, reason: String = "one digit off",
        officer: String = "Yosef"
    ) throws -> TestReply {
        try permits.harness.send(
            CorrectPermitNumber.with {
                $0.permitId = permitId
                $0.number = number
                $0.reason = reason
                $0.officer = officer
            })
    }

    private func approved() throws -> PermitsFixture {
        let permits = try PermitsFixture("applied")
        try permits.approve(number: Self.wrong)
        _ = try permits.harness.takePublished()
        return permits
    }

    @Test func `the number changes and nothing else, and who changed it stays for ever`() throws {
        let permits = try approved()
        let before = try permits.read()
        #expect(try correct(permits).status == .accepted)
        let event = try #require(try permits.harness.takePublished().first)
        #expect(event.routingKey == "permits.permit-number-corrected.53.06")
        #expect(event.subject == "p1")
        #expect(
            String(decoding: event.data.rawBytes, as: UTF8.self)
                == #"{"permitId":"p1","permitKind":"spp-irt","agency":"dinas-kesehatan","regency":"53.06","sellerId":"s1","#
                + #""productId":"product-1","number":"\#(Self.right)","previousNumber":"\#(Self.wrong)","reason":"one digit off","#
                + #""officer":"Yosef","warnings":[]}"#)
        let read = try permits.read()
        #expect(read["number"]?.string == Self.right)
        for name in ["state", "approvedBy", "officer"] as [StaticString] { #expect(read[name]?.string == before[name]?.string) }
        #expect(read["validUntil"]?.string == before["validUntil"]?.string)
        #expect(
            read["corrections"].map { String(decoding: $0.rawBytes, as: UTF8.self) }
                == #"[{"previousNumber":"\#(Self.wrong)","number":"\#(Self.right)","reason":"one digit off","officer":"Yosef","#
                + #""correctedAt":"2026-02-05T02:00:00Z"}]"#)
        // The approval said again is still the approval.
        #expect(try permits.approve(number: Self.wrong).status == .duplicate)
        #expect(try permits.read()["number"]?.string == Self.right)
    }

    @Test func `the warnings are those of the new number`() throws {
        let permits = try approved()
        try correct(permits, to: "906530700010130")
        let corrected = try #require(try permits.harness.takePublished().first).decode(PermitNumberCorrected.self)
        #expect(corrected.warnings.count == 2)
        #expect(try permits.read()["warnings"]?.elements.compactMap(\.string) == corrected.warnings)
        try correct(permits)
        #expect(try permits.read()["warnings"]?.elements.isEmpty == true)
    }

    @Test(arguments: [
        ("applied", "wrong-state"), ("repair-requested", "wrong-state"), ("refused", "wrong-state"), ("approved", "ok"),
        ("suspended", "ok"),
        ("revoked", "wrong-state"), ("expired", "wrong-state"),
    ])
    func `only a permit that is granted and not over is corrected`(state: String, code: String) throws {
        let permits = try PermitsFixture(state)
        #expect(try correct(permits, to: "206530600010199").code.rawValue == code)
        #expect(try permits.state() == state)
        #expect(try permits.events().isEmpty == (code != "ok"))
    }

    @Test func `a permit whose last day is over is judged so before the timer has been there`() throws {
        let permits = try PermitsFixture("approved", validUntil: "2026-02-05")
        permits.harness.store.clock.advance(to: date("2026-02-06").start)
        #expect(try correct(permits, to: "206530600010199").code == .wrongState)
    }

    @Test func `the same again is a duplicate, the same number by other words a wrong state, and back again a correction`() throws {
        let permits = try approved()
        try correct(permits)
        _ = try permits.events()
        #expect(try correct(permits).status == .duplicate)
        let reply = try correct(permits, officer: "Maria")
        #expect(reply.code == .wrongState && reply.details["field"]?.string == "number")
        #expect(try permits.events().isEmpty)
        #expect(try correct(permits, to: Self.wrong).status == .accepted)
        #expect(try correct(permits).status == .accepted)
        #expect(try permits.read()["corrections"]?.elements.count == 3)
    }

    @Test func `codes are judged in their order: invalid, not-found, prohibited, wrong-state`() throws {
        let permits = try PermitsFixture("refused", kind: .bpomMd)
        #expect(try correct(permits, "unknown", to: "").code == .invalid)
        #expect(try correct(permits, "unknown", to: "ML123456789012").code == .notFound)
        #expect(try correct(permits, to: "ML123456789012").code == .prohibited)
        #expect(try correct(permits, to: "MD123456789012").code == .wrongState)
        #expect(try permits.events().isEmpty)
    }

    @Test(arguments: [
        ("UPDATE permit SET number = 'other'", "a number changes by a correction"),
        ("INSERT INTO numberCorrection VALUES (9, 'p1', 'x', 'y', x'', 'r', 'o', 1)", "granted and not over"),
        ("INSERT INTO numberCorrection VALUES (9, 'p1', '206530600010130', '206530600010130', x'', 'r', 'o', 1)", "CHECK"),
        ("UPDATE numberCorrection SET officer = 'another'", "never changed"), ("DELETE FROM numberCorrection", "never deleted"),
    ])
    func `the store refuses what the domain would`(sql: String, because: String) throws {
        let permits = try approved()
        try correct(permits)
        let error = #expect(throws: DatabaseError.self) {
            try permits.harness.store.pool.writeWithoutTransaction { try $0.execute(sql: sql) }
        }
        #expect(error?.description.contains(because) == true, "\(String(describing: error))")
    }
}
