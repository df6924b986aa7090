import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite("Settling a sale")
struct SettleSaleTests {
    @Test("tells the split line by line, with totals, and names its sale")
    func event() throws {
        let harness = try Fixture.harness()
        let sale = Fixture.sale(
            "sale-7", Fixture.line("a", price: 12_345), Fixture.line("b", seller: "sel-b", product: "prd-2", quantity: 2, price: 1_005))
        #expect(try harness.receive(sale, id: "msg-1") == .accepted)
        let published = try harness.takePublished()
        #expect(published.map(\.name) == ["settlement-posted"])
        #expect(published[0].subject == "sale-7")
        #expect(published[0].regency == "53.06")
        #expect(published[0].causationId == "msg-1")
        #expect(published[0].routingKey == "settlement.settlement-posted.53.06")
        let posted = try published[0].decode(SettlementPosted.self)
        #expect(posted.settlementId == "sale-7" && posted.saleId == "sale-7" && posted.writeOffId == nil && posted.regency == "53.06")
        #expect(posted.lines.map(\.lineId) == ["a", "b"])
        #expect(posted.lines.map(\.sellerId) == ["sel-a", "sel-b"])
        #expect(posted.lines.map(\.productId) == ["prd-1", "prd-2"])
        #expect(posted.lines.map(\.shares) == [shares(12_345, 11_111, 1_234), shares(2_010, 1_809, 201)])
        #expect(posted.totals == shares(14_355, 12_920, 1_435))
    }

    @Test("debits the money by its kind and credits sellers and margin", arguments: Tender.allCases)
    func entries(tender: Tender) throws {
        let harness = try Fixture.harness()
        try harness.receive(
            Fixture.sale(
                tender: tender, Fixture.line("a", price: 12_345), Fixture.line("b", seller: "sel-b", price: 1_000),
                Fixture.line("c", price: 55)))
        #expect(
            try harness.books() == [
                "cash-clearing/\(tender.rawValue)": 13_400, "seller-payable/sel-a": -11_161, "seller-payable/sel-b": -900,
                "mart-margin": -1_339,
            ])
        #expect(try harness.number("SELECT count(*) FROM entry") == 4)
        #expect(try harness.isBalanced)
    }

    @Test("writes no entry of zero")
    func zeroEntries() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Fixture.line(price: 9)))
        #expect(try harness.books() == ["cash-clearing/cash": 9, "seller-payable/sel-a": -9])
    }

    @Test("puts a line of unknown ownership into suspense")
    func suspense() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Fixture.line("a", seller: nil, price: 1_000), Fixture.line("b", price: 100)))
        #expect(try harness.books() == ["cash-clearing/cash": 1_100, "suspense": -900, "seller-payable/sel-a": -90, "mart-margin": -110])
        let posted = try harness.takePublished()[0].decode(SettlementPosted.self)
        #expect(posted.lines.map(\.sellerId) == [nil, "sel-a"])
    }

    @Test("names its causing message, its business key and its business date in the ledger")
    func posting() throws {
        let harness = try Fixture.harness(now: "2026-02-05T15:59:59Z")
        try harness.receive(Fixture.sale("sale-1", Fixture.line(price: 10)), id: "msg-1")
        try harness.advance(to: "2026-02-05T16:00:00Z")
        try harness.receive(Fixture.sale("sale-2", Fixture.line(price: 10)), id: "msg-2")
        let dates = [5, 6].compactMap { BusinessDate(year: 2026, month: 2, dayOfMonth: $0)?.day }
        #expect(try harness.number("SELECT date FROM posting WHERE cause = 'msg-1' AND key = 'sale-1' AND kind = 1") == Int64(dates[0]))
        #expect(try harness.number("SELECT date FROM posting WHERE cause = 'msg-2' AND key = 'sale-2' AND kind = 1") == Int64(dates[1]))
    }

    @Test("takes 200 lines of as many sellers, and the largest amount")
    func limits() throws {
        let harness = try Fixture.harness()
        var sale = Fixture.sale("sale-1", lines: [])
        sale.lines = (1...200).map { Fixture.line("l\($0)", seller: "sel-\($0)", price: 1_000) }
        sale.total = Rupiah(200_000)
        #expect(try harness.receive(sale) == .accepted)
        #expect(try harness.number("SELECT count(*) FROM entry") == 202)
        #expect(try harness.receive(Fixture.sale("sale-2", Fixture.line(price: Rupiah.maximum.amount))) == .accepted)
        #expect(try harness.payable("sel-a") == 8_106_479_329_266_892)
        #expect(try harness.isBalanced)
    }

    @Test("has no second effect when the same message comes again")
    func redelivered() throws {
        let harness = try Fixture.harness()
        let sale = Fixture.sale(Fixture.line(price: 1_000))
        for _ in 1...3 { try harness.receive(sale, id: "msg-1") }
        #expect(try harness.takePublished().count == 1)
        #expect(try harness.payable("sel-a") == 900)
    }

    @Test("is a duplicate under another message id, whatever does not touch the money")
    func duplicate() throws {
        let harness = try Fixture.harness()
        var sale = Fixture.sale(Fixture.line("a", price: 1_000), Fixture.line("b", seller: nil, price: 500))
        try harness.receive(sale)
        sale.till = "till-2"
        sale.offline = true
        sale.lines[0].flags = [.notListed]
        #expect(try harness.receive(sale) == .duplicate)
        #expect(try harness.takePublished().count == 1)
        #expect(try harness.number("SELECT count(*) FROM posting") == 1)
        #expect(try harness.parked.isEmpty)
    }

    @Test(
        "is parked as a conflict under another message id with other amounts",
        arguments: [
            Fixture.sale(Fixture.line("a", price: 1_001), Fixture.line("b", price: 500)),
            Fixture.sale(Fixture.line("a", price: 1_000)),
            Fixture.sale(Fixture.line("b", price: 500), Fixture.line("a", price: 1_000)),
            Fixture.sale(Fixture.line("a", quantity: 2, price: 500), Fixture.line("b", price: 500)),
            Fixture.sale(Fixture.line("a", price: 500), Fixture.line("b", price: 1_000)),
            Fixture.sale(Fixture.line("a", seller: "sel-b", price: 1_000), Fixture.line("b", price: 500)),
            Fixture.sale(Fixture.line("a", seller: nil, price: 1_000), Fixture.line("b", price: 500)),
            Fixture.sale(Fixture.line("a", product: "prd-9", price: 1_000), Fixture.line("b", price: 500)),
            Fixture.sale(tender: .qris, Fixture.line("a", price: 1_000), Fixture.line("b", price: 500)),
            Fixture.sale(regency: "53.01", Fixture.line("a", price: 1_000), Fixture.line("b", price: 500)),
        ])
    func conflict(other: SaleRecorded) throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Fixture.line("a", price: 1_000), Fixture.line("b", price: 500)))
        let books = try harness.books()
        #expect(try harness.receive(other) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict"])
        #expect(try harness.books() == books)
        #expect(try harness.takePublished().count == 1)
    }

    @Test("an assignment since then does not make the same sale another one")
    func duplicateAfterAssignment() throws {
        let harness = try Fixture.harness()
        let sale = Fixture.sale(Fixture.line(seller: nil, price: 1_000))
        try harness.receive(sale)
        try harness.receive(Fixture.seller("sel-z", name: "Tenun"))
        try harness.send(Fixture.assign(to: "sel-z"))
        #expect(try harness.receive(sale) == .duplicate)
    }

    @Test("one bad sale in a batch does not touch its neighbours")
    func batch() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale("sale-1", Fixture.line(price: 1_000)))
        let sales = [
            Fixture.sale("sale-2", Fixture.line(price: 100)), Fixture.sale("sale-1", Fixture.line(price: 999)),
            Fixture.sale("sale-3", Fixture.line(price: 100)),
        ]
        try harness.process(
            sales.enumerated().map { index, sale in
                let header = EnvelopeHeader(
                    id: "m\(index)", source: "/consignment", type: SaleRecorded.name.type, subject: sale.saleId,
                    time: "2026-02-05T02:00:00Z",
                    correlationId: "c", causationId: "c")
                return Incoming(channel: .events, routingKey: "consignment.sale-recorded.53.06", body: header.body(data: sale))
            })
        #expect(try harness.parked.map(\.reason) == ["conflict"])
        #expect(try harness.payable("sel-a") == 1_080)
        #expect(try harness.isBalanced)
    }

    @Test("an account that was made by a sale that failed is made anew by the next, and belongs to nobody else")
    func accountOfFailedSale() throws {
        let harness = try Fixture.harness()
        try harness.store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: "CREATE TRIGGER badLuck BEFORE INSERT ON saleLine WHEN new.lineId = 'l3' BEGIN SELECT RAISE(FAIL, 'bad luck'); END")
        }
        let lines = (1...3).map { Fixture.line("l\($0)", seller: "sel-a", price: 1_000) }
        try harness.process([
            .delivery(of: Fixture.sale("sale-1", lines: lines), id: "m1"),
            .delivery(of: Fixture.sale("sale-2", Fixture.line(seller: "sel-b", price: 100)), id: "m2"),
            .delivery(of: Fixture.sale("sale-3", lines: Array(lines[0...1])), id: "m3"),
        ])
        #expect(try harness.parked.map(\.reason) == ["poison"])
        #expect(try harness.payable("sel-b") == 90)
        #expect(try harness.payable("sel-a") == 1_800)
        #expect(try harness.isBalanced)
    }

    private func shares(_ net: Int64, _ seller: Int64, _ mart: Int64) -> Shares {
        Shares(net: Rupiah(net), sellerShare: Rupiah(seller), martShare: Rupiah(mart))
    }
}
