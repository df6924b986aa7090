import Contracts
import Messaging
import MessagingTesting
import ServiceFramework
import SettlementService
import Storage
import StrictJSON
import Testing

/// Runs SQL that no honest handler would: what the schema lets through is then up to the schema alone.
private struct Vandal: Handler {
    let sql: SQL

    func handle(_ seller: SellerRegistered, in tx: Transaction) throws -> Outcome {
        try tx.execute(sql)
        return .done
    }
}

@Suite("The ledger's schema refuses what the code must never do")
struct LedgerSchemaTests {
    /// A store with a sale of three units in suspense, one of them refunded, a loss, an assignment and a reassignment, and a handler that runs `sql`.
    static func harness(running sql: String) throws -> ServiceHarness {
        let settlement = try SettlementService.definition()
        let entries = settlement.handles.filter { $0.name != SellerRegistered.name } + [on(SellerRegistered.self, Vandal(sql: SQL(sql)))]
        let harness = try ServiceHarness(
            ServiceDefinition(
                name: "settlement", port: 0, schema: settlement.schema, handles: entries, publishes: settlement.publishes,
                reads: settlement.reads))
        let line = Fixture.line(seller: nil, quantity: 3, price: 1_000)
        try harness.receive(Fixture.sale(line))
        try harness.receive(Fixture.refund(Fixture.refundLine(line, 1)))
        try harness.receive(Fixture.loss())
        for seller in ["sel-y", "sel-z"] {
            try harness.receive(
                SellerUpdated.with {
                    $0.sellerId = seller
                    $0.sellerName = "Tenun"
                    $0.regency = Fixture.regency
                })
        }
        try harness.send(Fixture.assign(to: "sel-z"))
        try harness.send(Fixture.reassign(to: "sel-y"))
        return harness
    }

    static func refusal(_ sql: String) throws -> String? {
        let harness = try harness(running: sql)
        try harness.receive(Fixture.seller("sel-x", name: "Vandal"))
        return try harness.parked.first?.error
    }

    static let tables = ["account", "posting", "entry", "saleLine", "refundLine", "loss", "assignment", "reassignment"]

    @Test("no row that is about money is ever updated", arguments: tables)
    func updates(table: String) throws {
        let column = ["account": "name", "posting": "regency", "entry": "amount"][table, default: "sellerShare"]
        let error = try Self.refusal("UPDATE \(table) SET \(column) = \(column)")
        #expect(try #require(error).contains("\(table) is never updated"))
    }

    @Test("no row that is about money is ever deleted", arguments: tables)
    func deletes(table: String) throws {
        let error = try Self.refusal("DELETE FROM \(table)")
        #expect(try #require(error).contains("\(table) is never deleted from"))
    }

    @Test(
        "every invariant of a row is a constraint",
        arguments: [
            // At most one settlement of a sale, for ever.
            "INSERT INTO posting (kind, key, regency, postedAt, cause) VALUES (1, 'sale-1', '53.06', 0, 'm')",
            "INSERT INTO posting (kind, key, regency, postedAt, cause) VALUES (5, 'x', '53.06', 0, 'm')",
            // A refund is of a sale, and nothing but a refund or an assignment is.
            "INSERT INTO posting (kind, key, regency, postedAt, cause) VALUES (2, 'x', '53.06', 0, 'm')",
            "INSERT INTO posting (kind, key, sale, regency, postedAt, cause) VALUES (1, 'x', 1, '53.06', 0, 'm')",
            "INSERT INTO posting (kind, key, sale, regency, postedAt, cause) VALUES (2, 'x', 99, '53.06', 0, 'm')",
            "INSERT INTO entry VALUES (2, 1, 0)",
            // One entry for each account of a posting; both exist.
            "INSERT INTO entry VALUES (1, 1, 5)",
            "INSERT INTO entry VALUES (99, 1, 5)",
            "INSERT INTO entry VALUES (2, 99, 5)",
            "INSERT INTO account (name, sellerId) VALUES ('mart-margin', NULL)",
            "INSERT INTO account (name, sellerId) VALUES ('seller-payable/other', 'sel-q')",
            // Shares that do not add up, that are not of the rate, or below 90 %.
            "INSERT INTO saleLine VALUES (1, 'x', 9, 'p', 13, 1, 100, 10, 91, 10)",
            "INSERT INTO saleLine VALUES (1, 'x', 9, 'p', 13, 1, 100, 10, 91, 9)",
            "INSERT INTO saleLine VALUES (1, 'x', 9, 'p', 13, 1, 100, 20, 80, 20)",
            "INSERT INTO saleLine VALUES (1, 'x', 9, 'p', 13, 0, 100, 10, 90, 10)",
            "INSERT INTO loss VALUES (1, 'lot', 'p', 13, 1, 100, 10, 89)",
            // Units that were taken back, that are ahead, or that were never sold.
            "INSERT INTO refundLine VALUES (1, 'l1', 0, 1, 0, 13, 1, 1000, 900, 100)",
            "INSERT INTO refundLine VALUES (1, 'l1', 2, 1, 0, 13, 1, 1000, 900, 100)",
            "INSERT INTO refundLine VALUES (1, 'l1', 1, 1, 0, 13, 3, 3000, 2700, 300)",
            "INSERT INTO refundLine VALUES (1, 'l9', 0, 1, 0, 13, 1, 1000, 900, 100)",
            "INSERT INTO refundLine VALUES (1, 'l1', 1, 1, 0, 13, 1, 1000, 900, 99)",
            // A line finds its seller once.
            "INSERT INTO assignment VALUES (1, 'l1', 1, 13, 'Maria', 0)",
            // A reassignment follows the last one, from whom that gave it to, to somebody else, with all that is left, by two people.
            "INSERT INTO reassignment SELECT 1, sale, lineId, 4, fromAccount, 11, 'r', 'A', 'B', 1800 FROM reassignment",
            "INSERT INTO reassignment SELECT 1, sale, lineId, posting, fromAccount, 11, 'r', 'A', 'B', 1800 FROM reassignment",
            "INSERT INTO reassignment SELECT 1, sale, lineId, posting, account, account, 'r', 'A', 'B', 1800 FROM reassignment",
            "INSERT INTO reassignment SELECT 1, sale, lineId, posting, account, 11, 'r', 'A', 'B', 1799 FROM reassignment",
            "INSERT INTO reassignment SELECT 1, sale, 'l9', posting, account, 11, 'r', 'A', 'B', 1800 FROM reassignment",
            "INSERT INTO reassignment SELECT 1, sale, lineId, posting, account, 11, 'r', 'Ani', ' ANI', 1800 FROM reassignment",
        ])
    func constraints(sql: String) throws {
        let error = try #require(try Self.refusal(sql))
        let words = ["constraint failed", "one after the other", "what is left of a line moves"]
        #expect(words.contains { error.contains($0) }, "\(error)")
    }

    @Test(
        "what is allowed passes the same way, so that the refusals above mean something",
        arguments: [
            "INSERT INTO posting (kind, key, regency, postedAt, cause) VALUES (1, 'sale-2', '53.06', 0, 'm')",
            "INSERT INTO entry VALUES (2, 1, 5)",
            "INSERT INTO saleLine VALUES (1, 'x', 9, 'p', 13, 1, 100, 10, 90, 10)",
            "INSERT INTO loss VALUES (1, 'lot', 'p', 13, 1, 100, 10, 90)",
            "INSERT INTO refundLine VALUES (1, 'l1', 1, 1, 0, 13, 2, 2000, 1800, 200)",
            "INSERT INTO reassignment SELECT 1, sale, lineId, posting, account, 11, 'r', 'A', 'B', 1800 FROM reassignment",
        ])
    func allowed(sql: String) throws { #expect(try Self.refusal(sql) == nil) }

    @Test("the audit view shows a posting that is out of balance")
    func audit() throws {
        let harness = try Self.harness(running: "INSERT INTO entry VALUES (2, 1, 5)")
        #expect(try harness.isBalanced)
        try harness.receive(Fixture.seller("sel-x", name: "Vandal"))
        #expect(try !harness.isBalanced)
    }
}
