import Contracts
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import SettlementService
import StrictJSON
import Testing

@Suite("Reading a settlement and the ledger")
struct SettlementReadTests {
    @Test("a settlement is read as it was posted, with its time and its reversals in order")
    func settlement() throws {
        let harness = try Fixture.harness()
        let (first, second) = (Fixture.line("a", quantity: 3, price: 4_115), Fixture.line("b", seller: nil, product: "prd-2", price: 1_000))
        try harness.receive(Fixture.sale(first, second))
        try harness.advance(to: "2026-02-06T02:00:00.5Z")
        try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(first, 1), Fixture.refundLine(second, 1)))
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(first, 2, before: 1)))
        try harness.receive(Fixture.seller("sel-z", name: "Tenun"))
        try harness.send(Fixture.assign(lineId: "b", to: "sel-z"))
        let posted = try harness.takePublished()

        let (status, body) = try harness.get("/v1/settlements/sale-1")
        #expect(status == 200)
        #expect(body["postedAt"]?.string == "2026-02-05T02:00:00Z")
        for name in ["settlementId", "saleId", "regency", "lines", "totals"] as [StaticString] {
            #expect(body[name].map { Array($0.rawBytes) } == posted[0].data[name].map { Array($0.rawBytes) }, "\(name)")
        }
        let reversals = body["reversals"]?.elements ?? []
        #expect(reversals.compactMap { $0["refundId"]?.string } == ["ref-2", "ref-1"])
        #expect(reversals.compactMap { $0["postedAt"]?.string } == ["2026-02-06T02:00:00.500Z", "2026-02-06T02:00:00.500Z"])
        for (reversal, event) in zip(reversals, posted[1...2]) {
            #expect(reversal["lines"].map { Array($0.rawBytes) } == event.data["lines"].map { Array($0.rawBytes) })
            #expect(reversal["totals"].map { Array($0.rawBytes) } == event.data["totals"].map { Array($0.rawBytes) })
        }
        let assignments = body["assignments"]?.elements ?? []
        #expect(assignments.compactMap { $0["sellerId"]?.string } == ["sel-z"])
        #expect(assignments.compactMap { $0["sellerShare"]?.int64 } == [0])
    }

    @Test("a sale without refunds has an empty list of reversals")
    func noReversals() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Fixture.line(price: 1_000)))
        let reversals = try #require(try harness.get("/v1/settlements/sale-1").body["reversals"])
        #expect(reversals.kind == .array)
        #expect(reversals.elements.isEmpty)
    }

    @Test("a write-off is read by its writeOffId")
    func loss() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.loss())
        let body = try harness.get("/v1/settlements/wo-1").body
        let event = try harness.takePublished()[0].data
        for name in ["settlementId", "writeOffId", "regency", "lines", "totals"] as [StaticString] {
            #expect(body[name].map { Array($0.rawBytes) } == event[name].map { Array($0.rawBytes) }, "\(name)")
        }
        #expect(body["saleId"] == nil)
        #expect(body["reversals"]?.elements.isEmpty == true)
        #expect(body["postedAt"]?.string == "2026-02-05T02:00:00Z")
    }

    @Test("what was never settled is not found, and a refund's id is no settlement's")
    func notFound() throws {
        let harness = try Fixture.harness()
        let line = Fixture.line(price: 1_000)
        try harness.receive(Fixture.sale(line))
        try harness.receive(Fixture.refund(Fixture.refundLine(line, 1)))
        for path in ["sale-9", "ref-1"] {
            let (status, body) = try harness.get("/v1/settlements/\(path)")
            #expect(status == 404)
            #expect(body["code"]?.string == "not-found")
        }
        #expect(try harness.get("/v1/settlements/sale-1?x=1").status == 400)
    }

    @Test("the trial balance of an empty ledger is empty, and its sum is zero always")
    func trialBalance() throws {
        let harness = try Fixture.harness()
        let empty = try harness.get("/v1/ledger/trial-balance").body
        #expect(empty["accounts"]?.elements.isEmpty == true)
        #expect(empty["sum"]?.int64 == 0)
        let line = Fixture.line(seller: nil, quantity: 2, price: 777)
        try harness.receive(Fixture.sale(tender: .kkpd, line))
        try harness.receive(Fixture.refund(Fixture.refundLine(line, 1)))
        try harness.receive(Fixture.loss())
        try harness.receive(Fixture.seller("sel-z", name: "Tenun"))
        try harness.send(Fixture.assign(to: "sel-z"))
        let body = try harness.get("/v1/ledger/trial-balance").body
        #expect(
            body["accounts"]?.elements.compactMap { $0["account"]?.string } == [
                "cash-clearing/cash", "cash-clearing/kkpd", "loss-expense", "mart-margin", "seller-payable/sel-a", "seller-payable/sel-z",
                "suspense",
            ])
        #expect(body["sum"]?.int64 == 0)
    }

    @Test("everything again, in another order and each message twice, gives the same balances")
    func replay() throws {
        let line = Fixture.line(seller: nil, quantity: 4, price: 1_111)
        let events: [any Event] = [
            Fixture.sale("sale-1", line), Fixture.sale("sale-2", tender: .qris, lines: [Fixture.line(price: 12_345)]), Fixture.loss(),
            Fixture.refund("ref-1", Fixture.refundLine(line, 1)), Fixture.refund("ref-2", Fixture.refundLine(line, 2, before: 1)),
            Fixture.seller("sel-a", name: "Tenun"),
        ]
        let inOrder = try Fixture.harness()
        for event in events { try inOrder.receive(event) }
        let books = try inOrder.books()
        var numbers = SplitMix64(seed: 11)
        for _ in 1...10 {
            let harness = try Fixture.harness()
            for (index, event) in (events + events).enumerated().shuffled(using: &numbers) {
                try harness.receive(event, id: "m\(index % events.count)")
            }
            #expect(try harness.books() == books)
            #expect(try harness.parked.isEmpty)
            #expect(try harness.isBalanced)
        }
    }
}

@Suite("The index of Settlement")
struct SettlementServiceTests {
    @Test("takes and publishes what section 8 of the contract lists, payouts apart")
    func index() throws {
        let definition = try SettlementService.definition()
        #expect(definition.name == "settlement")
        #expect(definition.port == 8104)
        #expect(definition.commands.map(\.routingKey) == ["settlement.assign-suspense", "settlement.reassign-suspense"])
        #expect(
            Set(definition.consumes.map(\.routingKey)) == [
                "consignment.sale-recorded", "consignment.sale-refunded", "consignment.goods-written-off", "catalog.seller-registered",
                "catalog.seller-updated",
            ])
        #expect(
            definition.publishes.map { $0.name.routingKey } == [
                "settlement.settlement-posted", "settlement.settlement-reversed", "settlement.suspense-assigned",
                "settlement.suspense-reassigned",
            ])
        #expect(
            definition.reads.map(\.path).sorted() == [
                "/v1/ledger/trial-balance", "/v1/reconciliation/losses", "/v1/reconciliation/refunds", "/v1/reconciliation/sales",
                "/v1/sellers/{id}/balance", "/v1/sellers/{id}/statement", "/v1/settlements/waiting", "/v1/settlements/{saleId}",
                "/v1/suspense",
            ])
    }
}
