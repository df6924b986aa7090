import ConsignmentDomain
import Primitives
import Testing

/// The state table of a listing, cell by cell, and what the listing means on a day.
@Suite struct ListingStateTests {
    @Test(arguments: [
        (ListingState.awaitingPermits, ListingChange.listed, ListingState?.some(.listed)),
        (.awaitingPermits, .held, .held),
        (.awaitingPermits, .delisted, .withdrawn),
        (.listed, .listed, .listed),
        (.listed, .held, .held),
        (.listed, .delisted, .withdrawn),
        (.held, .listed, .listed),
        (.held, .held, .held),
        (.held, .delisted, .withdrawn),
        (.withdrawn, .listed, nil),
        (.withdrawn, .held, nil),
        (.withdrawn, .delisted, nil),
    ])
    func `a listing changes as the table says`(state: ListingState, change: ListingChange, expected: ListingState?) {
        #expect(state.after(change, isStale: false) == expected)
    }

    @Test(arguments: ListingState.allCases)
    func `a stale event changes nothing, but a withdrawal is final in any order`(state: ListingState) {
        #expect(state.after(.listed, isStale: true) == nil)
        #expect(state.after(.held, isStale: true) == nil)
        #expect(state.after(.delisted, isStale: true) == (state == .withdrawn ? nil : .withdrawn))
    }

    @Test func `a listing counts up to and including its last day`() throws {
        let product = ProductFacts(sellerId: "s", regency: "53.06", state: .listed, listedUntil: try day("2026-02-05"))
        #expect(product.isListed(on: try day("2026-02-04")))
        #expect(product.isListed(on: try day("2026-02-05")))
        #expect(!product.isListed(on: try day("2026-02-06")))
    }

    @Test(arguments: ListingState.allCases)
    func `only a listed product is listed`(state: ListingState) throws {
        #expect(ProductFacts(sellerId: "s", regency: "53.06", state: state).isListed(on: try day("2026-02-05")) == (state == .listed))
    }

    @Test func `a mart is open from its day on`() throws {
        var product = ProductFacts(sellerId: "s", regency: "53.06", state: .listed)
        #expect(!product.isMartOpen(on: try day("2026-02-05")))
        product.mart = MartDays(openedOn: try day("2026-02-05"))
        #expect(!product.isMartOpen(on: try day("2026-02-04")))
        #expect(product.isMartOpen(on: try day("2026-02-05")))
        #expect(product.isMartOpen(on: try day("2026-02-06")))
    }
}
