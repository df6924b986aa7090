import Contracts
import Messaging
import MessagingTesting
import Primitives
import SettlementDomain
import SettlementService
import StrictJSON
import Testing

@Suite("The dated rate")
struct RateTests {
    static let rules = #"{"rates": [{"validFrom": "2026-03-01", "percent": 5}, {"validFrom": "2026-02-10", "percent": 8}]}"#

    @Test(
        "holds from its date until the next row's, and is 10 % before the first",
        arguments: [
            ("2026-01-01", 10), ("2026-02-09", 10), ("2026-02-10", 8), ("2026-02-28", 8), ("2026-03-01", 5), ("2030-01-01", 5),
        ] as [(String, Int64)])
    func table(date: String, percent: Int64) throws {
        let rows = try ["2026-03-01": 5, "2026-02-10": 8].map { key, value in
            RateTable.Row(validFrom: try #require(BusinessDate(key)), rate: try #require(Rate(percent: value)))
        }
        #expect(try #require(RateTable(rows)).rate(on: #require(BusinessDate(date))).percent == percent)
    }

    @Test("is never above 10 %, for the seller gets at least 90 %")
    func limits() {
        #expect(Rate(percent: 11) == nil)
        #expect(Rate(percent: -1) == nil)
        #expect(Rate(percent: 0)?.percent == 0)
        #expect(Rate(percent: 10) == .standard)
    }

    @Test(
        "rules that cannot be are refused with the field at fault",
        arguments: [
            (#"{"rates": [{"validFrom": "2026-02-10", "percent": 11}]}"#, "rates[0].percent"),
            (#"{"rates": [{"validFrom": "2026-02-10", "percent": 7.5}]}"#, "rates[0].percent"),
            (#"{"rates": [{"validFrom": "2026-02-30", "percent": 5}]}"#, "rates[0].validFrom"),
            (#"{"rates": [{"percent": 5}]}"#, "rates[0].validFrom"),
            (#"{"rates": [{"validFrom": "2026-02-10", "percent": 5}, {"validFrom": "2026-02-10", "percent": 6}]}"#, "rates"),
            (#"{"rates": 5}"#, "rates"),
            ("[]", ""),
        ])
    func refused(rules: String, field: String) throws {
        let root = try JSONDocument(parsing: Array(rules.utf8)).root
        let error = #expect(throws: InvalidData.self) { try SettlementService.definition(rules: root) }
        #expect(error?.field == field)
    }

    @Test("rules about other services are none of Settlement's", arguments: ["{}", #"{"permitRequirements": []}"#, #"{"rates": []}"#])
    func others(rules: String) throws {
        let harness = try Fixture.harness(rules: rules)
        try harness.receive(Fixture.sale(Fixture.line(price: 1_000)))
        #expect(try harness.books()["mart-margin"] == -100)
    }

    @Test("is that of the WITA day on which the sale is posted, wherever the sale was")
    func dayOfPosting() throws {
        // Still 9 February in UTC, one minute before midnight in WITA.
        let harness = try Fixture.harness(rules: Self.rules, now: "2026-02-09T15:59:00Z")
        try harness.receive(Fixture.sale("sale-1", Fixture.line(price: 1_000)))
        try harness.advance(to: "2026-02-09T16:00:00Z")
        try harness.receive(Fixture.sale("sale-2", Fixture.line(price: 1_000)))
        let shares = try harness.takePublished().map { try $0.decode(SettlementPosted.self).totals.martShare.amount }
        #expect(shares == [100, 80])
    }

    @Test("is frozen on the line: a refund under a later rate reverses at the rate of the sale")
    func frozen() throws {
        let harness = try Fixture.harness(rules: Self.rules)
        let line = Fixture.line(quantity: 3, price: 1_000)
        try harness.receive(Fixture.sale(line))
        try harness.advance(to: "2026-04-01")
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(line, 2)))
        try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(line, 1, before: 2)))
        #expect(try harness.books() == ["cash-clearing/cash": 0, "mart-margin": 0, "seller-payable/sel-a": 0])
    }

    @Test("of the day of posting holds for a loss too")
    func loss() throws {
        let harness = try Fixture.harness(rules: Self.rules, now: "2026-03-01")
        try harness.receive(Fixture.loss(quantity: 1, price: 1_000))
        #expect(try harness.books() == ["loss-expense": 950, "seller-payable/sel-a": -950])
    }
}
