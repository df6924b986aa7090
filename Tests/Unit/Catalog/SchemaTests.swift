import GRDB
import MessagingTesting
import Primitives
import Store
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
            "UPDATE product SET state = 'listed', withdrawalReason = NULL WHERE productId = 'w'",
        ])
    func refuses(sql: String) throws {
        let world = try World()
        try world.approve("n")
        try world.revoke("r")
        try world.addProduct("p")
        try world.addProduct("w")
        try world.withdraw("w")
        #expect(throws: DatabaseError.self) { try world.harness.store.pool.writeWithoutTransaction { try $0.execute(sql: sql) } }
    }
}
