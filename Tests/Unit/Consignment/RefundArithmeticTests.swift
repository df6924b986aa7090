import ConsignmentDomain
import Primitives
import Testing

@Suite struct RefundArithmeticTests {
    @Test func `what is left of a line after q units is R of q`() {
        // 12 345 over 7: floor(12345 × 3 / 7) = 5290
        #expect(Refund.remainder(net: Rupiah(12_345), quantity: 7, refunded: 0) == Rupiah(12_345))
        #expect(Refund.remainder(net: Rupiah(12_345), quantity: 7, refunded: 3) == Rupiah(12_345 - 5290))
        #expect(Refund.remainder(net: Rupiah(12_345), quantity: 7, refunded: 7) == .zero)
    }

    @Test func `refunds in any steps add up to the line`() {
        for steps in [[7], [1, 6], [1, 1, 1, 1, 1, 1, 1], [3, 4], [2, 3, 2]] as [[Int64]] {
            var before: Int64 = 0
            var total: Int64 = 0
            for step in steps {
                total += Refund.net(of: Rupiah(12_345), quantity: 7, before: before, after: before + step).amount
                before += step
            }
            #expect(total == 12_345, "\(steps)")
        }
    }

    @Test func `the largest amounts do not overflow`() {
        let most = Rupiah.maximum.amount
        #expect(Refund.net(of: .maximum, quantity: most, before: 0, after: most) == .maximum)
        #expect(Refund.net(of: .maximum, quantity: most, before: 0, after: most - 1) == Rupiah(most - 1))
        #expect(Refund.net(of: .maximum, quantity: 1, before: 0, after: 1) == .maximum)
    }

    @Test func `units go back to the lot that was taken last, up to what it gave`() {
        let taken = [
            TakenUnits(ordinal: 1, lotNumber: 10, taken: 2, restocked: 0), TakenUnits(ordinal: 2, lotNumber: 20, taken: 3, restocked: 1),
        ]
        func plan(_ quantity: Int64) -> [String] {
            let plan = RestockPlan(quantity: quantity, taken: taken)
            return plan.entries.map { "\($0.lotNumber):\($0.quantity)" } + (plan.withoutLot > 0 ? ["-:\(plan.withoutLot)"] : [])
        }
        #expect(plan(1) == ["20:1"])
        #expect(plan(2) == ["20:2"])
        #expect(plan(3) == ["20:2", "10:1"])
        #expect(plan(4) == ["20:2", "10:2"])
        #expect(plan(6) == ["20:2", "10:2", "-:2"])
    }

    @Test func `a sale is refunded when every unit is`() {
        #expect(SaleState(sold: 3, refunded: 0) == .recorded)
        #expect(SaleState(sold: 3, refunded: 1) == .partlyRefunded)
        #expect(SaleState(sold: 3, refunded: 3) == .refunded)
    }

    @Test func `a share of nothing is no number`() {
        #expect(Share.of(0, in: 0) == nil)
        #expect(Share.of(4, in: 5) == 0.8)
        #expect(Share.of(0, in: 5) == 0)
    }

    @Test func `a listing's price is news only where nothing explains it`() {
        let listed = (price: Rupiah(10), origin: PriceOrigin.listed)
        let changed = (price: Rupiah(10), origin: PriceOrigin.changed)
        #expect(PriceHistory.isNews(Rupiah(5), inForce: nil, isStale: true, isKnown: false))
        #expect(!PriceHistory.isNews(Rupiah(10), inForce: listed, isStale: false, isKnown: true))
        #expect(PriceHistory.isNews(Rupiah(5), inForce: listed, isStale: false, isKnown: true))
        #expect(PriceHistory.isNews(Rupiah(5), inForce: listed, isStale: false, isKnown: false))
        #expect(!PriceHistory.isNews(Rupiah(5), inForce: listed, isStale: true, isKnown: false))
        #expect(!PriceHistory.isNews(Rupiah(5), inForce: changed, isStale: false, isKnown: true))
        #expect(PriceHistory.isNews(Rupiah(5), inForce: changed, isStale: false, isKnown: false))
    }
}
