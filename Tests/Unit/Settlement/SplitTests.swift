import Primitives
import SettlementDomain
import Testing

@Suite("The split between seller and mart")
struct SplitTests {
    static let rates: [Rate] = (0...10).compactMap { Rate(percent: $0) }

    @Test(
        "the mart's share is rounded down, the seller gets the rest",
        arguments: [
            (12_345, 1_234, 11_111), (0, 0, 0), (1, 0, 1), (9, 0, 9), (10, 1, 9), (11, 1, 10), (19, 1, 18), (99, 9, 90), (100, 10, 90),
            (9_007_199_254_740_991, 900_719_925_474_099, 8_106_479_329_266_892),
        ] as [(Int64, Int64, Int64)])
    func rounding(net: Int64, mart: Int64, seller: Int64) {
        let split = Split(of: Rupiah(net), at: .standard)
        #expect(split.martShare == Rupiah(mart))
        #expect(split.sellerShare == Rupiah(seller))
        #expect(split.net == Rupiah(net))
    }

    @Test("the parts add up and the seller gets at least 90 %, at every rate")
    func invariants() {
        var numbers = SplitMix64(seed: 42)
        for _ in 0..<2_000 {
            let net = Int64.random(in: 0...(Int64(1) << Int64.random(in: 0...52, using: &numbers)), using: &numbers)
            for rate in Self.rates {
                let split = Split(of: Rupiah(net), at: rate)
                #expect(split.sellerShare.amount + split.martShare.amount == net)
                #expect(split.sellerShare.amount * 10 >= net * 9)
                #expect(split.martShare.amount >= 0)
                // Rounded down by less than a rupiah.
                #expect(split.martShare.amount * 100 <= net * rate.percent)
                #expect(split.martShare.amount * 100 > net * rate.percent - 100)
            }
        }
    }

    @Test("a loss gives the seller what a sale would have given, and the mart nothing")
    func loss() {
        let split = Split(ofLoss: Rupiah(12_345), at: .standard)
        #expect(split.sellerShare == Rupiah(11_111))
        #expect(split.martShare == .zero)
        #expect(split.net == Rupiah(11_111))
    }

    @Test("sums beyond the maximum are an overflow, not a wrap")
    func overflow() throws {
        let most = Split(of: .maximum, at: .standard)
        #expect(throws: MoneyOverflow.self) { try most.adding(Split(of: Rupiah(1), at: .standard)) }
        #expect(try [most, .zero].sum() == most)
    }
}

@Suite("What is left of a line, and what refunds reverse")
struct SoldLineTests {
    @Test(
        "R(q) is the amount less the rounded-down part of the units taken back",
        arguments: [
            (0, 10_000), (1, 6_667), (2, 3_334), (3, 0),
        ] as [(Int64, Int64)])
    func remaining(refunded: Int64, left: Int64) {
        let line = SoldLine(net: Rupiah(10_000), quantity: 3, rate: .standard)
        #expect(line.remaining(after: refunded) == Rupiah(left))
    }

    @Test("each reversal is the difference of what was left, and so is each share")
    func shares() {
        let line = SoldLine(net: Rupiah(10_000), quantity: 3, rate: .standard)
        let parts = [line.reversal(from: 0, to: 1), line.reversal(from: 1, to: 2), line.reversal(from: 2, to: 3)]
        #expect(parts.map(\.net.amount) == [3_333, 3_333, 3_334])
        // 1000 − 666, 666 − 333, 333 − 0: not floor(333.3) thrice, which would lose a rupiah.
        #expect(parts.map(\.martShare.amount) == [334, 333, 333])
        #expect(parts.map(\.sellerShare.amount) == [2_999, 3_000, 3_001])
    }

    @Test("refunds of any parts add up to the original to the rupiah")
    func partitions() throws {
        var numbers = SplitMix64(seed: 7)
        for _ in 0..<500 {
            let quantity = Int64.random(in: 1...40, using: &numbers)
            let net = Int64.random(in: 0...(Int64(1) << Int64.random(in: 0...52, using: &numbers)), using: &numbers)
            for rate in SplitTests.rates {
                let line = SoldLine(net: Rupiah(net), quantity: quantity, rate: rate)
                var parts: [Split] = []
                var refunded: Int64 = 0
                while refunded < quantity {
                    let next = Int64.random(in: refunded + 1...quantity, using: &numbers)
                    let part = line.reversal(from: refunded, to: next)
                    #expect(part.sellerShare >= .zero && part.martShare >= .zero)
                    parts.append(part)
                    refunded = next
                }
                // Every interval's reversal is fixed by its ends alone, so whatever order the parts are applied in, their sum is the same.
                #expect(try parts.shuffled(using: &numbers).sum() == Split(of: Rupiah(net), at: rate))
            }
        }
    }

    @Test("quantities and amounts at their limits do not overflow")
    func limits() {
        let most = Rupiah.maximum.amount
        let line = SoldLine(net: .maximum, quantity: most, rate: .standard)
        #expect(line.remaining(after: most - 1) == Rupiah(1))
        #expect(line.reversal(from: 0, to: most) == Split(of: .maximum, at: .standard))
        #expect(line.reversal(from: most - 1, to: most).net == Rupiah(1))
    }
}
