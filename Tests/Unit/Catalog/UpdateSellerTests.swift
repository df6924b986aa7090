import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("What is known of a seller changes")
struct UpdateSellerTests {
    @discardableResult
    private func update(
        _ world: World, _ sellerId: String = "ina", name: String? = nil, phone: String? = nil, nib: String? = nil,
        by person: String? = "Maria"
    ) throws -> TestReply {
        try world.harness.send(
            UpdateSeller.with {
                $0.sellerId = sellerId
                $0.sellerName = name
                $0.phone = phone
                $0.nib = nib
                $0.changedBy = person
            })
    }

    private func written(_ value: JSONValue?) -> String? { value.map { String(decoding: $0.rawBytes, as: UTF8.self) } }

    @Test("The event says the seller as it is from now on, and never a phone number")
    func event() throws {
        let world = try World()
        #expect(try update(world, name: "Tenun Ina", phone: "+62 812-3456-7890").status == .accepted)
        let event = try #require(try world.harness.takePublished().first)
        #expect(event.name == "seller-updated")
        #expect(event.routingKey == "catalog.seller-updated.53.06")
        #expect(event.subject == "ina")
        #expect(
            written(event.data)
                == #"{"sellerId":"ina","name":"Tenun Ina","regency":"53.06","changed":["name","phone"],"changedBy":"Maria"}"#)
        let seller = try world.harness.get("/v1/sellers/ina").body
        #expect(seller["name"]?.string == "Tenun Ina")
        #expect(seller["phone"]?.string == "****7890")
    }

    @Test("What is absent stays as it is, and what was there before is kept")
    func history() throws {
        let world = try World()
        try world.addSeller("ama", phone: "0812-1111-2222")
        #expect(try update(world, "ama", nib: "1234567890123").status == .accepted)
        #expect(try update(world, "ama", phone: "0812-3333-4444", by: nil).status == .accepted)
        let seller = try world.harness.get("/v1/sellers/ama").body
        #expect(seller["nib"]?.string == "1234567890123")
        #expect(
            written(seller["changes"])
                == #"[{"changedAt":"2026-02-05T02:00:00Z","changedBy":"Maria","nameBefore":"UMKM ama","phoneBefore":"****2222"},"#
                + #"{"changedAt":"2026-02-05T02:00:00Z","nameBefore":"UMKM ama","phoneBefore":"****2222","nibBefore":"1234567890123"}]"#)
    }

    @Test("A change to what is so already is a duplicate and tells nothing; back and forth are two changes")
    func repeated() throws {
        let world = try World()
        #expect(try update(world, name: "UMKM ina").status == .duplicate)
        #expect(try world.news() == [])
        try update(world, name: "Tenun Ina")
        #expect(try update(world, name: "Tenun Ina", by: "Yosef").status == .duplicate)
        #expect(try update(world, name: "UMKM ina").status == .accepted)
        #expect(try world.news() == ["seller-updated ina", "seller-updated ina"])
    }

    @Test("An unknown seller is not found, and a change of nothing is invalid")
    func refusals() throws {
        let world = try World()
        #expect(try update(world, "nobody", name: "Tenun").code == .notFound)
        #expect(try update(world, "nobody").code == .invalid)
        #expect(try world.harness.send(UpdateSeller.name, data: #"{"sellerId":"ina","name":""}"#).code == .invalid)
        #expect(try world.harness.send(UpdateSeller.name, data: #"{"sellerId":"ina","name":null}"#).code == .invalid)
        #expect(try world.news() == [])
        // The registration is the same message as ever.
        try update(world, name: "Tenun Ina")
        #expect(try world.addSeller("ina").status == .duplicate)
        #expect(try world.harness.get("/v1/sellers/ina").body["name"]?.string == "Tenun Ina")
    }
}
