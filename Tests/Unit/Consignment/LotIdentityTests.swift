import Contracts
import MessagingTesting
import Primitives
import Testing

/// accepted = on hand + sold − refunded to stock + returned + written off − counted differences, at all times, and every unit has its row.
@Suite struct LotIdentityTests {
    @Test(arguments: 1...6)
    func `a day of anything keeps the books of every lot`(seed: Int) throws {
        let mart = try MartFixture.listing()
        var random = Seeded(state: UInt64(seed))
        var accepted = 0
        for step in 1...200 {
            let quantity = Int64.random(in: 1...6, using: &random)
            let lot = "lot-\(Int.random(in: 1...12, using: &random))"
            let sale = "sale-\(Int.random(in: 1...20, using: &random))"
            let reply =
                switch Int.random(in: 0..<11, using: &random) {
                case 0, 1: try mart.receive("lot-\(Int.random(in: 1...12, using: &random))", quantity)
                case 2, 3, 4: try mart.sell("sale-\(step)", MartFixture.line("1", quantity), MartFixture.line("2", 1))
                case 5: try mart.sell("sale-\(step)", MartFixture.line("1", quantity, at: 25_000, from: lot), offline: true)
                case 6, 7: try mart.refund("refund-\(step)", of: sale, ("1", quantity), restock: Bool.random(using: &random))
                case 8: try mart.giveBack("return-\(step)", quantity, from: lot)
                case 9: try mart.adjust("count-\(step)", quantity - 4, of: lot)
                default: try mart.writeOff("loss-\(step)", quantity, from: lot)
                }
            if reply.status == .accepted { accepted += 1 }
        }
        #expect(accepted > 30)
        #expect(try mart.harness.parked.isEmpty)
        #expect(try mart.harness.number("SELECT count(*) FROM lot") > 3)
        let broken = [
            "SELECT count(*) FROM lot WHERE accepted + adjusted <> onHand + sold - restocked + returned + writtenOff",
            "SELECT count(*) FROM lot WHERE onHand <> (SELECT sum(quantity) FROM lotMovement WHERE lotNumber = lot.lotNumber)",
            """
            SELECT count(*) FROM lot WHERE sold <> (SELECT ifnull(sum(quantity), 0) FROM allocation WHERE lotNumber = lot.lotNumber)
                OR returned <> (SELECT ifnull(sum(quantity), 0) FROM goodsReturn WHERE lotNumber = lot.lotNumber)
                OR adjusted <> (SELECT ifnull(sum(difference), 0) FROM stockAdjustment WHERE lotNumber = lot.lotNumber)
                OR writtenOff <> (SELECT ifnull(sum(quantity), 0) FROM writeOff WHERE lotNumber = lot.lotNumber)
            """,
            """
            SELECT count(*) FROM saleLine WHERE quantity <> unallocated + (SELECT ifnull(sum(quantity), 0) FROM allocation
                WHERE saleNumber = saleLine.saleNumber AND lineId = saleLine.lineId)
            """,
            "SELECT count(*) FROM sale WHERE total <> (SELECT sum(net) FROM saleLine WHERE saleNumber = sale.saleNumber)",
            "SELECT count(*) FROM refund WHERE total <> (SELECT sum(net) FROM refundLine WHERE refundNumber = refund.refundNumber)",
            """
            SELECT count(*) FROM refundLine WHERE restocked <> (SELECT ifnull(sum(quantity), 0) FROM restock
                WHERE saleNumber = refundLine.saleNumber AND lineId = refundLine.lineId AND refundNumber = refundLine.refundNumber)
            """,
            """
            SELECT ifnull(sum(quantity), 0) - (SELECT sum(unallocated) FROM saleLine) + (SELECT ifnull(sum(refundLine.quantity - restocked), 0)
                FROM refundLine JOIN refund USING (refundNumber) WHERE restock = 1) FROM unallocated
            """,
        ]
        for sql in broken { #expect(try mart.harness.number(sql) == 0, "\(sql)") }
    }
}

/// SplitMix64, so that a failing seed replays.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
