import Contracts
import Foundation
import Messaging
import Primitives
import StrictJSON
import TestSupport
import Testing

/// A service that comes back from an old backup catches up, and the books are those from before.
@Suite(.processes(minutes: 5))
struct RestoreTests {
    private static let clock = ["MART_NOW": "2026-02-06T02:00:00Z"]

    private func start() async throws -> (Stack, MartClient) {
        let stack = try await Stack.start(environment: Self.clock)
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.stockedProduct("p-1", seller: "s-1", units: 100)
        return (stack, client)
    }

    private func sell(_ ids: [String], _ client: MartClient) async throws {
        for id in ids {
            let reply = try await client.sendUntilKnown(RecordSale.of("p-1", 2, id: id))
            #expect(reply.isAccepted, "\(id): \(reply.verdict)")
        }
    }

    private func refund(_ sale: String, _ client: MartClient) async throws {
        let reply = try await client.send(
            RefundSale.name,
            #"{"refundId":"refund-\#(sale)","saleId":"\#(sale)","lines":[{"lineId":"1","quantity":1}],"reason":"torn","restock":true}"#)
        #expect(reply.isAccepted, "\(reply.verdict)")
    }

    private func writeOff(_ id: String, _ client: MartClient) async throws {
        let reply = try await client.send(
            WriteOffGoods.name, #"{"writeOffId":"\#(id)","lotId":"lot-p-1","quantity":1,"reason":"rain","liability":"mart"}"#)
        #expect(reply.isAccepted, "\(reply.verdict)")
    }

    private func state(of product: String, in service: ServiceProcess) async throws -> String? {
        let (status, _) = try await service.get("/v1/products/\(product)")
        return status == 200 ? try await service.json("/v1/products/\(product)")["state"]?.string : nil
    }

    @Test func `Settlement from an old backup hears the sales again and owes what it owed`() async throws {
        let (stack, client) = try await start()
        try await sell(["a-1", "a-2", "a-3"], client)
        try await refund("a-1", client)
        try await stack.expectAgreement()
        try await stack.backUp("old", "settlement")
        try await sell(["b-1", "b-2"], client)
        try await refund("a-2", client)
        try await refund("b-1", client)
        try await writeOff("loss-1", client)
        try await stack.expectAgreement()
        let sales = ["a-1", "a-2", "a-3", "b-1", "b-2"]
        let before = try await stack.books(of: sales)

        try await stack.restore("old", of: "settlement")
        #expect(
            try await stack.differences() == [
                "unposted b-1", "unposted b-2", "unposted loss-1", "unposted refund-a-2", "unposted refund-b-1",
            ])
        // One that was never settled comes in between, and is not held up by the old ones.
        try await sell(["c-1"], client)
        try await stack.resync("consignment", to: "settlement", ["--since", "2026-02-05"])
        try await stack.resync("catalog", to: "settlement")
        try await stack.expectAgreement()
        try await refund("b-2", client)
        try await stack.expectAgreement()

        let after = try await stack.books(of: sales)
        #expect(after[1...4] == before[1...4], "all but b-2, which was refunded since")
        #expect(after[0] != before[0])
        // The same sale was told twice, by two lives; the money moved once.
        let told = client.events.items.filter { $0.name == "settlement.settlement-posted" && $0.subject == "b-1" }
        #expect(Set(told.map(\.envelope.source)) == ["/settlement", "/settlement~1"])
        #expect(Set(told.compactMap { $0.data["totals"]?.text }).count == 1)
        client.expectGaplessSequences()
        try await stack.expectSound()
        await client.close()
        try await stack.stop()
    }

    @Test func `Consignment from an old backup has lost its later sales; said again, they are settled once`() async throws {
        let (stack, client) = try await start()
        try await sell(["a-1"], client)
        try await stack.backUp("old", "consignment")
        try await sell(["b-1", "b-2"], client)
        try await refund("b-1", client)
        try await stack.expectAgreement()
        let before = try await stack.books(of: ["a-1", "b-1", "b-2"])
        let stock = try await stack["consignment"].json("/v1/stock?productId=p-1").text

        try await stack.restore("old", of: "consignment")
        try await stack.resync("catalog", to: "consignment")
        // Nobody but the tills knows what was sold; Settlement's books say what is missing.
        #expect(try await stack.differences() == ["unknown b-1", "unknown b-2", "unknown refund-b-1"])
        try await sell(["b-1", "b-2"], client)
        try await refund("b-1", client)
        try await stack.expectAgreement()
        #expect(try await stack.books(of: ["a-1", "b-1", "b-2"]) == before, "no second settlement")
        #expect(try await stack["consignment"].json("/v1/stock?productId=p-1").text == stock)
        try await sell(["c-1"], client)
        try await stack.expectAgreement()
        client.expectGaplessSequences()
        try await stack.expectSound()
        await client.close()
        try await stack.stop()
    }

    @Test func `Catalog from an old backup judges by the permits again, and Consignment follows its new life`() async throws {
        let (stack, client) = try await start()
        try await expectEventually("p-1 is listed") { try await state(of: "p-1", in: stack["consignment"]) == "listed" }
        try await stack.backUp("old", "catalog")
        try await client.registerSeller("s-2")
        try await client.registerProduct("p-2", seller: "s-2")
        try await client.apply("nib-s-2", .nib, seller: "s-2")
        try await client.approve("nib-s-2")
        let suspended = try await client.send(SuspendPermit.name, #"{"permitId":"nib-s-1","reason":"check","officer":"Maria"}"#)
        #expect(suspended.isAccepted)
        try await expectEventually("p-1 is held, p-2 listed") {
            let states = (try await state(of: "p-1", in: stack["consignment"]), try await state(of: "p-2", in: stack["consignment"]))
            return states == ("held", "listed")
        }

        try await stack.restore("old", of: "catalog")
        #expect(try await state(of: "p-1", in: stack["catalog"]) == "listed", "as it was then")
        #expect(try await state(of: "p-2", in: stack["catalog"]) == nil, "registered by commands that are forgotten")
        try await stack.resync("permits", to: "catalog")
        try await expectEventually("the suspension is known again") { try await state(of: "p-1", in: stack["catalog"]) == "held" }
        // The desk says again what it had said; the permit has been granted before the product is known.
        try await client.registerSeller("s-2")
        try await client.registerProduct("p-2", seller: "s-2")
        #expect(try await state(of: "p-2", in: stack["catalog"]) == "listed")
        let reinstated = try await client.send(ReinstatePermit.name, #"{"permitId":"nib-s-1","reason":"fine","officer":"Maria"}"#)
        #expect(reinstated.isAccepted)
        try await expectEventually("Consignment follows the new life") {
            try await state(of: "p-1", in: stack["consignment"]) == "listed"
        }
        try await sell(["a-1"], client)
        try await stack.expectAgreement()
        client.expectGaplessSequences()
        try await stack.expectSound()
        await client.close()
        try await stack.stop()
    }

    @Test func `Permits from an old backup grants again what it has forgotten, and nothing is doubled`() async throws {
        let (stack, client) = try await start()
        try await stack.backUp("old", "permits")
        try await client.registerSeller("s-2")
        try await client.registerProduct("p-2", seller: "s-2")
        try await client.apply("nib-s-2", .nib, seller: "s-2")
        try await client.approve("nib-s-2")
        try await expectEventually("p-2 is listed") { try await state(of: "p-2", in: stack["catalog"]) == "listed" }

        try await stack.restore("old", of: "permits")
        #expect(try await stack["permits"].get("/v1/permits/nib-s-2").status == 404)
        #expect(try await state(of: "p-2", in: stack["catalog"]) == "listed", "Catalog keeps what it was told")
        try await client.apply("nib-s-2", .nib, seller: "s-2")
        try await client.approve("nib-s-2")
        let revoked = try await client.send(RevokePermit.name, #"{"permitId":"nib-s-2","reason":"forged","officer":"Maria"}"#)
        #expect(revoked.isAccepted)
        try await expectEventually("Catalog follows the new life") { try await state(of: "p-2", in: stack["catalog"]) == "held" }
        client.expectGaplessSequences()
        try await stack.expectSound()
        await client.close()
        try await stack.stop()
    }
}

extension Reply {
    fileprivate var isAccepted: Bool { verdict == "accepted ok" }
}
