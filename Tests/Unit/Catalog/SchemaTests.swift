import CatalogService
import Contracts
import GRDB
import MessagingTesting
import Primitives
import ServiceFramework
import Storage
import Testing

@Suite("The schema asserts what the handlers check")
struct SchemaTests {
    @Test(
        "A row that breaks a rule is refused",
        arguments: [
            "UPDATE product SET state = 'awaiting-permits', holdReason = NULL",
            "UPDATE product SET state = 'listed', reviewOn = 5",
            "UPDATE product SET state = 'held', holdReason = NULL",
            "UPDATE product SET state = 'held', holdReason = 'permit-expired', listedUntil = 5",
            "UPDATE product SET missingPermits = 'nib'",
            "UPDATE product SET villageCode = '53.07.01.2001'",
            "UPDATE product SET villageCode = NULL",
            "UPDATE product SET regency = '53.07'",
            "UPDATE product SET sellerId = 'nobody'",
            "UPDATE product SET programme = 'ocop'",
            "DELETE FROM product",
            "UPDATE price SET amount = 1",
            "DELETE FROM price",
            "INSERT INTO price (productId, effectiveOn, amount) VALUES ('p', 1, 0)",
            "INSERT INTO price (productId, effectiveOn, amount) VALUES ('unknown', 1, 5)",
            "UPDATE permit SET ending = NULL, endedOn = NULL WHERE permitId = 'r'",
            "UPDATE permit SET endedOn = endedOn + 1 WHERE permitId = 'r'",
            "UPDATE permit SET productId = 'p' WHERE permitId = 'n'",
            "UPDATE permit SET number = NULL WHERE permitId = 'n'",
            "UPDATE mart SET isOpen = 0",
            "UPDATE mart SET isOpen = 0, closedOn = 99999",
            "UPDATE mart SET closedOn = 99999",
            "UPDATE mart SET isOpen = 1, closedOn = NULL WHERE regency = '53.07'",
            "UPDATE mart SET closedOn = NULL WHERE regency = '53.07'",
            "UPDATE martOrder SET reason = 'other'",
            "UPDATE martOrder SET status = 'planned'",
            "DELETE FROM martOrder",
            "UPDATE seller SET phone = '1'",
            "UPDATE seller SET name = 'other'",
            "UPDATE seller SET regency = '53.07'",
            "UPDATE sellerChange SET oldName = 'other'",
            "DELETE FROM sellerChange",
            "UPDATE product SET state = 'listed', withdrawalReason = NULL WHERE productId = 'w'",
        ])
    func refuses(sql: String) throws {
        let world = try World()
        try world.approve("n")
        try world.revoke("r")
        try world.addProduct("p")
        try world.addProduct("w")
        try world.withdraw("w")
        try world.openMart("53.07")
        try world.close("53.07")
        try world.harness.send(
            UpdateSeller.with {
                $0.sellerId = "ina"
                $0.phone = "0812"
            })
        #expect(throws: DatabaseError.self) { try world.harness.store.pool.writeWithoutTransaction { try $0.execute(sql: sql) } }
    }

    @Test("A store of the release before keeps its marts, open and planned, and can close them")
    func upgrade() throws {
        let schema = try CatalogService.definition().schema
        let queue = try DatabaseQueue()
        try queue.write { db in
            try db.execute(sql: schema[0].sql)
            try db.execute(sql: "INSERT INTO mart VALUES ('53.05', 'Alor', 20600, 0), ('53.06', 'Flores Timur', 20489, 1)")
            for migration in schema.dropFirst() { try migration.run(in: db) }
            #expect(try Int.fetchAll(db, sql: "SELECT isOpen FROM mart WHERE closedOn IS NULL ORDER BY regency") == [0, 1])
            try db.execute(sql: "UPDATE mart SET isOpen = 1 WHERE regency = '53.05'")
            try db.execute(
                sql: "INSERT INTO martOrder VALUES (1, '53.06', 'close', 20500, x'', 'flood', 'Maria', 'c', 1, 'done')")
            try db.execute(sql: "UPDATE mart SET isOpen = 0, closedOn = 20500 WHERE regency = '53.06'")
        }
    }
}
