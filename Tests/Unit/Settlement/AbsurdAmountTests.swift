import Contracts
import GRDB
import MessagingTesting
import ServiceFramework
import SettlementService
import Storage
import StrictJSON
import Testing

@Suite("Sums beyond 64 bits")
struct AbsurdAmountTests {
    private static let largest: Int64 = 9_007_199_254_740_991
    private static let count: Int64 = 1_100

    /// More than a thousand sales of the largest amount, half of them of nobody's product.
    private static func harness() throws -> ServiceHarness {
        let harness = try Fixture.harness()
        try harness.process(
            (1...count).map { number in
                let seller = number % 2 == 0 ? "sel-a" : nil
                return .delivery(
                    of: Fixture.sale("sale-\(number)", Fixture.line(seller: seller, price: largest)), id: "m\(number)", sequence: number)
            }
                + (count + 1...2 * count).map { number in
                    .delivery(
                        of: Fixture.sale("sale-\(number)", Fixture.line(seller: "sel-a", price: largest)), id: "m\(number)",
                        sequence: number)
                })
        return harness
    }

    private static let share = Int128(largest) - Int128(largest) / 10
    private static var earned: Int128 { share * Int128(count + count / 2) }

    @Test("every read answers with exact sums")
    func reads() throws {
        let harness = try Self.harness()
        #expect(try harness.parked.isEmpty)
        let (status, body) = try harness.get("/v1/ledger/trial-balance")
        #expect(status == 200)
        let accounts = Dictionary(
            uniqueKeysWithValues: (body["accounts"]?.elements ?? []).map { ($0["account"]?.string ?? "", $0["balance"]?.int128 ?? 0) })
        #expect(accounts["cash-clearing/cash"] == Int128(Self.largest) * Int128(2 * Self.count))
        #expect(accounts["cash-clearing/cash"] ?? 0 > Int128(Int64.max))
        #expect(accounts["seller-payable/sel-a"] == -Self.earned)
        #expect(body["sum"]?.int64 == 0)

        let balance = try harness.get("/v1/sellers/sel-a/balance")
        #expect(balance.status == 200)
        #expect(balance.body["earned"]?.int128 == Self.earned)
        #expect(balance.body["payable"]?.int128 == Self.earned)

        var (path, running, pages) = ("/v1/sellers/sel-a/statement?limit=500", Int128(0), 0)
        while true {
            let page = try harness.get(path).body
            #expect(page["openingBalance"]?.int128 == running)
            running = page["closingBalance"]?.int128 ?? 0
            pages += 1
            guard let next = page["next"]?.string else { break }
            path = "/v1/sellers/sel-a/statement?limit=500&after=\(next)"
        }
        #expect(running == Self.earned && pages > 3)
    }

    @Test("metrics and invariants do as well")
    func others() throws {
        let harness = try Self.harness()
        let definition = try SettlementService.definition(rules: nil)
        let reader = MeasureReader(definition.measures)
        let samples = try harness.store.pool.read { try reader.read($0) }
        let settled = try #require(samples.first { $0.metric.name == "mart_settled_rupiah_total" })
        #expect(settled.samples.allSatisfy { $0.value > 1e18 })
        let suspense = try #require(samples.first { $0.metric.name == "mart_suspense_rupiah" })
        #expect(suspense.samples.first?.value ?? 0 > 4e18)
        for invariant in definition.invariants {
            #expect(try harness.rows(invariant.violations).isEmpty, "\(invariant.rule)")
        }
    }

    @Test(
        "a ledger that is out of balance is seen, by however little and however much",
        arguments: [1, -1, 4_294_967_296, -4_294_967_296, largest])
    func outOfBalance(_ error: Int64) throws {
        let harness = try Self.harness()
        let rule = try #require(try SettlementService.definition(rules: nil).invariants.first { $0.rule == "the ledger sums to zero" })
        try harness.store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: "INSERT INTO entry SELECT number, (SELECT max(number) FROM posting), ? FROM account WHERE name = 'loss-expense'",
                arguments: [error])
        }
        #expect(try harness.rows(rule.violations).count == 1)
        #expect(try harness.get("/v1/ledger/trial-balance").body["sum"]?.int64 == error)
    }
}
