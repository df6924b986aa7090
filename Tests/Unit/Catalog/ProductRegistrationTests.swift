import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("A product is registered")
struct ProductRegistrationTests {
    @Test("The event carries the command's data, the seller's regency and the required permits")
    func registers() throws {
        let world = try World(isMartOpen: false)
        let reply = try world.addProduct("kopi-1", .foodDry, price: 1) {
            $0.programme = .ocop
            $0.origin = .with {
                $0.community = "Nelayan Lamahala"
                $0.communityKind = .fishers
                $0.villageCode = "53.06.13.2001"
            }
            $0.net = "250 g"
            $0.shelfLifeDays = 90
            $0.barcode = "899123"
        }
        #expect(reply.status == .accepted)
        #expect(reply.subject == "kopi-1")
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["product-registered"])
        let event = try #require(events.first)
        #expect(event.regency == "53.06")
        #expect(
            String(decoding: event.data.rawBytes, as: UTF8.self)
                == #"{"productId":"kopi-1","sellerId":"ina","name":"Product kopi-1","programme":"ocop","origin":{"villageCode":"53.06.13.2001","#
                + #""community":"Nelayan Lamahala","communityKind":"fishers"},"kind":"food-dry","price":1,"unit":"pcs","net":"250 g","#
                + #""shelfLifeDays":90,"barcode":"899123","regency":"53.06","requiredPermits":["nib","spp-irt"]}"#)
        #expect(try world.state(of: "kopi-1") == "awaiting-permits")
        #expect(try world.missing("kopi-1") == ["nib", "spp-irt"])
    }

    @Test("On a day after the halal obligation, halal is required too")
    func requirementsAreOfTheDay() throws {
        let world = try World(now: "2026-10-17T00:00:00Z")
        try world.addProduct("d", .foodDry)
        let event = try #require(try world.harness.takePublished().first)
        #expect(event.data["requiredPermits"]?.elements.compactMap(\.string) == ["nib", "spp-irt", "halal"])
    }

    @Test("An unknown seller is not found, and may come later")
    func unknownSeller() throws {
        let world = try World()
        let reply = try world.addProduct("p", .alcoholUnrefined, of: "nobody")
        #expect(reply.code == .notFound)
        #expect(reply.details["retriable"]?.bool == true)
        try world.addSeller("nobody")
        #expect(try world.addProduct("p", of: "nobody").status == .accepted)
    }

    @Test("A village of another regency than the seller's is invalid, even for a prohibited kind")
    func foreignVillage() throws {
        let world = try World()
        let reply = try world.addProduct("p", .alcoholUnrefined) { $0.origin.villageCode = "53.07.01.2001" }
        #expect(reply.code == .invalid)
        #expect(reply.details["field"]?.string == "origin.villageCode")
        #expect(try world.addProduct("p") { $0.origin.villageCode = "53.06.01.2001" }.status == .accepted)
    }

    @Test("Alcohol is prohibited, whatever papers exist", arguments: [ProductKind.alcoholUnrefined, .alcoholRefined])
    func prohibited(kind: ProductKind) throws {
        let world = try World()
        try world.approve("n")
        try world.approve("b", .bpomMd, for: "moke")
        let reply = try world.addProduct("moke", kind)
        #expect(reply.status == .rejected)
        #expect(reply.code == .prohibited)
        #expect(try world.news() == [])
        #expect(try world.harness.number("SELECT COUNT(*) FROM product") == 0)
    }

    @Test("A rejected registration claims nothing, an accepted one claims its id for ever")
    func businessKey() throws {
        let world = try World()
        #expect(try world.addProduct("p", .alcoholUnrefined).code == .prohibited)
        #expect(try world.addProduct("p").status == .accepted)
        #expect(try world.addProduct("p").status == .duplicate)
        #expect(try world.addProduct("p", price: 25_001).code == .conflict)
        try world.withdraw("p")
        #expect(try world.addProduct("p").status == .duplicate)
        #expect(try world.harness.number("SELECT COUNT(*) FROM product") == 1)
    }

    @Test("The same message again has no second effect")
    func repeatedMessage() throws {
        let world = try World()
        let command = World.product("p")
        let first = try world.harness.send(command, id: "m-1")
        let second = try world.harness.send(command, id: "m-1")
        #expect(first.status == .accepted && second.status == .accepted)
        #expect(try world.news() == ["product-registered p"])
    }

    @Test(
        "A wrong shape is invalid, and the field is named",
        arguments: [
            (#""programme":"ovop","origin":{}"#, "origin.villageCode"),
            (#""programme":"ovop","origin":{"villageCode":"53.06.7.2005"}"#, "origin.villageCode"),
            (#""programme":"ovop","origin":{"villageCode":"51.01.07.2005"}"#, "origin.villageCode"),
            (#""programme":"ocop","origin":{"communityKind":"faith"}"#, "origin.community"),
            (#""programme":"ocop","origin":{"community":"OMK"}"#, "origin.communityKind"),
            (#""programme":"ocop","origin":{"community":"OMK","communityKind":"football"}"#, "origin.communityKind"),
            (#""programme":"osop","origin":{"level":"SMA"}"#, "origin.school"),
            (#""programme":"osop","origin":{"school":"SMAN 1"}"#, "origin.level"),
            (#""programme":"osop","origin":{"school":"SMAN 1","level":"SMP"}"#, "origin.level"),
            (#""programme":"other","origin":{}"#, "programme"),
            (#""programme":"ovop""#, "origin"),
        ])
    func wrongShape(part: String, field: String) throws {
        let world = try World()
        let reply = try world.harness.send(
            RegisterProduct.name, data: #"{"productId":"p","sellerId":"nobody","name":"P","kind":"craft","price":1,\#(part)}"#)
        #expect(reply.code == .invalid)
        #expect(reply.details["field"]?.string == field)
    }

    @Test("A price is an integer from 1 to 2^53 − 1", arguments: ["0", "-1", "5.0", "1e3", "9007199254740992", #""5""#, "null"])
    func wrongPrice(price: String) throws {
        let world = try World()
        let reply = try world.harness.send(
            RegisterProduct.name,
            data: #"""
                {"productId":"p","sellerId":"ina","name":"P","kind":"craft","programme":"ovop","origin":{"villageCode":"53.06.01.2001"},"price":\#(price)}
                """#)
        #expect(reply.code == .invalid)
        #expect(reply.details["field"]?.string == "price")
    }

    @Test("The highest price is kept to the rupiah")
    func highestPrice() throws {
        let world = try World()
        #expect(try world.addProduct("p", price: Rupiah.maximum.amount).status == .accepted)
        #expect(try world.price(of: "p") == 9_007_199_254_740_991)
    }
}
