import CatalogDomain
import Primitives
import Testing

@Suite("A permit is in force on the days that its facts say")
struct PermitTests {
    private static func permit(from: String = "2026-02-01", until: String? = "2026-02-28") -> Permit {
        var permit = Permit(permitId: "n", kind: .nib, sellerId: "ina", productId: nil)
        permit.grant = Permit.Grant(number: "1", validFrom: day(from), validUntil: until.map(day))
        return permit
    }

    @Test("From its first to its last day, both included")
    func daysAreInclusive() {
        let permit = Self.permit()
        #expect(permit.status(on: day("2026-01-31")) == .notYetInForce)
        #expect(permit.status(on: day("2026-02-01")) == .inForce)
        #expect(permit.status(on: day("2026-02-28")) == .inForce)
        #expect(permit.status(on: day("2026-03-01")) == .expired)
        #expect(Self.permit(until: nil).status(on: day("2999-12-31")) == .inForce)
        #expect(permit.turns == [day("2026-02-01"), day("2026-03-01")])
    }

    @Test("Not before its approval is known, and not when it would end before it begins")
    func needsAGrant() {
        let unknown = Permit(permitId: "n", kind: .nib, sellerId: "ina", productId: nil)
        #expect(unknown.status(on: day("2026-02-05")) == .unknown)
        #expect(unknown.turns.isEmpty)
        let empty = Self.permit(from: "2026-02-10", until: "2026-02-09")
        for date in ["2026-02-09", "2026-02-10", "2026-02-11"] { #expect(!empty.isInForce(on: day(date))) }
    }

    @Test("Not from the day of a suspension to the day before its reinstatement")
    func suspensionIsDated() {
        var permit = Self.permit()
        permit.suspend(from: day("2026-02-05"), today: day("2026-02-05"))
        #expect(permit.isInForce(on: day("2026-02-04")))
        #expect(permit.status(on: day("2026-02-05")) == .suspended)
        #expect(permit.status(on: day("2026-03-01")) == .expired)
        permit.reinstate(from: day("2026-02-10"))
        #expect(permit.status(on: day("2026-02-09")) == .suspended)
        #expect(permit.status(on: day("2026-02-10")) == .inForce)
        permit.reinstate(from: day("2026-02-12"))
        #expect(permit.status(on: day("2026-02-11")) == .inForce)
    }

    @Test("A reinstatement on the day of the suspension leaves nothing of it, and one without a suspension nothing to do")
    func reinstatedAtOnce() {
        var permit = Self.permit()
        permit.reinstate(from: day("2026-02-05"))
        #expect(permit == Self.permit())
        permit.suspend(from: day("2026-02-05"), today: day("2026-02-05"))
        permit.reinstate(from: day("2026-02-05"))
        #expect(permit == Self.permit())
    }

    @Test("A second suspension begins anew once the first is over, and joins with one that is not")
    func suspensionsFollowEachOther() {
        var over = Self.permit()
        over.suspension = Permit.Suspension(from: day("2026-02-02"), until: day("2026-02-04"))
        var running = over
        over.suspend(from: day("2026-02-10"), today: day("2026-02-10"))
        #expect(over.suspension == Permit.Suspension(from: day("2026-02-10")))
        running.suspend(from: day("2026-02-05"), today: day("2026-02-03"))
        #expect(running.suspension == Permit.Suspension(from: day("2026-02-02")))
        running.suspend(from: day("2026-02-09"), today: day("2026-02-09"))
        #expect(running.suspension == Permit.Suspension(from: day("2026-02-02")))
    }

    @Test("Of two ends the earlier stays, and nothing goes beyond it")
    func endsAreFinal() {
        var permit = Self.permit(until: nil)
        permit.end(.expired, from: day("2026-02-20"))
        permit.end(.revoked, from: day("2026-02-25"))
        #expect(permit.ending == Permit.Ending(.expired, from: day("2026-02-20")))
        permit.end(.revoked, from: day("2026-02-10"))
        #expect(permit.status(on: day("2026-02-09")) == .inForce)
        #expect(permit.status(on: day("2026-02-10")) == .revoked)
        permit.reinstate(from: day("2026-02-11"))
        #expect(permit.status(on: day("2026-02-12")) == .revoked)
    }

    @Test("It counts for its seller's products, and a product's permit for that product alone")
    func countsForItsOwn() {
        let nib = Self.permit()
        #expect(nib.counts(for: "p", of: "ina"))
        #expect(!nib.counts(for: "p", of: "ama"))
        let halal = Permit(permitId: "h", kind: .halal, sellerId: "ina", productId: "p")
        #expect(halal.counts(for: "p", of: "ina"))
        #expect(!halal.counts(for: "q", of: "ina"))
        #expect(!halal.counts(for: "p", of: "ama"))
    }
}
