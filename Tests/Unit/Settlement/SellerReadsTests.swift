import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import SettlementService
import Storage
import StrictJSON
import Testing

@Suite("A seller's balance and statement")
struct SellerReadsTests {
    static let line = Fixture.line(quantity: 3, price: 4_115)

    /// Sale on the 5th, refund on the 6th, loss on the 7th, sale on the 8th.
    static func fourDays() throws -> ServiceHarness {
        let harness = try Fixture.harness(now: "2026-02-05")
        try harness.receive(Fixture.sale("sale-1", line))
        try harness.advance(to: "2026-02-06")
        try harness.receive(Fixture.refund("ref-1", of: "sale-1", Fixture.refundLine(line, 1)))
        try harness.advance(to: "2026-02-07")
        try harness.receive(Fixture.loss("wo-1", quantity: 1, price: 1_000))
        try harness.advance(to: "2026-02-08T15:59:59Z")
        try harness.receive(Fixture.sale("sale-2", Fixture.line(price: 100), Fixture.line("l2", seller: "sel-b", price: 50)))
        return harness
    }

    @Test("the balance says what was earned, what was reversed, and what is owed")
    func balance() throws {
        let body = try Self.fourDays().get("/v1/sellers/sel-a/balance").body
        #expect(body["sellerId"]?.string == "sel-a")
        #expect(body["earned"]?.int64 == 12_101)
        #expect(body["reversed"]?.int64 == 3_704)
        #expect(body["paid"]?.int64 == 0)
        #expect(body["inPayout"]?.int64 == 0)
        #expect(body["payable"]?.int64 == 8_397)
    }

    @Test("a seller with a name but no entry has a balance of zero, one with neither is not found")
    func unknown() throws {
        let harness = try Fixture.harness()
        #expect(try harness.get("/v1/sellers/sel-a/balance").status == 404)
        #expect(try harness.get("/v1/sellers/sel-a/statement").status == 404)
        #expect(try harness.receive(Fixture.seller("sel-a", name: "Tenun Ikat Lamaholot")) == .accepted)
        let (status, body) = try harness.get("/v1/sellers/sel-a/balance")
        #expect(status == 200)
        #expect(body["name"]?.string == "Tenun Ikat Lamaholot")
        #expect(body["earned"]?.int64 == 0 && body["payable"]?.int64 == 0)
        let statement = try harness.get("/v1/sellers/sel-a/statement").body
        #expect(statement["items"]?.elements.isEmpty == true)
        #expect(statement["closingBalance"]?.int64 == 0)
    }

    @Test("a seller nobody has registered is paid like any other")
    func unregistered() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Fixture.line(price: 1_000)))
        let (status, body) = try harness.get("/v1/sellers/sel-a/balance")
        #expect(status == 200)
        #expect(body["name"] == nil)
        #expect(body["payable"]?.int64 == 900)
    }

    @Test("a seller told again is a duplicate, told differently a conflict")
    func registeredAgain() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.seller("sel-a", name: "Tenun"))
        #expect(try harness.receive(Fixture.seller("sel-a", name: "Tenun")) == .duplicate)
        #expect(try harness.receive(Fixture.seller("sel-a", name: "Kopi")) == .parked)
        #expect(try harness.receive(Fixture.seller("sel-a", name: "Tenun", regency: "53.01")) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict", "conflict"])
    }

    private static func renamed(_ name: String, regency: String = Fixture.regency) -> SellerUpdated {
        SellerUpdated.with {
            $0.sellerId = "sel-a"
            $0.sellerName = name
            $0.regency = regency
            $0.changed = [.name]
        }
    }

    private func name(_ harness: ServiceHarness) throws -> String? { try harness.get("/v1/sellers/sel-a/balance").body["name"]?.string }

    @Test("a seller who is called otherwise now is shown so")
    func renamed() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.seller("sel-a", name: "Tenun"))
        #expect(try harness.receive(Self.renamed("Tenun Ikat")) == .accepted)
        #expect(try name(harness) == "Tenun Ikat")
        // The registration told again is still the registration.
        #expect(try harness.receive(Fixture.seller("sel-a", name: "Tenun")) == .duplicate)
        #expect(try harness.receive(Fixture.seller("sel-a", name: "Kopi")) == .parked)
        #expect(try harness.receive(Self.renamed("Tenun", regency: "53.01")) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict", "inconsistent"])
        #expect(try name(harness) == "Tenun Ikat")
    }

    @Test("a store of the release before knows its sellers as registered")
    func upgrade() throws {
        let schema = try SettlementService.definition().schema
        let queue = try DatabaseQueue()
        try queue.write { db in
            try db.execute(sql: schema[0].sql)
            try db.execute(sql: "INSERT INTO seller VALUES ('sel-a', 'Tenun', '53.06')")
            for migration in schema.dropFirst() { try migration.run(in: db) }
            #expect(try String.fetchOne(db, sql: "SELECT registeredName FROM seller") == "Tenun")
        }
    }

    @Test(
        "every order of arrival ends in the same name", arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func renamedInAnyOrder(order: [Int]) throws {
        let harness = try Fixture.harness()
        for step in order {
            switch step {
            case 0: #expect(try harness.receive(Fixture.seller("sel-a", name: "Tenun"), sequence: 4) == .accepted)
            case 1: #expect(try harness.receive(Self.renamed("Tenun Ikat"), sequence: 7) == .accepted)
            default: #expect(try harness.receive(Self.renamed("Tenun Ikat Lamaholot"), sequence: 9) == .accepted)
            }
        }
        #expect(try name(harness) == "Tenun Ikat Lamaholot")
        #expect(try harness.parked.isEmpty)
    }

    @Test("a balance may turn negative: refunded is more than what is left of the earnings")
    func negative() throws {
        let harness = try Fixture.harness()
        let line = Fixture.line(seller: nil, price: 1_000)
        try harness.receive(Fixture.sale(line))
        try harness.receive(Fixture.refund(Fixture.refundLine(line, 1)))
        #expect(try harness.books()["suspense"] == 0)
        #expect(try harness.get("/v1/sellers/sel-a/balance").status == 404)
    }

    @Test("the statement has every entry in the order of posting, with the balance after it")
    func statement() throws {
        let body = try Self.fourDays().get("/v1/sellers/sel-a/statement").body
        let items = body["items"]?.elements ?? []
        #expect(texts(items, "kind") == ["sale", "refund", "write-off", "sale"])
        #expect(texts(items, "id") == ["sale-1", "ref-1", "wo-1", "sale-2"])
        #expect(items.map { $0["saleId"]?.string } == ["sale-1", "sale-1", nil, "sale-2"])
        #expect(texts(items, "date") == ["2026-02-05", "2026-02-06", "2026-02-07", "2026-02-08"])
        #expect(numbers(items, "amount") == [11_111, -3_704, 900, 90])
        #expect(numbers(items, "balance") == [11_111, 7_407, 8_307, 8_397])
        #expect(body["openingBalance"]?.int64 == 0)
        #expect(body["closingBalance"]?.int64 == 8_397)
        #expect(body["next"]?.isNull == true)
    }

    @Test(
        "both dates of the range are included, in WITA",
        arguments: [
            ("from=2026-02-06&to=2026-02-07", 11_111, ["ref-1", "wo-1"], 8_307), ("from=2026-02-08", 8_307, ["sale-2"], 8_397),
            ("to=2026-02-05", 0, ["sale-1"], 11_111), ("from=2026-02-09", 8_397, [], 8_397), ("to=2026-02-04", 0, [], 0),
            ("from=2026-02-08&to=2026-02-08", 8_307, ["sale-2"], 8_397),
        ] as [(String, Int64, [String], Int64)])
    func range(query: String, opening: Int64, ids: [String], closing: Int64) throws {
        let body = try Self.fourDays().get("/v1/sellers/sel-a/statement?\(query)").body
        #expect(body["openingBalance"]?.int64 == opening)
        #expect(texts(body["items"]?.elements ?? [], "id") == ids)
        #expect(body["closingBalance"]?.int64 == closing)
    }

    @Test("pages follow each other, and so do their balances")
    func pages() throws {
        let harness = try Self.fourDays()
        var path: String? = "/v1/sellers/sel-a/statement?limit=1&from=2026-02-06"
        var ids: [String] = []
        var last: Int64? = 11_111
        while let current = path {
            let body = try harness.get(current).body
            #expect(body["openingBalance"]?.int64 == last)
            last = body["closingBalance"]?.int64
            ids += texts(body["items"]?.elements ?? [], "id")
            path = body["next"]?.string.map { "/v1/sellers/sel-a/statement?limit=1&from=2026-02-06&after=\($0)" }
        }
        #expect(ids == ["ref-1", "wo-1", "sale-2"])
        #expect(last == 8_397)
    }

    @Test(
        "bad parameters are refused",
        arguments: [
            "from=2026-02-30", "from=2026-02-07&to=2026-02-06", "limit=0", "limit=501", "after=x", "since=2026-02-01", "to=yesterday",
        ])
    func invalid(query: String) throws {
        #expect(try Self.fourDays().get("/v1/sellers/sel-a/statement?\(query)").status == 400)
    }

    private func texts(_ items: [JSONValue], _ name: StaticString) -> [String] { items.compactMap { $0[name]?.string } }
    private func numbers(_ items: [JSONValue], _ name: StaticString) -> [Int64] { items.compactMap { $0[name]?.int64 } }
}
