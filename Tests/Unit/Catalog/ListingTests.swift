import CatalogDomain
import Primitives
import Testing

@Suite("A listing follows from permits, mart, law and date alone")
struct ListingTests {
    private let table = RequirementTable.builtIn
    private let today = day("2026-02-05")

    // MARK: The state table, cell by cell

    @Test(
        "With all permits in force and the mart open, every state but withdrawn becomes listed",
        arguments: [ListingTests.awaiting, ListingTests.listed, ListingTests.held])
    func permitsAndMart(current: Listing) {
        #expect(find(current, [nib()]).listing == .listed(until: nil))
    }

    @Test(
        "With all permits in force and the mart not open, every state but withdrawn is held for the mart",
        arguments: [ListingTests.awaiting, ListingTests.listed, ListingTests.held])
    func permitsWithoutMart(current: Listing) {
        #expect(find(current, [nib()], isMartOpen: false).listing == .held(.martNotOpen, missing: []))
    }

    @Test("With a permit missing, a product that was never judged awaits it, mart or not", arguments: [true, false])
    func awaitingStays(isMartOpen: Bool) {
        #expect(find(Self.awaiting, [], isMartOpen: isMartOpen).listing == .awaitingPermits(missing: [Requirement(.nib)]))
        #expect(
            find(Self.awaiting, [nib(until: "2026-02-04")], isMartOpen: isMartOpen).listing
                == .awaitingPermits(missing: [Requirement(.nib)]))
    }

    @Test(
        "With a permit missing, a product that was listed or held is held, mart or not",
        arguments: [ListingTests.listed, ListingTests.held], [true, false])
    func lapsedIsHeld(current: Listing, isMartOpen: Bool) {
        #expect(
            find(current, [nib(until: "2026-02-04")], isMartOpen: isMartOpen).listing == .held(.permitExpired, missing: [Requirement(.nib)])
        )
    }

    @Test("A withdrawn product stays withdrawn", arguments: [true, false])
    func withdrawnStays(isMartOpen: Bool) {
        let withdrawn = Listing.withdrawn(reason: "gone")
        #expect(find(withdrawn, [nib(until: "2026-02-10")], isMartOpen: isMartOpen) == ListingFinding(withdrawn, reviewOn: nil))
        #expect(find(withdrawn, []) == ListingFinding(withdrawn, reviewOn: nil))
    }

    @Test("A kind that has become prohibited is held for the requirements")
    func prohibitedIsHeld() {
        let nib = nib()
        let facts = ListingFacts(kind: .alcoholUnrefined, current: Self.listed, permits: [nib], isMartOpen: true)
        #expect(table.listing(of: facts, on: today).listing == .held(.requirementsChanged, missing: []))
    }

    // MARK: Reasons

    @Test("The reason is what ended the permit that lasted longest; without any, that the requirements changed")
    func reasonsFollowTheFacts() {
        var suspended = nib()
        suspended.suspend(from: day("2026-02-01"), today: today)
        var revoked = nib()
        revoked.end(.revoked, from: day("2026-02-03"))
        let expired = nib(until: "2026-02-01")
        #expect(reason([suspended]) == .permitSuspended)
        #expect(reason([revoked]) == .permitRevoked)
        #expect(reason([expired]) == .permitExpired)
        #expect(reason([]) == .requirementsChanged)
        #expect(reason([nib(from: "2026-02-06")]) == .requirementsChanged)
        #expect(reason([suspended, revoked]) == .permitRevoked)
        #expect(reason([nib(until: "2026-02-04"), revoked]) == .permitExpired)
        #expect(reason([expired, suspended]) == .permitExpired)
    }

    @Test("Over several missing permits the gravest reason counts")
    func gravestReasonCounts() {
        var sppIrt = permit(.sppIrt)
        sppIrt.suspend(from: today, today: today)
        let facts = ListingFacts(kind: .foodDry, current: Self.listed, permits: [nib(until: "2026-02-04"), sppIrt], isMartOpen: true)
        #expect(
            table.listing(of: facts, on: today).listing == .held(.permitSuspended, missing: [Requirement(.nib), Requirement(.sppIrt)]))
    }

    @Test("A permit whose approval never came is no reason")
    func ungrantedIsNoReason() {
        var revoked = Permit(permitId: "r", kind: .nib, sellerId: "ina", productId: nil)
        revoked.end(.revoked, from: today)
        #expect(reason([revoked]) == .requirementsChanged)
    }

    // MARK: How long

    @Test("Listed until the earliest end among the permits; then to be reviewed")
    func untilTheEarliestEnd() {
        let permits = [nib(until: "2027-01-31"), permit(.sppIrt, until: "2026-06-30")]
        #expect(find(.foodDry, permits) == ListingFinding(.listed(until: day("2026-06-30")), reviewOn: day("2026-07-01")))
    }

    @Test("A renewal that overlaps or adjoins carries on; a gap of one day ends the listing")
    func renewalsCarryOn() {
        let first = nib(until: "2026-03-31")
        #expect(find(.craft, [first, nib(from: "2026-03-15", until: "2026-12-31")]).listing == .listed(until: day("2026-12-31")))
        #expect(find(.craft, [first, nib(from: "2026-04-01", until: "2026-12-31")]).listing == .listed(until: day("2026-12-31")))
        #expect(find(.craft, [first, nib(from: "2026-04-02", until: "2026-12-31")]).listing == .listed(until: day("2026-03-31")))
        #expect(find(.craft, [first, nib(from: "2026-04-01", until: nil)]) == ListingFinding(.listed(until: nil), reviewOn: nil))
    }

    @Test("An alternative carries on where the other ends")
    func alternativesCarryOn() {
        let letter = permit(.schoolLetter, from: "2026-03-01", until: "2026-05-31")
        #expect(find(.book, [nib(until: "2026-03-31"), letter]).listing == .listed(until: day("2026-05-31")))
        #expect(find(.book, [letter]).listing == .held(.requirementsChanged, missing: [Requirement(.nib, or: .schoolLetter)]))
    }

    @Test("A requirement that begins while its permit is missing ends the listing the day before")
    func newRequirementEnds() {
        let permits = [nib(), permit(.sppIrt)]
        #expect(find(.foodDry, permits).listing == .listed(until: day("2026-10-16")))
        #expect(find(.foodDry, permits + [permit(.halal, from: "2026-10-17")]).listing == .listed(until: nil))
        #expect(find(.foodDry, permits + [permit(.halal, from: "2026-10-18")]).listing == .listed(until: day("2026-10-16")))
    }

    @Test("A suspension or revocation that is known beforehand ends the listing the day before")
    func plannedDecisionsEnd() {
        var permit = nib()
        permit.suspend(from: day("2026-02-20"), today: today)
        #expect(find(.craft, [permit]).listing == .listed(until: day("2026-02-19")))
        permit.reinstate(from: day("2026-02-25"))
        #expect(find(.craft, [permit]).listing == .listed(until: day("2026-02-19")))
        permit.end(.revoked, from: day("2026-02-10"))
        #expect(find(.craft, [permit]).listing == .listed(until: day("2026-02-09")))
    }

    @Test("What is not listed is reviewed on the next day on which anything changes")
    func reviewedOnTheNextTurn() {
        #expect(find(Self.awaiting, [nib(from: "2026-02-09")]).reviewOn == day("2026-02-09"))
        #expect(find(Self.awaiting, []).reviewOn == nil)
        #expect(find(Self.held, [nib(until: "2026-02-04"), nib(from: "2026-03-01", until: "2026-03-31")]).reviewOn == day("2026-03-01"))
        #expect(find(Self.awaiting, [nib(until: "2026-02-10")], isMartOpen: false).reviewOn == day("2026-02-11"))
    }

    // MARK: Tools

    static let awaiting = Listing.awaitingPermits(missing: [])
    static let listed = Listing.listed(until: nil)
    static let held = Listing.held(.permitExpired, missing: [])

    private func permit(_ kind: PermitKind, from: String = "2026-01-01", until: String? = nil) -> Permit {
        var permit = Permit(permitId: "x", kind: kind, sellerId: "ina", productId: kind.isBusinessLevel ? nil : "p")
        permit.grant = Permit.Grant(number: "1", validFrom: day(from), validUntil: until.map(day))
        return permit
    }

    private func nib(from: String = "2026-01-01", until: String? = nil) -> Permit { permit(.nib, from: from, until: until) }

    private func find(_ current: Listing, _ permits: [Permit], isMartOpen: Bool = true) -> ListingFinding {
        table.listing(of: ListingFacts(kind: .craft, current: current, permits: permits, isMartOpen: isMartOpen), on: today)
    }

    private func find(_ kind: ProductKind, _ permits: [Permit]) -> ListingFinding {
        table.listing(of: ListingFacts(kind: kind, current: Self.listed, permits: permits, isMartOpen: true), on: today)
    }

    private func reason(_ permits: [Permit]) -> HoldReason? {
        guard case .held(let reason, _) = find(Self.listed, permits).listing else { return nil }
        return reason
    }
}
