import CatalogService
import Contracts
import GRDB
import MessagingTesting
import ServiceFramework
import Storage
import StrictJSON
import Testing

@Suite("Products are found by words of their names")
struct SearchTests {
    private static func world() throws -> World {
        let world = try World()
        let names = [
            "a": "Kopi Bajawa Écru", "b": "Sabun KOPI e\u{301}cru", "c": "Moke Fu\u{2019}i", "d": "Tenun  Ikat Fu'i",
            "e": "Diskon 100% _asli_",
            "f": "Jagung Titi",
        ]
        for (id, name) in names.sorted(by: { $0.key < $1.key }) { try world.addProduct(id) { $0.productName = name } }
        return world
    }

    @Test(
        "without regard to case, accents, apostrophes, blanks and the order of words",
        arguments: [
            ("kopi", "ab"), ("KOPI", "ab"), ("%20kopi%20", "ab"), ("opi", "ab"), ("ecru", "ab"), ("%C3%A9cru", "ab"), ("e%CC%81CRU", "ab"),
            ("bajawa%20kopi", "a"), ("ecru+kopi", "ab"), ("ecru%09kopi%0A", "ab"), ("kopi%20kopi", "ab"), ("kopi%20titi", ""),
            ("fui", "cd"), ("fu%27i", "cd"), ("fu%E2%80%99i", "cd"), ("fu%CA%BBi", "cd"), ("FU%60I", "cd"), ("fu%E2%80%B2i", "cd"),
            ("ikat%20%20tenun", "d"), ("%EF%BC%AB%EF%BC%AF%EF%BC%B0%EF%BC%A9", "ab"),
            // What LIKE would take for a pattern.
            ("%25", "e"), ("_", "e"), ("_asli_", "e"), ("k%25i", ""), ("ko_i", ""), ("%5B", ""), ("*", ""), ("?", ""), ("100%25", "e"),
        ])
    func found(query: String, ids: String) throws {
        #expect(try Self.world().ids("/v1/products?q=\(query)").joined() == ids)
    }

    @Test(
        "what has no letter, figure or sign is refused, and finds nothing rather than everything",
        arguments: ["", "%00", "%20", "+", "%09", "%27", "%E2%80%99", "%CC%81", "%E2%80%8B", "%00%00", "kopi%00"])
    func nothing(query: String) throws {
        let answer = try Self.world().harness.get("/v1/products?q=\(query)")
        #expect(answer.status == 400)
        #expect(answer.body["code"]?.string == "invalid")
        #expect(answer.body["message"]?.string?.hasPrefix("q must be") == true)
    }

    @Test("goes with the other filters and pages")
    func filtered() throws {
        let world = try Self.world()
        #expect(try world.ids("/v1/products?q=ecru%20kopi&limit=1") == ["a"])
        #expect(try world.ids("/v1/products?q=ecru%20kopi&limit=1&after=a") == ["b"])
        #expect(try world.ids("/v1/products?q=fui&kind=book") == [])
        #expect(try world.ids("/v1/products?q=fui&kind=craft&regency=53.06") == ["c", "d"])
    }

    @Test("names of the release before are found the same way, from the first read on")
    func upgrade() throws {
        let schema = try CatalogService.definition().schema
        let queue = try DatabaseQueue()
        try queue.write { db in
            for migration in schema.prefix(2) { try migration.run(in: db) }
            try db.execute(sql: "INSERT INTO seller (sellerId, name, regency) VALUES ('ina', 'Ina', '53.06')")
            try db.execute(
                sql: """
                    INSERT INTO product (productId, sellerId, regency, name, searchName, programme, kind, unit, villageCode, registeredAt, state,
                        missingPermits)
                    VALUES ('p', 'ina', '53.06', 'Kopi  Fu’i Écru', 'kopi  fu’i écru', 'ovop', 'craft', 'pcs', '53.06.07.2005', 0,
                        'awaiting-permits', '')
                    """)
            for migration in schema.dropFirst(2) { try migration.run(in: db) }
            #expect(try String.fetchOne(db, sql: "SELECT searchName FROM product") == "kopi fui ecru")
        }
    }
}
