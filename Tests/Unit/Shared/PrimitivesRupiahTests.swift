import Primitives
import Testing

struct PrimitivesRupiahTests {
    private let most = Rupiah.maximum

    @Test func `the largest amount is exact in every JSON implementation`() { #expect(most.amount == 1 << 53 - 1) }

    @Test func `sums are exact up to the largest amount and throw beyond it`() throws {
        #expect(try Rupiah(1).adding(Rupiah(2)) == Rupiah(3))
        #expect(try most.subtracting(Rupiah(1)).adding(Rupiah(1)) == most)
        #expect(throws: MoneyOverflow()) { try most.adding(Rupiah(1)) }
        #expect(throws: MoneyOverflow()) { try Rupiah(.max).adding(Rupiah(.max)) }
        #expect(throws: MoneyOverflow()) { try Rupiah(.max).adding(Rupiah(0)) }
    }

    @Test func `differences may be negative, down to the largest amount`() throws {
        #expect(try Rupiah.zero.subtracting(most) == -most)
        #expect(throws: MoneyOverflow()) { try (-most).subtracting(Rupiah(1)) }
        #expect(throws: MoneyOverflow()) { try Rupiah(.min).subtracting(Rupiah(1)) }
    }

    @Test func `products throw where they would wrap`() throws {
        #expect(try Rupiah(12_500).multiplied(by: 3) == Rupiah(37_500))
        #expect(try most.multiplied(by: 1) == most)
        #expect(try most.multiplied(by: 0) == .zero)
        #expect(throws: MoneyOverflow()) { try most.multiplied(by: 2) }
        #expect(throws: MoneyOverflow()) { try Rupiah(1 << 32).multiplied(by: 1 << 32) }
        #expect(throws: MoneyOverflow()) { try Rupiah(3).multiplied(by: .max) }
    }

    @Test func `a list is summed with the same limit`() throws {
        #expect(try [Rupiah]().sum() == .zero)
        #expect(try [most, -most, Rupiah(5)].sum() == Rupiah(5))
        #expect(throws: MoneyOverflow()) { try [most, Rupiah(1)].sum() }
        #expect(throws: MoneyOverflow()) { try [Rupiah(.max), Rupiah(.max)].sum() }
    }

    @Test(
        arguments: [
            (0, "Rp0"), (5, "Rp5"), (999, "Rp999"), (1000, "Rp1.000"), (12_500, "Rp12.500"), (100_000, "Rp100.000"),
            (1_234_567, "Rp1.234.567"),
            (-500, "-Rp500"), (-1000, "-Rp1.000"), (9_007_199_254_740_991, "Rp9.007.199.254.740.991"),
        ] as [(Int64, String)])
    func `rupiah are written with points`(amount: Int64, text: String) { #expect(Rupiah(amount).description == text) }

    @Test func `amounts compare as numbers`() {
        #expect(Rupiah(-1) < .zero && Rupiah.zero < Rupiah(1) && !(Rupiah(1) < Rupiah(1)))
    }
}
