import ConsignmentService
import Contracts
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import Storage
import StrictJSON
import Testing

/// The schema says the rules a second time, so it must say no by itself.
@Suite struct ConsignmentSchemaTests {
    /// Runs SQL that a faulty handler might run.
    private struct Statement: Handler {
        let sql: SQL

        func handle(_ command: WriteOffGoods, in tx: Transaction) throws -> Outcome {
            try tx.execute(sql)
            return .done
        }
    }

    /// The error of a statement on a store with one lot of 10, a sale of 6 from it, and a refund of 2 of those to stock; nil if it is taken.
    private func refusal(of sql: String) throws -> String? {
        let real = try ConsignmentService.definition()
        let definition = ServiceDefinition(
            name: real.name, port: real.port, schema: real.schema,
            handles: real.handles.filter { $0.name != WriteOffGoods.name } + [on(WriteOffGoods.self, Statement(sql: SQL(sql)))],
            publishes: real.publishes, reads: real.reads)
        let mart = MartFixture(harness: try ServiceHarness(definition))
        try mart.list()
        try mart.list("lama")
        try mart.harness.receive(MartFixture.delisted("lama"))
        try mart.receive("lot-1", 10)
        try mart.sell("sale-1", MartFixture.line("1", 6))
        try mart.refund("refund-1", of: "sale-1", ("1", 2), restock: true)
        try mart.giveBack("return-1", 1, from: "lot-1")
        try mart.sell("sale-2", MartFixture.line("1", 9, at: 1, from: "lot-9"), offline: true)
        try mart.resolve("v1", .priceDiffers, of: "sale-2")
        try mart.adjust("c1", 1, of: "lot-1")
        try mart.adjust("c2", -1, of: "lot-1")
        _ = try? mart.writeOff("w1", 1, from: "lot-1")
        return try mart.harness.parked.first?.error
    }

    @Test(arguments: [
        "UPDATE lot SET onHand = onHand - 1, sold = sold + 1", "UPDATE lot SET onHand = 0, sold = sold + 5, emptiedBy = 'sold'",
        "INSERT INTO refundLine VALUES (1, '1', 2, 1, 1, 4, 100000, 0)",
        "UPDATE product SET state = 'withdrawn'",
        "INSERT INTO allocation VALUES (1, '1', 2, 1, 1)",
        "INSERT INTO writeOff VALUES ('w', 1, 2, 25000, 50000, 'r', 'mart', 0)",
        "INSERT INTO stockAdjustment VALUES (9, 'c9', 1, -1, 'r', 'Yosef', 'Maria', 0)",
        "UPDATE lot SET onHand = onHand - 1, adjusted = adjusted - 1",
        "INSERT INTO resolvedFlag VALUES (2, '1', 'unknown-lot', 1)",
    ])
    func `the statements of this test are taken where they are right`(sql: String) throws {
        #expect(try refusal(of: sql) == nil)
    }

    @Test(arguments: [
        ("UPDATE lot SET onHand = onHand - 1", "CHECK"),
        ("UPDATE lot SET onHand = onHand - 6, sold = sold + 6", "CHECK"),
        ("UPDATE lot SET restocked = 7, onHand = onHand + 5", "CHECK"),
        ("UPDATE lot SET returned = -1, onHand = onHand + 2", "CHECK"),
        ("UPDATE lot SET onHand = 0, sold = sold + 5", "CHECK"),
        ("UPDATE lot SET emptiedBy = 'sold'", "CHECK"),
        ("UPDATE lot SET accepted = accepted + 1, onHand = onHand + 1", "what was received is never changed"),
        ("UPDATE lot SET expiresOn = 1", "what was received is never changed"),
        ("DELETE FROM lot", "a lot is never deleted"),
        ("UPDATE sale SET total = total + 1", "append-only"), ("DELETE FROM sale", "append-only"),
        ("UPDATE saleLine SET quantity = 1", "append-only"), ("DELETE FROM saleLine", "append-only"),
        ("UPDATE allocation SET quantity = 1", "append-only"), ("DELETE FROM allocation", "append-only"),
        ("UPDATE refund SET total = 1", "append-only"), ("DELETE FROM refund", "append-only"),
        ("UPDATE refundLine SET net = 1", "append-only"), ("DELETE FROM refundLine", "append-only"),
        ("UPDATE restock SET quantity = 1", "append-only"), ("DELETE FROM restock", "append-only"),
        ("UPDATE goodsReturn SET quantity = 2", "append-only"), ("DELETE FROM goodsReturn", "append-only"),
        ("UPDATE stockAdjustment SET difference = 2", "append-only"), ("DELETE FROM stockAdjustment", "append-only"),
        ("UPDATE resolution SET note = 'x'", "append-only"), ("DELETE FROM resolution", "append-only"),
        ("UPDATE resolvedFlag SET flag = 'x'", "append-only"), ("DELETE FROM resolvedFlag", "append-only"),
        ("UPDATE lot SET adjusted = adjusted + 1", "CHECK"),
        ("INSERT INTO stockAdjustment VALUES (9, 'c9', 1, 0, 'r', 'Yosef', 'Maria', 0)", "CHECK"),
        ("INSERT INTO stockAdjustment VALUES (9, 'c9', 1, -1, 'r', 'Maria', ' maria ', 0)", "CHECK"),
        ("INSERT INTO stockAdjustment VALUES (9, 'c1', 1, -1, 'r', 'Yosef', 'Maria', 0)", "UNIQUE"),
        ("INSERT INTO resolution VALUES (9, 'v9', 2, '9', 'unknown-lot', 'n', 'Maria', 0)", "FOREIGN KEY"),
        ("INSERT INTO resolvedFlag VALUES (2, '1', 'price-differs', 1)", "UNIQUE"),
        ("INSERT INTO resolvedFlag VALUES (2, '1', 'expired', 1)", "only a flag that the line carries is resolved"),
        ("INSERT INTO refundLine VALUES (1, '1', 2, 1, 1, 5, 125000, 0)", "no more"),
        ("INSERT INTO refundLine VALUES (1, '1', 1, 1, 1, 1, 25000, 0)", "no more"),
        ("INSERT INTO refundLine VALUES (1, '1', 2, 1, 1, 1, 25000, 2)", "CHECK"),
        ("INSERT INTO restock VALUES (1, '1', 1, 2, 5)", "no more"),
        ("INSERT INTO sale VALUES (9, 'sale-1', '53.06', 't', 0, 0, 'cash', 0, '', 1)", "UNIQUE"),
        ("INSERT INTO sale VALUES (9, 'sale-9', '53.06', 't', 0, 0, 'cash', 0, 'expired', 1)", "CHECK"),
        ("INSERT INTO sale VALUES (9, 'sale-9', '53.06', 't', 0, 0, 'gold', 0, '', 1)", "CHECK"),
        ("INSERT INTO saleLine VALUES (1, '1', 2, 'kopi', 's1', 1, 5, 5, '', 0)", "UNIQUE"),
        ("INSERT INTO saleLine VALUES (1, '2', 2, 'kopi', 's1', 2, 5, 11, '', 0)", "CHECK"),
        ("INSERT INTO saleLine VALUES (1, '2', 2, 'kopi', 's1', 2, 5, 10, '', 1)", "CHECK"),
        ("INSERT INTO saleLine VALUES (1, '2', 2, 'kopi', NULL, 2, 5, 10, 'expired', 0)", "CHECK"),
        ("INSERT INTO saleLine VALUES (7, '1', 1, 'kopi', 's1', 2, 5, 10, '', 0)", "FOREIGN KEY"),
        ("INSERT INTO allocation VALUES (1, '9', 1, 1, 1)", "FOREIGN KEY"),
        ("INSERT INTO allocation VALUES (1, '1', 2, 9, 1)", "FOREIGN KEY"),
        ("INSERT INTO writeOff VALUES ('w', 1, 2, 25000, 50001, 'r', 'mart', 0)", "CHECK"),
        ("INSERT INTO unallocated (productId, regency, quantity) VALUES ('kopi', '53.06', -1)", "CHECK"),
        ("UPDATE product SET sellerId = 's2'", "a product keeps its seller"),
        ("UPDATE product SET regency = NULL, sellerId = NULL, knownOn = NULL", "a product keeps its seller"),
        ("UPDATE product SET state = 'sold' WHERE productId = 'kopi'", "CHECK"),
        ("UPDATE product SET state = 'listed'", "a withdrawn product stays withdrawn"),
        ("INSERT INTO product (productId, state) VALUES ('x', 'listed')", "CHECK"),
        ("INSERT INTO price VALUES ('kopi', 1, 0, 'changed')", "CHECK"),
    ])
    func `a faulty statement is refused`(sql: String, error: String) throws {
        let refusal = try refusal(of: sql)
        #expect(refusal?.contains(error) == true, "\(sql): \(refusal ?? "taken")")
    }
}
