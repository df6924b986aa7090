import ConsignmentDomain
import Primitives
import Testing

@Suite struct LotStateTests {
    @Test(arguments: [
        (LotEnd.sold, LotState.soldOut), (.returned, .returned), (.writtenOff, .writtenOff),
        (.adjusted, .adjusted),
    ])
    func `an empty lot is what took its last unit, whatever its date`(end: LotEnd, state: LotState) throws {
        let today = try day("2026-02-05")
        #expect(LotState(emptiedBy: end, expiresOn: nil, on: today) == state)
        #expect(LotState(emptiedBy: end, expiresOn: try day("2026-01-01"), on: today) == state)
    }

    @Test func `a lot with units is expired after its last day of sale`() throws {
        let last = try day("2026-02-05")
        #expect(LotState(emptiedBy: nil, expiresOn: last, on: last) == .received)
        #expect(LotState(emptiedBy: nil, expiresOn: last, on: try day("2026-02-06")) == .expired)
        #expect(LotState(emptiedBy: nil, expiresOn: nil, on: try day("9999-12-31")) == .received)
    }

    @Test func `goods are refused for the first reason that applies`() throws {
        let today = try day("2026-02-05")
        let past = try day("2026-02-04")
        var product = ProductFacts(sellerId: "s", regency: "53.06", state: .withdrawn)
        func refusal(_ regency: String? = nil, expiresOn: BusinessDate?) -> ReceiptRefusal? {
            ReceiptRefusal.first(of: product, regency: regency, expiresOn: expiresOn, on: today)
        }
        #expect(refusal("53.07", expiresOn: past) == .otherRegency)
        #expect(refusal("53.06", expiresOn: past) == .martNotOpen)
        product.mart = MartDays(openedOn: today)
        #expect(refusal(expiresOn: past) == .withdrawn)
        product.state = .held
        #expect(refusal(expiresOn: past) == .expired)
        #expect(refusal(expiresOn: today) == nil)
        #expect(refusal(expiresOn: nil) == nil)
    }
}
