import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("The read side shows products, sellers and marts")
struct ReadTests {
    @Test("A product shows what the contract names, and the permits that count for it")
    func product() throws {
        let world = try World()
        try world.addSeller("ama")
        try world.approve("n", until: "2030-12-31")
        try world.approve("h", .hygiene, for: "p", until: "2026-12-31")
        try world.approve("h-later", .hygiene, for: "p", from: "2027-01-01")
        try world.approve("other", .hygiene, for: "q")
        try world.approve("foreign", .hygiene, of: "ama", for: "p")
        try world.addProduct("p", .foodShortLife) { $0.net = "5 pcs" }
        try world.suspend("n")
        let (status, body) = try world.harness.get("/v1/products/p")
        #expect(status == 200)
        #expect(
            String(decoding: body.rawBytes, as: UTF8.self)
                == #"{"productId":"p","sellerId":"ina","regency":"53.06","name":"Product p","programme":"ovop","origin":{"villageCode":"#
                + #""53.06.07.2005"},"kind":"food-short-life","price":25000,"unit":"pcs","net":"5 pcs","state":"held","#
                + #""reason":"permit-suspended","missingPermits":["nib"],"requiredPermits":["nib","hygiene"],"permits":["#
                + #"{"permitId":"h","permitKind":"hygiene","number":"1234567890123","validFrom":"2026-01-01","validUntil":"2026-12-31","#
                + #""status":"in-force"},{"permitId":"h-later","permitKind":"hygiene","number":"1234567890123","validFrom":"2027-01-01","#
                + #""status":"not-yet-in-force"},{"permitId":"n","permitKind":"nib","number":"1234567890123","validFrom":"2026-01-01","#
                + #""validUntil":"2030-12-31","status":"suspended"}]}"#)
    }

    @Test("A listed product shows its last day, and an unknown one is not found")
    func listedUntil() throws {
        let world = try World()
        try world.approve("n", until: "2030-12-31")
        try world.addProduct("p")
        let body = try world.harness.get("/v1/products/p").body
        #expect(body["listedUntil"]?.string == "2030-12-31")
        #expect(body["reason"] == nil)
        let missing = try world.harness.get("/v1/products/q")
        #expect(missing.status == 404)
        #expect(missing.body["code"]?.string == "not-found")
    }

    @Test("An id that goes on behind U+0000 is another id", arguments: ["p%00", "p%00x", "%00p", "p%20", "p%2F", "p%CC%81"])
    func idsWithMore(id: String) throws {
        let world = try World()
        try world.addProduct("p")
        #expect(try world.harness.get("/v1/products/p").status == 200)
        #expect(try world.harness.get("/v1/products/\(id)").status == 404)
        #expect(try world.harness.get("/v1/sellers/ina%00").status == 404)
    }

    @Test("Products are filtered by everything the contract names")
    func filters() throws {
        let world = try World()
        try world.addSeller("ama", in: "53.07")
        try world.approve("n")
        try world.addProduct("a") { $0.productName = "Kopi Bajawa" }
        try world.addProduct("b", .cosmetic) { $0.productName = "Sabun KOPI" }
        try world.addProduct("c", .book, of: "ama") {
            $0.productName = "Antologi Puisi"
            $0.programme = .osop
            $0.origin = .with {
                $0.school = "SMAN 1 Maumere"
                $0.level = .sma
            }
        }
        try world.addProduct("d") { $0.productName = "Écru %_'" }
        try world.withdraw("d")
        #expect(try world.ids("/v1/products") == ["a", "b", "c", "d"])
        #expect(try world.ids("/v1/products?regency=53.07") == ["c"])
        #expect(try world.ids("/v1/products?programme=ovop") == ["a", "b", "d"])
        #expect(try world.ids("/v1/products?state=listed") == ["a"])
        #expect(try world.ids("/v1/products?state=awaiting-permits") == ["b", "c"])
        #expect(try world.ids("/v1/products?state=withdrawn") == ["d"])
        #expect(try world.ids("/v1/products?state=held") == [])
        #expect(try world.ids("/v1/products?kind=cosmetic") == ["b"])
        #expect(try world.ids("/v1/products?sellerId=ama") == ["c"])
        #expect(try world.ids("/v1/products?sellerId=nobody") == [])
        #expect(try world.ids("/v1/products?q=kopi") == ["a", "b"])
        #expect(try world.ids("/v1/products?q=kopi&state=listed&regency=53.06") == ["a"])
        #expect(try world.ids("/v1/products?q=%C3%A9CRU") == ["d"])
        #expect(try world.ids("/v1/products?q=%25") == ["d"])
        #expect(try world.ids("/v1/products?q=%25a") == [])
    }

    @Test(
        "A bad or unknown parameter is invalid",
        arguments: [
            "/v1/products?regency=51.01", "/v1/products?state=sold", "/v1/products?kind=wine", "/v1/products?programme=x",
            "/v1/products?limit=0", "/v1/products?limit=501", "/v1/products?colour=red", "/v1/products/p?limit=5", "/v1/sellers?regency=1",
            "/v1/marts?regency=53.06", "/v1/coverage?regency=99.99", "/v1/coverage?limit=5", "/v1/products?kind=",
            "/v1/products?state=Listed",
            "/v1/products?state=listed,held", "/v1/products?sellerId=a%20b", "/v1/products?sellerId=ina%00",
            "/v1/products?regency=53.06%00",
            "/v1/products?programme=ovop&programme=osop", "/v1/marts?after=%00", "/v1/products?after=a/b",
        ])
    func badParameters(path: String) throws {
        let answer = try World().harness.get(path)
        #expect(answer.status == 400)
        #expect(answer.body["code"]?.string == "invalid")
    }

    @Test("Lists are paged by id, without gaps or repeats, and the last page says so")
    func paging() throws {
        let world = try World()
        for number in 1...5 {
            try world.addProduct("p-\(number)")
            try world.addSeller("s-\(number)")
        }
        for path in ["/v1/products?regency=53.06&", "/v1/sellers?regency=53.06&"] {
            var found: [String] = []
            var pages = 0
            var after: String?
            repeat {
                let body = try world.harness.get("\(path)limit=2\(after.map { "&after=\($0)" } ?? "")").body
                let items = body["items"]?.elements ?? []
                found += items.compactMap { ($0["productId"] ?? $0["sellerId"])?.string }
                #expect(items.count <= 2)
                #expect(body["next"] != nil)
                after = body["next"]?.string
                pages += 1
            } while after != nil && pages < 10
            #expect(found == Set(found).sorted())
            #expect(found.count == (path.contains("sellers") ? 6 : 5))
            #expect(pages == 3)
        }
        #expect(try world.harness.get("/v1/products?limit=5").body["next"]?.isNull == true)
    }

    @Test(
        "A phone number is masked to its last four digits",
        arguments: [
            ("+62 812-3456-7890", "****7890"), ("081234567", "****4567"), ("1234", "****"), ("ext. 12", "****"), ("12345", "****2345"),
        ])
    func phones(phone: String, shown: String) throws {
        let world = try World()
        try world.addSeller("ama", phone: phone)
        #expect(try world.harness.get("/v1/sellers/ama").body["phone"]?.string == shown)
        #expect(try world.harness.get("/v1/sellers").body["items"]?.elements.first?["phone"]?.string == shown)
    }

    @Test("A seller shows how many products it has, and how many are listed")
    func seller() throws {
        let world = try World()
        try world.approve("n")
        try world.addProduct("a")
        try world.addProduct("b", .cosmetic)
        let body = try world.harness.get("/v1/sellers/ina").body
        #expect(
            String(decoding: body.rawBytes, as: UTF8.self)
                == #"{"sellerId":"ina","name":"UMKM ina","regency":"53.06","products":2,"listedProducts":1,"changes":[]}"#)
        #expect(try world.harness.get("/v1/sellers/nobody").status == 404)
        try world.addSeller("ama", in: "53.07")
        #expect(try world.ids("/v1/sellers?regency=53.07", "sellerId") == ["ama"])
    }

    @Test("Marts show their name, date and whether they are open")
    func marts() throws {
        let world = try World()
        try world.openMart("53.05", on: "2026-08-17")
        let items = try world.harness.get("/v1/marts").body["items"]?.elements ?? []
        #expect(
            items.map { String(decoding: $0.rawBytes, as: UTF8.self) } == [
                #"{"regency":"53.05","regencyName":"Kabupaten Alor","name":"NTT Mart","openedOn":"2026-08-17","state":"planned","#
                    + #""orders":[]}"#,
                #"{"regency":"53.06","regencyName":"Kabupaten Flores Timur","name":"NTT Mart","openedOn":"2026-02-05","state":"open","#
                    + #""orders":[]}"#,
            ])
        #expect(try world.ids("/v1/marts?limit=1&after=53.05", "regency") == ["53.06"])
    }
}
