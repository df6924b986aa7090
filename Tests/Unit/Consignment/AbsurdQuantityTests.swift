import ConsignmentService
import Contracts
import GRDB
import MessagingTesting
import ServiceFramework
import Storage
import StrictJSON
import Testing

/// Numbers of units whose sum is beyond 64 bits: each by itself is one that the contract allows.
@Suite struct AbsurdQuantityTests {
    private static let largest: Int64 = 9_007_199_254_740_991
    private static let count = 1_100

    private static func sold(_ quantity: Int64, _ sales: Int, of productId: String, in mart: MartFixture) throws {
        for number in 1...sales {
            #expect(
                try mart.sell("\(productId)-\(number)", MartFixture.line("1", quantity, of: productId, at: 1), offline: true).status
                    == .accepted)
        }
    }

    @Test func `units of no lot are counted without bound, and taken back`() throws {
        let mart = try MartFixture.listing()
        try Self.sold(Self.largest, Self.count, of: "nobody", in: mart)
        #expect(try mart.harness.parked.isEmpty)
        func unallocated() throws -> Int128? {
            try mart.harness.get("/v1/stock?productId=nobody").body["items"]?.elements.first?["unallocated"]?.int128
        }
        let all = Int128(Self.largest) * Int128(Self.count)
        #expect(try unallocated() == all)
        try mart.harness.send(
            RefundSale.with {
                ($0.refundId, $0.saleId, $0.reason, $0.restock) = ("r1", "nobody-1", "never happened", true)
                $0.lines = [
                    .with {
                        $0.lineId = "1"
                        $0.quantity = Self.largest
                    }
                ]
            })
        #expect(try unallocated() == all - Int128(Self.largest))
    }

    @Test func `absorption, stock, metrics and invariants sum lots without bound`() throws {
        let mart = try MartFixture.listing()
        for number in 1...Self.count { #expect(try mart.receive("lot-\(number)", Self.largest).status == .accepted) }
        let all = Int128(Self.largest) * Int128(Self.count)
        let absorption = try mart.harness.get("/v1/absorption")
        #expect(absorption.status == 200)
        #expect(absorption.body["units"]?["accepted"]?.int128 == all)
        let stock = try mart.harness.get("/v1/stock?productId=kopi").body["items"]?.elements.first
        #expect(stock?["onHand"]?.int128 == all)
        let definition = try ConsignmentService.definition()
        let samples = try mart.harness.store.pool.read { try MeasureReader(definition.measures).read($0) }
        #expect(samples.first { $0.metric.name == "mart_stock_units" }?.samples.first?.value ?? 0 > 9e18)
        for invariant in definition.invariants { #expect(try mart.harness.rows(invariant.violations).isEmpty, "\(invariant.rule)") }
    }

    @Test func `a lot whose movements do not add up is still found`() throws {
        let mart = try MartFixture(stock: 5, 7)
        let rule = try #require(try ConsignmentService.definition().invariants.first { $0.rule.contains("on hand") })
        try mart.harness.store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "UPDATE lot SET onHand = onHand - 1, sold = sold + 1 WHERE lotId = 'lot-2'")
        }
        #expect(try mart.harness.rows(rule.violations).map { $0[0] as String } == ["lot lot-2: 6 on hand, movements leave about 7.0"])
    }
}
