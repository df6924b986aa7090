import Contracts
import Messaging
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Reassigning a line that was assigned to the wrong seller")
struct ReassignSuspenseTests {
    private static let line = AssignSellerTests.line

    /// `sale-1`, whose line of Rp12.345 was assigned to `sel-z` by `asg-1`.
    private static func assigned() throws -> ServiceHarness {
        let harness = try AssignSellerTests.settled()
        try harness.send(Fixture.assign("asg-1", to: "sel-z"))
        _ = try harness.takePublished()
        return harness
    }

    private static func balance(_ seller: String, _ harness: ServiceHarness) throws -> [Int64?] {
        let body = try harness.get("/v1/sellers/\(seller)/balance").body
        return [body["earned"]?.int64, body["reversed"]?.int64, body["payable"]?.int64]
    }

    @Test("moves its share from one seller to the other and tells it")
    func moved() throws {
        let harness = try Self.assigned()
        let reply = try harness.send(Fixture.reassign(to: "sel-y"), id: "cmd-2")
        #expect(reply.status == .accepted && reply.code == .ok && reply.subject == "asg-2")
        let published = try harness.takePublished()
        #expect(published.map(\.name) == ["suspense-reassigned"])
        #expect(published[0].subject == "sale-1" && published[0].regency == "53.06" && published[0].causationId == "cmd-2")
        #expect(published[0].routingKey == "settlement.suspense-reassigned.53.06")
        let event = try published[0].decode(SuspenseReassigned.self)
        #expect(event.assignmentId == "asg-2" && event.replaces == "asg-1" && event.saleId == "sale-1" && event.lineId == "l1")
        #expect(event.sellerId == "sel-y" && event.fromSellerId == "sel-z" && event.sellerShare == Rupiah(11_111))
        #expect(event.reason == "the label was read wrongly" && event.assignedBy == "Maria" && event.approvedBy == "Yosef")
        #expect(try Self.balance("sel-z", harness) == [11_111, 11_111, 0])
        #expect(try Self.balance("sel-y", harness) == [11_111, 0, 11_111])
        #expect(
            try harness.books() == [
                "cash-clearing/cash": 12_345, "suspense": 0, "seller-payable/sel-z": 0, "seller-payable/sel-y": -11_111,
                "mart-margin": -1_234,
            ])
        #expect(try harness.isBalanced)
    }

    @Test("moves what refunds have left, and later refunds go against the new seller")
    func refunds() throws {
        let harness = try Self.assigned()
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(Self.line, 1)))
        try harness.send(Fixture.reassign(to: "sel-y"))
        #expect(try Self.balance("sel-z", harness) == [11_111, 11_111, 0])
        #expect(try Self.balance("sel-y", harness) == [7_407, 0, 7_407])
        _ = try harness.takePublished()
        try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(Self.line, 1, before: 1)))
        #expect(try harness.takePublished()[0].decode(SettlementReversed.self).lines.map(\.sellerId) == ["sel-y"])
        #expect(try Self.balance("sel-y", harness) == [7_407, 3_703, 3_704])
        try harness.send(Fixture.reassign("asg-3", replacing: "asg-2", to: "sel-z"))
        try harness.receive(Fixture.refund("ref-3", Fixture.refundLine(Self.line, 1, before: 2)))
        #expect(
            try harness.books() == [
                "cash-clearing/cash": 0, "suspense": 0, "seller-payable/sel-z": 0, "seller-payable/sel-y": 0, "mart-margin": 0,
            ])
        #expect(try harness.isBalanced)
        #expect(try harness.parked.isEmpty)
    }

    @Test("waiting refunds of the line go against whom it was last assigned to")
    func waiting() throws {
        let harness = try Self.assigned()
        try harness.receive(Fixture.refund("ref-2", Fixture.refundLine(Self.line, 1, before: 1)))
        try harness.send(Fixture.reassign(to: "sel-y"))
        try harness.receive(Fixture.refund("ref-1", Fixture.refundLine(Self.line, 1)))
        #expect(try harness.waitingIds == [])
        #expect(try Self.balance("sel-y", harness) == [11_111, 7_407, 3_704])
        #expect(try Self.balance("sel-z", harness) == [11_111, 11_111, 0])
    }

    @Test("of a line that was refunded wholly stands, and moves nothing")
    func nothingLeft() throws {
        let harness = try Self.assigned()
        try harness.receive(Fixture.refund(Fixture.refundLine(Self.line, 3)))
        _ = try harness.takePublished()
        #expect(try harness.send(Fixture.reassign(to: "sel-y")).status == .accepted)
        #expect(try harness.takePublished()[0].decode(SuspenseReassigned.self).sellerShare == .zero)
        #expect(try harness.number("SELECT count(*) FROM entry JOIN posting ON number = posting WHERE key = 'asg-2'") == 0)
    }

    @Test("may go back and forth, each time from the last assignment")
    func chain() throws {
        let harness = try Self.assigned()
        for (number, seller) in [(2, "sel-y"), (3, "sel-x"), (4, "sel-z"), (5, "sel-y")] {
            let reply = try harness.send(Fixture.reassign("asg-\(number)", replacing: "asg-\(number - 1)", to: seller))
            #expect(reply.status == .accepted)
        }
        #expect(try Self.balance("sel-z", harness) == [22_222, 22_222, 0])
        #expect(try Self.balance("sel-y", harness) == [22_222, 11_111, 11_111])
        #expect(try Self.balance("sel-x", harness) == [11_111, 11_111, 0])
        #expect(try harness.isBalanced)
    }

    @Test("is refused with the first code that applies, and then claims nothing")
    func refused() throws {
        let harness = try Self.assigned()
        func refusal(_ command: ReassignSuspense, regency: String? = nil) throws -> String {
            let reply = try harness.send(command, regency: regency)
            return "\(reply.code.rawValue) \(reply.details["field"]?.string ?? "") \(reply.details["retriable"]?.bool == true)"
        }
        #expect(try refusal(Fixture.reassign(replacing: "asg-9", to: "sel-y")) == "not-found replaces true")
        #expect(try refusal(Fixture.reassign(replacing: "sale-1", to: "sel-y")) == "not-found replaces true")
        #expect(try refusal(Fixture.reassign(to: "sel-y"), regency: "53.01") == "invalid regency false")
        #expect(try refusal(Fixture.reassign(to: "sel-new")) == "not-found sellerId true")
        #expect(try refusal(Fixture.reassign(to: "sel-z")) == "wrong-state sellerId false")
        for people in [("Maria", "Maria"), ("Maria", " maria "), ("MARIA", "maria")] {
            #expect(try refusal(Fixture.reassign(to: "sel-y", by: people)) == "not-allowed approvedBy false")
        }
        // Its own key is taken, by the assignment: they have one space of ids.
        #expect(try refusal(Fixture.reassign("asg-1", to: "sel-y")) == "conflict  false")
        #expect(try harness.takePublished().isEmpty)
        #expect(try harness.send(Fixture.reassign(to: "sel-y"), regency: "53.06").status == .accepted)
        #expect(try refusal(Fixture.reassign("asg-3", to: "sel-x")) == "wrong-state replaces false")
        #expect(try harness.send(Fixture.assign("asg-2", to: "sel-z")).code == .conflict)
        #expect(try harness.send(Fixture.assign("asg-4", to: "sel-z")).code == .wrongState)
        #expect(try harness.payable("sel-y") == 11_111)
    }

    @Test(
        "every field is required",
        arguments: ["assignmentId", "replaces", "sellerId", "reason", "assignedBy", "approvedBy"])
    func required(field: String) throws {
        let harness = try Self.assigned()
        let members = [
            "assignmentId": "asg-2", "replaces": "asg-1", "sellerId": "sel-y", "reason": "r", "assignedBy": "A", "approvedBy": "B",
        ]
        let data = "{" + members.filter { $0.key != field }.map { #""\#($0.key)":"\#($0.value)""# }.joined(separator: ",") + "}"
        let reply = try harness.send(ReassignSuspense.name, data: data)
        #expect(reply.code == .invalid && reply.details["field"]?.string == field)
    }

    @Test("the same again is a duplicate, with other data a conflict")
    func duplicate() throws {
        let harness = try Self.assigned()
        try harness.send(Fixture.reassign(to: "sel-y"))
        #expect(try harness.send(Fixture.reassign(to: "sel-y")).status == .duplicate)
        #expect(try harness.send(Fixture.reassign(to: "sel-y", by: ("Maria", "Petrus"))).code == .conflict)
        #expect(try harness.takePublished().count == 1)
        #expect(try harness.payable("sel-y") == 11_111)
    }

    @Test("shows on the settlement and on both statements")
    func reads() throws {
        let harness = try Self.assigned()
        try harness.send(Fixture.reassign(to: "sel-y"))
        let settlement = try harness.get("/v1/settlements/sale-1").body
        let assignments = try #require(settlement["assignments"]?.elements)
        #expect(assignments.map { $0["assignmentId"]?.string } == ["asg-1", "asg-2"])
        #expect(assignments[0]["replaces"] == nil && assignments[0]["sellerId"]?.string == "sel-z")
        #expect(
            String(decoding: assignments[1].rawBytes, as: UTF8.self)
                == #"{"assignmentId":"asg-2","lineId":"l1","sellerId":"sel-y","sellerShare":11111,"replaces":"asg-1","#
                + #""fromSellerId":"sel-z","reason":"the label was read wrongly","assignedBy":"Maria","approvedBy":"Yosef","#
                + #""postedAt":"2026-02-05T02:00:00Z"}"#)
        func entries(_ seller: String) throws -> [String] {
            try harness.get("/v1/sellers/\(seller)/statement").body["items"]?.elements.map {
                "\($0["kind"]?.string ?? "") \($0["id"]?.string ?? "") \($0["saleId"]?.string ?? "") \($0["amount"]?.int64 ?? 0)"
            } ?? []
        }
        #expect(try entries("sel-z") == ["assignment asg-1 sale-1 11111", "reassignment asg-2 sale-1 -11111"])
        #expect(try entries("sel-y") == ["reassignment asg-2 sale-1 11111"])
    }
}
