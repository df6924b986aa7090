import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Marts open and sellers register")
struct MartAndSellerTests {
    @Test("A mart with a date of today or earlier opens at once, and its products follow", arguments: ["2026-02-05", "2025-08-12"])
    func opensAtOnce(date: String) throws {
        let world = try World(isMartOpen: false)
        try world.approve("nib-1")
        try world.addProduct("p")
        #expect(try world.news() == ["product-registered p", "product-held p mart-not-open"])
        #expect(try world.openMart(on: date).status == .accepted)
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["mart-opened", "product-listed"])
        let opened = try #require(events.first)
        #expect(opened.routingKey == "catalog.mart-opened.53.06")
        #expect(opened.data["name"]?.string == "NTT Mart")
        #expect(opened.data["openedOn"]?.string == date)
    }

    @Test("A mart with a date to come opens on that date, by the clock")
    func opensOnItsDate() throws {
        let world = try World(isMartOpen: false)
        try world.approve("nib-1")
        try world.addProduct("p")
        #expect(try world.openMart(on: "2026-02-07").status == .accepted)
        #expect(try world.news() == ["product-registered p", "product-held p mart-not-open"])
        #expect(try world.harness.get("/v1/marts").body["items"]?.elements.first?["state"]?.string == "planned")
        try world.harness.advance(to: "2026-02-06")
        #expect(try world.news() == [])
        try world.harness.advance(to: "2026-02-06T15:59:59Z")
        #expect(try world.news() == [])
        try world.harness.advance(to: "2026-02-06T16:00:00Z")
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["mart-opened", "product-listed"])
        #expect(events.allSatisfy { $0.causationId == "clock:2026-02-07" })
        #expect(events.first?.data["openedOn"]?.string == "2026-02-07")
        #expect(try world.state(of: "p") == "listed")
        #expect(try world.harness.get("/v1/marts").body["items"]?.elements.first?["state"]?.string == "open")
        try world.harness.advance(to: "2026-02-09")
        #expect(try world.news() == [])
    }

    @Test("Several marts whose day has come open one after the other, each followed by its products")
    func severalOpen() throws {
        let world = try World(isMartOpen: false)
        try world.addSeller("ama", in: "53.05")
        try world.approve("nib-1")
        try world.approve("nib-2", of: "ama")
        try world.addProduct("p")
        try world.addProduct("q", of: "ama") { $0.origin.villageCode = "53.05.01.1001" }
        try world.openMart("53.06", on: "2026-02-08")
        try world.openMart("53.05", on: "2026-02-07")
        _ = try world.news()
        try world.harness.advance(to: "2026-02-10")
        #expect(try world.news() == ["mart-opened 53.05", "product-listed q", "mart-opened 53.06", "product-listed p"])
    }

    @Test("A regency is needed, in the data or on the envelope; one that differs or is none of the 22 is invalid")
    func regencyIsNeeded() throws {
        let world = try World(isMartOpen: false)
        let mart = OpenMart.with {
            $0.martName = "NTT Mart"
            $0.openedOn = day("2026-02-05")
        }
        let without = try world.harness.send(mart)
        #expect(without.code == .invalid)
        #expect(without.details["field"]?.string == "regency")
        #expect(try world.harness.send(mart, regency: "53.06").status == .accepted)
        #expect(try world.news() == ["mart-opened 53.06"])
        let seller = RegisterSeller.with {
            $0.sellerId = "ama"
            $0.sellerName = "Ama"
        }
        #expect(try world.harness.send(seller).code == .invalid)
        #expect(try world.harness.send(seller, regency: "53.06").status == .accepted)
        #expect(
            try world.harness.send(OpenMart.name, data: #"{"regency":"53.06","name":"x","openedOn":"2026-02-05"}"#, regency: "53.07").code
                == .invalid)
        #expect(try world.harness.send(OpenMart.name, data: #"{"regency":"51.01","name":"x","openedOn":"2026-02-05"}"#).code == .invalid)
        #expect(try world.harness.send(OpenMart.name, data: #"{"regency":"53.07","openedOn":"2026-02-05"}"#).code == .invalid)
        #expect(try world.harness.send(OpenMart.name, data: #"{"regency":"53.07","name":"x","openedOn":"5 February"}"#).code == .invalid)
    }

    @Test("Opening a regency's mart again is a duplicate with the same data and a conflict with other data")
    func martsOpenOnce() throws {
        let world = try World()
        #expect(try world.openMart().status == .duplicate)
        #expect(try world.openMart(on: "2026-02-06").code == .conflict)
        #expect(try world.news() == [])
    }

    @Test("A seller registers before the mart opens, once, and the event tells no phone number")
    func sellersRegister() throws {
        let world = try World(isMartOpen: false)
        #expect(try world.addSeller("ama", phone: "+62 812-3456-7890").status == .accepted)
        let event = try #require(try world.harness.takePublished().first)
        #expect(event.name == "seller-registered")
        #expect(event.routingKey == "catalog.seller-registered.53.06")
        #expect(event.data.members.map(\.name) == ["sellerId", "name", "regency"])
        #expect(try world.addSeller("ama", phone: "+62 812-3456-7890").status == .duplicate)
        #expect(try world.addSeller("ama", phone: "+62 812-3456-7891").code == .conflict)
        #expect(try world.news() == [])
        #expect(try world.harness.number("SELECT COUNT(*) FROM seller") == 2)
    }
}
