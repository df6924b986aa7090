import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite("Refunds that come before what they are about")
struct WaitingRefundTests {
    static let line = Fixture.line("a", quantity: 5, price: 2_469)

    static func refund(_ refundId: String, _ quantity: Int64, before: Int64) -> SaleRefunded {
        Fixture.refund(refundId, Fixture.refundLine(line, quantity, before: before))
    }

    @Test("before its sale, it waits and is applied when the sale comes, in its own name")
    func beforeSale() throws {
        let harness = try Fixture.harness()
        #expect(try harness.receive(Self.refund("ref-1", 2, before: 0), id: "msg-refund") == .accepted)
        #expect(try harness.takePublished().isEmpty)
        #expect(try harness.books() == [:])
        #expect(try harness.waitingIds == ["ref-1"])
        #expect(try harness.get("/v1/status").body["waiting"]?.int64 == 1)

        try harness.receive(Fixture.sale(Self.line), id: "msg-sale")
        let published = try harness.takePublished()
        #expect(published.map(\.name) == ["settlement-posted", "settlement-reversed"])
        #expect(published.map(\.causationId) == ["msg-sale", "msg-refund"])
        #expect(try harness.waitingIds == [])
        #expect(try harness.number("SELECT count(*) FROM posting WHERE cause = 'msg-refund' AND kind = 2") == 1)
        #expect(try harness.books()["cash-clearing/cash"] == 3 * 2_469)
    }

    @Test("ahead of an earlier refund of the line, it waits for that one")
    func beforeEarlierRefund() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Self.line))
        #expect(try harness.receive(Self.refund("ref-2", 2, before: 1)) == .accepted)
        #expect(try harness.waitingIds == ["ref-2"])
        #expect(try harness.get("/v1/settlements/waiting").body["items"]?.elements[0]["waitsFor"]?.string == "earlier-refund")
        try harness.receive(Self.refund("ref-1", 1, before: 0))
        #expect(try harness.waitingIds == [])
        #expect(try reversed(harness) == ["ref-1", "ref-2"])
        #expect(try harness.parked.isEmpty)
    }

    @Test("any order of arrival ends in the same books", arguments: 0..<24)
    func anyOrder(permutation: Int) throws {
        var steps: [any Event] = [
            Fixture.sale(Self.line), Self.refund("ref-1", 1, before: 0), Self.refund("ref-2", 3, before: 1),
            Self.refund("ref-3", 1, before: 4),
        ]
        var rest = permutation
        var order: [any Event] = []
        for count in [4, 3, 2, 1] {
            order.append(steps.remove(at: rest % count))
            rest /= count
        }
        let harness = try Fixture.harness()
        for event in order { #expect(try harness.receive(event) == .accepted) }
        #expect(try harness.waitingIds == [])
        #expect(try harness.parked.isEmpty)
        #expect(try reversed(harness) == ["ref-1", "ref-2", "ref-3"])
        #expect(try harness.books() == ["cash-clearing/cash": 0, "seller-payable/sel-a": 0, "mart-margin": 0])
        #expect(try harness.isBalanced)
    }

    @Test("refunds of different lines are applied in the order of their arrival")
    func arrivalOrder() throws {
        let harness = try Fixture.harness()
        let other = Fixture.line("b", quantity: 2, price: 100)
        for refund in [
            Fixture.refund("ref-z", Fixture.refundLine(other, 1)), Self.refund("ref-m", 1, before: 0),
            Fixture.refund("ref-a", Fixture.refundLine(other, 1, before: 1)),
        ] { try harness.receive(refund) }
        try harness.receive(Fixture.sale(Self.line, other))
        #expect(try reversed(harness) == ["ref-z", "ref-m", "ref-a"])
    }

    @Test("one that does not fit when its sale comes is parked alone, and the others are applied")
    func misfit() throws {
        let harness = try Fixture.harness()
        var wrong = Self.refund("ref-1", 1, before: 0)
        wrong.lines[0].net = Rupiah(1)
        wrong.total = Rupiah(1)
        try harness.receive(wrong, id: "msg-wrong")
        try harness.receive(Self.refund("ref-2", 2, before: 0))
        try harness.receive(Fixture.sale(Self.line))
        #expect(try harness.parked.map(\.reason) == ["inconsistent"])
        #expect(try harness.waitingIds == [])
        #expect(try reversed(harness) == ["ref-2"])
        // A parked message claims nothing, so that it can be replayed.
        #expect(try harness.number("SELECT count(*) FROM inbox WHERE messageId = 'msg-wrong'") == 0)
        let selection = #"{"filter": {"reason": "inconsistent"}, "by": "Maria", "reason": "try again"}"#
        #expect(try harness.send(MessageName("settlement", "replay-parked"), data: selection).status == .accepted)
        #expect(try harness.parked.map(\.reason) == ["inconsistent"])
        #expect(try harness.isBalanced)
    }

    @Test("a waiting refund that another one overtakes for good is parked")
    func overtaken() throws {
        let harness = try Fixture.harness()
        try harness.receive(Fixture.sale(Self.line))
        try harness.receive(Self.refund("ref-2", 1, before: 1))
        try harness.receive(Self.refund("ref-1", 3, before: 0))
        #expect(try harness.waitingIds == [])
        #expect(try harness.parked.map(\.reason) == ["inconsistent"])
        #expect(try reversed(harness) == ["ref-1"])
    }

    @Test("the same again while it waits is a duplicate, or a conflict if it says something else")
    func again() throws {
        let harness = try Fixture.harness()
        try harness.receive(Self.refund("ref-1", 1, before: 0))
        #expect(try harness.receive(Self.refund("ref-1", 1, before: 0)) == .duplicate)
        #expect(try harness.receive(Self.refund("ref-1", 2, before: 0)) == .parked)
        #expect(try harness.parked.map(\.reason) == ["conflict"])
        try harness.receive(Fixture.sale(Self.line))
        #expect(try harness.receive(Self.refund("ref-1", 1, before: 0)) == .duplicate)
        #expect(try reversed(harness) == ["ref-1"])
    }

    @Test("a sale in the same batch is enough")
    func sameBatch() throws {
        let harness = try Fixture.harness()
        func incoming(_ event: some Event, _ id: String) -> Incoming {
            let name = type(of: event).name
            let header = EnvelopeHeader(
                id: id, source: "/consignment", type: name.type, subject: event.subject, time: "2026-02-05T02:00:00Z", correlationId: id,
                causationId: id)
            return Incoming(channel: .events, routingKey: name.routingKey, body: header.body(data: event))
        }
        try harness.process([incoming(Self.refund("ref-1", 1, before: 0), "m1"), incoming(Fixture.sale(Self.line), "m2")])
        #expect(try reversed(harness) == ["ref-1"])
    }

    @Test("keep the state of their trace until they are applied, or parked")
    func traces() throws {
        let harness = try Fixture.harness()
        let parent = "00-11112222333344445555666677778888-00f067aa0ba902b7-00"
        func traced(_ refund: SaleRefunded, _ id: String) -> Incoming {
            let plain = Incoming.delivery(of: refund, id: id)
            return Incoming(
                channel: .events, routingKey: plain.routingKey, traceparent: parent, tracestate: "till=7", body: plain.body)
        }
        try harness.process([traced(Self.refund("ref-1", 1, before: 0), "m1"), traced(Self.refund("ref-2", 9, before: 1), "m2")])
        try harness.receive(Fixture.sale(Self.line))
        #expect(try harness.rows("SELECT tracestate FROM outbox WHERE type LIKE '%reversed%'").map { $0[0] as String? } == ["till=7"])
        #expect(
            try harness.rows("SELECT messageId, traceparent, tracestate FROM parked").map {
                "\($0[0] as String) \($0[1] as String) \($0[2] as String)"
            }
                == ["m2 \(parent) till=7"])
    }

    @Test("from before U+0000 was refused are still applied and listed")
    func old() throws {
        let harness = try Fixture.harness()
        try harness.process([.delivery(of: Self.refund("ref-1", 1, before: 0), id: "m1")])
        try harness.store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    UPDATE waitingRefund SET body =
                        CAST(replace(CAST(body AS TEXT), '"source":', '"subject":"\\u0000","source":') AS BLOB)
                    """)
        }
        #expect(try harness.get("/v1/settlements/waiting").body["items"]?.elements.count == 1)
        try harness.receive(Fixture.sale(Self.line))
        #expect(try reversed(harness) == ["ref-1"])
    }

    @Test("are listed with what they wait for, by refundId, in pages and by regency")
    func list() throws {
        let harness = try Fixture.harness()
        for number in 1...5 { try harness.receive(Self.refund("ref-\(number)", 1, before: 0)) }
        try harness.receive(Fixture.refund("ref-6", of: "sale-6", regency: "53.01", Fixture.refundLine(Self.line, 1)), id: "msg-6")
        let first = try harness.get("/v1/settlements/waiting?limit=4").body
        #expect(first["items"]?.elements.compactMap { $0["refundId"]?.string } == ["ref-1", "ref-2", "ref-3", "ref-4"])
        let next = try #require(first["next"]?.string)
        let second = try harness.get("/v1/settlements/waiting?limit=4&after=\(next)").body
        #expect(second["items"]?.elements.compactMap { $0["refundId"]?.string } == ["ref-5", "ref-6"])
        #expect(second["next"]?.isNull == true)
        let kupang = try harness.get("/v1/settlements/waiting?regency=53.01").body["items"]?.elements ?? []
        #expect(kupang.count == 1)
        #expect(kupang.first?["saleId"]?.string == "sale-6")
        #expect(kupang.first?["waitsFor"]?.string == "sale")
        #expect(kupang.first?["messageId"]?.string == "msg-6")
        #expect(kupang.first?["receivedAt"]?.string == "2026-02-05T02:00:00Z")
        #expect(kupang.first?["lines"]?.elements.first?["net"]?.int64 == 2_469)
        #expect(try harness.get("/v1/settlements/waiting?sale=1").status == 400)
    }

    private func reversed(_ harness: ServiceHarness) throws -> [String] {
        try harness.takePublished().filter { $0.name == "settlement-reversed" }.map { try $0.decode(SettlementReversed.self).refundId }
    }
}
