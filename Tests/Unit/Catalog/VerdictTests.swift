import CatalogDomain
import Primitives
import Testing

@Suite("Verdicts are judged in the contract's order")
struct VerdictTests {
    private let allowed = Demand.permits([Requirement(.nib)])
    private let listed = Listing.listed(until: nil)
    private let withdrawn = Listing.withdrawn(reason: "gone")

    @Test("Registration: seller, village, kind")
    func registration() {
        func judge(_ regency: String?, _ village: String?, _ demand: Demand) -> RegistrationVerdict {
            .judge(sellerRegency: regency, villageCode: village, demand: demand)
        }
        #expect(judge(nil, "53.07.01.2001", .prohibited) == .unknownSeller)
        #expect(judge("53.06", "53.07.01.2001", .prohibited) == .foreignVillage)
        #expect(judge("53.06", "53.06.01.2001", .prohibited) == .prohibited)
        #expect(judge("53.06", "53.06.01.2001", allowed) == .acceptable)
        #expect(judge("53.06", nil, allowed) == .acceptable)
    }

    @Test("Reclassification: product, repetition, kind, state")
    func reclassification() {
        func judge(_ current: Listing?, _ kind: ProductKind?, _ demand: Demand) -> ReclassificationVerdict {
            .judge(current, kind: kind, to: .craft, demand: demand)
        }
        #expect(judge(nil, nil, .prohibited) == .unknownProduct)
        #expect(judge(withdrawn, .craft, .prohibited) == .alreadyDone)
        #expect(judge(withdrawn, .book, .prohibited) == .prohibited)
        #expect(judge(withdrawn, .book, allowed) == .wrongState)
        for current in [listed, .held(.martNotOpen, missing: []), .awaitingPermits(missing: [])] {
            #expect(judge(current, .book, allowed) == .acceptable)
        }
    }

    @Test("Withdrawal: product, repetition, state")
    func withdrawal() {
        #expect(WithdrawalVerdict.judge(nil, reason: "gone") == .unknownProduct)
        #expect(WithdrawalVerdict.judge(withdrawn, reason: "gone") == .alreadyDone)
        #expect(WithdrawalVerdict.judge(withdrawn, reason: "lost") == .wrongState)
        for current in [listed, .held(.martNotOpen, missing: []), .awaitingPermits(missing: [])] {
            #expect(WithdrawalVerdict.judge(current, reason: "gone") == .acceptable)
        }
    }

    @Test("Price: date, product, state")
    func price() {
        let today = day("2026-02-05")
        #expect(PriceVerdict.judge(nil, effectiveOn: day("2026-02-04"), today: today) == .pastDate)
        #expect(PriceVerdict.judge(nil, effectiveOn: today, today: today) == .unknownProduct)
        #expect(PriceVerdict.judge(withdrawn, effectiveOn: today, today: today) == .wrongState)
        #expect(PriceVerdict.judge(listed, effectiveOn: today, today: today) == .acceptable)
    }
}
