import Testing

@testable import Audit

@Suite("The audit's own money rules")
struct ArithmeticTests {
    @Test("The contract's example: 12 345 is split into 11 111 and 1 234")
    func splits() { #expect(Arithmetic.split(12_345) == Arithmetic.Split(net: 12_345, seller: 11_111, mart: 1_234)) }

    @Test("The seller never gets less than 90 %", arguments: [Int128(0), 1, 9, 10, 11, 99, 12_345, 9_007_199_254_740_991])
    func sellerFirst(net: Int128) {
        let split = Arithmetic.split(net)
        #expect(split.seller + split.mart == net)
        #expect(split.mart * 10 <= net)
    }

    @Test("Partial refunds add up to the original to the rupiah, whatever their sizes", arguments: [[1, 1, 1], [2, 1], [1, 2], [3]])
    func refundsAddUp(parts: [Int128]) {
        var before: Int128 = 0
        var sum = Arithmetic.Split()
        for units in parts {
            sum = sum + Arithmetic.reversal(net: 10_000, quantity: 3, before: before, units: units)
            before += units
        }
        #expect(sum == Arithmetic.split(10_000))
    }

    @Test("A product of net and quantity beyond 64 bits is no trouble")
    func largeNumbers() {
        let net: Int128 = 9_007_199_254_740_991
        #expect(Arithmetic.remaining(net: net, quantity: net, refunded: net - 1) == 1)
    }
}
