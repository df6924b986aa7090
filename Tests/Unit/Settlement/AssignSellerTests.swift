import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite("Assigning a line in suspense")
struct AssignSellerTests {
    static let line = Fixture.line(seller: nil, quantity: 3, price: 4_115)

    static func settled(_ lines: SaleRecorded.Line...) throws -> ServiceHarness {
        let harness = try Fixture.harness()
        let sale = Fixture.sale("sale-1", lines: lines.isEmpty ? [line] : lines)
        try harness.receive(sale)
        for seller in ["sel-x", "sel-y", "sel-z"] { try harness.receive(Fixture.seller(seller, name: "Penenun \(seller)")) }
        _ = try harness.takePublished()
        return harness
    }

    @Test("moves its share to the seller and tells it")
    func assigned() throws {
        let harness = try Self.settled()
        let reply = try harness.send(Fixture.assign(to: "sel-z"), id: "cmd-1")
        #expect(reply.status == .accepted && reply.code == .ok && reply.subject == "sale-1")
        let published = try harness.takePublished()
        #expect(published.map(\.name) == ["suspense-assigned"])
        #expect(published[0].subject == "sale-1" && published[0].regency == "53.06" && published[0].causationId == "cmd-1")
        let event = try published[0].decode(SuspenseAssigned.self)
        #expect(event.assignmentId == "asg-1" && event.saleId == "sale-1" && event.lineId == "l1" && event.sellerId == "sel-z")
        #expect(event.assignedBy == "Maria" && event.regency == "53.06" && event.sellerShare == Rupiah(11_111))
        #expect(
            try harness.books() == ["cash-clearing/cash": 12_345, "suspense": 0, "seller-payable/sel-z": -11_111, "mart-margin": -1_234])
        #expect(try harness.number("SELECT count(*) FROM posting WHERE kind = 4 AND key = 'asg-1' AND cause = 'cmd-1'") == 1)
        #expect(try harness.isBalanced)
    }

    @Test("moves what refunds have left, and later refunds go against the seller")
    func afterRefund() throws {
        let harness = try Self.settled()
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(Self.line, 1)))
        try harness.send(Fixture.assign(to: "sel-z"))
        #expect(try harness.payable("sel-z") == 7_407)
        _ = try harness.takePublished()
        try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(Self.line, 2, before: 1)))
        let reversed = try harness.takePublished()[0].decode(SettlementReversed.self)
        #expect(reversed.lines.map(\.sellerId) == ["sel-z"])
        #expect(try harness.books() == ["cash-clearing/cash": 0, "suspense": 0, "seller-payable/sel-z": 0, "mart-margin": 0])
        #expect(try harness.isBalanced)
    }

    @Test("of a line that was refunded wholly stands, and moves nothing")
    func nothingLeft() throws {
        let harness = try Self.settled()
        try harness.receive(Fixture.refund(Fixture.refundLine(Self.line, 3)))
        _ = try harness.takePublished()
        #expect(try harness.send(Fixture.assign(to: "sel-z")).status == .accepted)
        #expect(try harness.takePublished()[0].decode(SuspenseAssigned.self).sellerShare == .zero)
        #expect(try harness.payable("sel-z") == 0)
        #expect(try harness.send(Fixture.assign("asg-2", to: "sel-y")).code == .wrongState)
    }

    @Test("works line by line")
    func lines() throws {
        let harness = try Self.settled(Fixture.line("l1", seller: nil, price: 1_000), Fixture.line("l2", seller: nil, price: 2_000))
        try harness.send(Fixture.assign("asg-1", lineId: "l1", to: "sel-y"))
        #expect(try harness.books()["suspense"] == -1_800)
        try harness.send(Fixture.assign("asg-2", lineId: "l2", to: "sel-z"))
        #expect(try harness.books()["suspense"] == 0)
        #expect(try harness.payable("sel-y") == 900)
        #expect(try harness.payable("sel-z") == 1_800)
    }

    @Test("the same again is a duplicate, under the same assignmentId or another")
    func duplicate() throws {
        let harness = try Self.settled()
        try harness.send(Fixture.assign("asg-1", to: "sel-z"))
        for assignmentId in ["asg-1", "asg-2"] {
            let reply = try harness.send(Fixture.assign(assignmentId, to: "sel-z"))
            #expect(reply.status == .duplicate && reply.code == .ok)
        }
        #expect(try harness.takePublished().count == 1)
        #expect(try harness.payable("sel-z") == 11_111)
    }

    @Test("is refused with the first code that applies")
    func refused() throws {
        let harness = try Self.settled(Fixture.line("l1", seller: nil, price: 1_000), Fixture.line("l2", price: 1_000))
        let unknown = try harness.send(Fixture.assign(saleId: "sale-9", lineId: "l9", to: "sel-z"))
        #expect(unknown.status == .rejected && unknown.code == .notFound)
        #expect(unknown.details["retriable"]?.bool == true)
        let noLine = try harness.send(Fixture.assign("asg-3", lineId: "l9", to: "sel-z"))
        #expect(noLine.code == .invalid)
        #expect(noLine.details["lineId"]?.string == "l9")
        #expect(noLine.details["field"]?.string == "lineId")
        #expect(try harness.send(Fixture.assign("asg-4", to: "sel-z"), regency: "53.01").code == .invalid)
        #expect(try harness.send(Fixture.assign("asg-5", lineId: "l2", to: "sel-z")).code == .wrongState)
        #expect(try harness.send(Fixture.assign("asg-6", lineId: "l2", to: "sel-a")).code == .wrongState)
        #expect(try harness.takePublished().isEmpty)
        #expect(try harness.number("SELECT count(*) FROM posting") == 1)
        // None of them claimed its assignmentId.
        #expect(try harness.send(Fixture.assign("asg-5", to: "sel-z"), regency: "53.06").status == .accepted)
    }

    @Test("to a seller of whom nobody has told is not found, and accepted once somebody has")
    func unknownSeller() throws {
        let harness = try Self.settled()
        let reply = try harness.send(Fixture.assign("asg-1", to: "sel-new"))
        #expect(reply.status == .rejected && reply.code == .notFound)
        #expect(reply.details["field"]?.string == "sellerId" && reply.details["retriable"]?.bool == true)
        #expect(try harness.takePublished().isEmpty)
        #expect(try harness.get("/v1/sellers/sel-new/balance").status == 404)
        // A line that is not there is invalid, whoever the seller.
        #expect(try harness.send(Fixture.assign("asg-2", lineId: "l9", to: "sel-new")).code == .invalid)
        try harness.receive(Fixture.seller("sel-new", name: "Tenun Baru"))
        #expect(try harness.send(Fixture.assign("asg-1", to: "sel-new")).status == .accepted)
        #expect(try harness.payable("sel-new") == 11_111)
    }

    @Test("Consignment tells of sellers too: by a sale, or by a loss")
    func toldByConsignment() throws {
        let harness = try Fixture.harness()
        let lines = ["l1", "l2", "l3"].map { Fixture.line($0, seller: nil, price: 1_000) }
        try harness.receive(Fixture.sale("sale-1", lines: lines + [Fixture.line("l4", seller: "sel-b", price: 1_000)]))
        try harness.receive(Fixture.loss())
        #expect(try harness.send(Fixture.assign("asg-1", lineId: "l1", to: "sel-a")).status == .accepted)
        #expect(try harness.send(Fixture.assign("asg-2", lineId: "l2", to: "sel-b")).status == .accepted)
        // Catalog's word on a change suffices; an account that an assignment made does not.
        try harness.receive(
            SellerUpdated.with {
                $0.sellerId = "sel-c"
                $0.sellerName = "Tenun"
                $0.regency = Fixture.regency
            })
        #expect(try harness.send(Fixture.assign("asg-3", lineId: "l3", to: "sel-c")).status == .accepted)
    }

    @Test("an account that a slip of the release before has made tells of no seller")
    func accountOfASlip() throws {
        let harness = try Self.settled(Fixture.line("l1", seller: nil, price: 1_000), Fixture.line("l2", seller: nil, price: 1_000))
        try harness.store.pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    INSERT INTO account (number, name, sellerId) VALUES (2001, 'seller-payable/slip', 'slip');
                    INSERT INTO posting (number, kind, key, sale, regency, postedAt, cause) VALUES (99, 4, 'asg-0', 1, '53.06', 0, 'm');
                    INSERT INTO entry (account, posting, amount) VALUES (13, 99, 900), (2001, 99, -900);
                    INSERT INTO assignment VALUES (1, 'l1', 99, 2001, 'Maria', 900);
                    """)
        }
        #expect(try harness.send(Fixture.assign("asg-1", lineId: "l2", to: "slip")).code == .notFound)
        // What was done stays what it is, and another takes it from there.
        #expect(try harness.send(Fixture.assign("asg-2", lineId: "l1", to: "slip")).status == .duplicate)
        #expect(try harness.send(Fixture.reassign("asg-3", replacing: "asg-0", to: "sel-y")).status == .accepted)
        #expect(try harness.payable("slip") == 0)
        #expect(try harness.payable("sel-y") == 900)
    }

    @Test("to another seller than before is refused, and so is the same assignmentId for another line")
    func conflicts() throws {
        let harness = try Self.settled(Fixture.line("l1", seller: nil, price: 1_000), Fixture.line("l2", seller: nil, price: 1_000))
        try harness.send(Fixture.assign("asg-1", to: "sel-z"))
        #expect(try harness.send(Fixture.assign("asg-2", to: "sel-y")).code == .wrongState)
        #expect(try harness.send(Fixture.assign("asg-1", lineId: "l2", to: "sel-z")).code == .conflict)
        #expect(try harness.payable("sel-z") == 900)
    }

    @Test("waiting refunds of the line go against the seller it was assigned to in the meantime")
    func waiting() throws {
        let harness = try Self.settled()
        try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(Self.line, 1, before: 1)))
        try harness.send(Fixture.assign(to: "sel-z"))
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(Self.line, 1)))
        #expect(try harness.waitingIds == [])
        #expect(try harness.books()["suspense"] == 0)
        #expect(try harness.payable("sel-z") == 3_704)
    }
}
