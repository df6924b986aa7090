import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Coverage counts villages, schools, communities and marts")
struct CoverageTests {
    @Test("With nothing registered every count is zero, of what the regency has")
    func empty() throws {
        let world = try World(isMartOpen: false)
        let body = try world.harness.get("/v1/coverage?regency=53.06").body
        let states = #""awaiting-permits":0,"listed":0,"held":0,"withdrawn":0"#
        let programme = #"{"total":0,\#(states)}"#
        #expect(
            String(decoding: body.rawBytes, as: UTF8.self)
                == #"{"regency":"53.06","villages":{"withListedProduct":0,"total":250,"ratio":0.0},"schools":{"withListedProduct":0},"#
                + #""communities":{"withListedProduct":0},"products":{"total":0,"byState":{\#(states)},"#
                + #""byProgramme":{"ovop":\#(programme),"ocop":\#(programme),"osop":\#(programme)}}}"#)
    }

    @Test("A village counts once, from any programme, while a product of it is listed")
    func villages() throws {
        let world = try filled()
        let body = try world.harness.get("/v1/coverage?regency=53.06").body
        #expect(body["villages"]?["withListedProduct"]?.int64 == 2)
        #expect(ratio(body["villages"]) == "0.008")
        try world.withdraw("ocop-1")
        try world.withdraw("ovop-1")
        #expect(try world.harness.get("/v1/coverage?regency=53.06").body["villages"]?["withListedProduct"]?.int64 == 1)
    }

    @Test("Schools and communities count once per regency, whatever the case of their names")
    func schoolsAndCommunities() throws {
        let world = try filled()
        let body = try world.harness.get("/v1/coverage?regency=53.06").body
        #expect(body["schools"]?["withListedProduct"]?.int64 == 1)
        #expect(body["communities"]?["withListedProduct"]?.int64 == 1)
        let province = try world.harness.get("/v1/coverage").body
        #expect(province["communities"]?["withListedProduct"]?.int64 == 2)
    }

    @Test("Products are counted by programme and state")
    func products() throws {
        let body = try filled().harness.get("/v1/coverage?regency=53.06").body["products"]
        #expect(body?["total"]?.int64 == 6)
        #expect(body?["byState"]?["listed"]?.int64 == 5)
        #expect(body?["byState"]?["awaiting-permits"]?.int64 == 1)
        #expect(body?["byProgramme"]?["ovop"]?["total"]?.int64 == 3)
        #expect(body?["byProgramme"]?["ovop"]?["listed"]?.int64 == 2)
        #expect(body?["byProgramme"]?["osop"]?["listed"]?.int64 == 1)
    }

    @Test("Without a regency it is the province's: all villages, and marts open of 22")
    func province() throws {
        let world = try filled()
        try world.openMart("53.05", on: "2026-12-01")
        let body = try world.harness.get("/v1/coverage").body
        #expect(body["regency"] == nil)
        #expect(body["villages"]?["total"]?.int64 == Int64(Regency.all.map(\.villages).reduce(0, +)))
        #expect(body["marts"]?["open"]?.int64 == 2)
        #expect(body["marts"]?["total"]?.int64 == 22)
        #expect(ratio(body["marts"]) == "0.0909")
        #expect(try world.harness.get("/v1/coverage?regency=53.06").body["marts"] == nil)
    }

    private func ratio(_ value: JSONValue?) -> String? { value?["ratio"].map { String(decoding: $0.rawBytes, as: UTF8.self) } }

    /// In 53.06 five listed products of two villages, one school and one community, and one that awaits permits; in 53.07 one more community.
    private func filled() throws -> World {
        let world = try World()
        try world.openMart("53.07")
        try world.addSeller("ama", in: "53.07")
        try world.approve("n")
        try world.approve("n-2", of: "ama")
        try world.addProduct("ovop-1") { $0.origin.villageCode = "53.06.01.2001" }
        try world.addProduct("ovop-2") { $0.origin.villageCode = "53.06.01.2002" }
        try world.addProduct("ovop-3", .cosmetic) { $0.origin.villageCode = "53.06.01.2003" }
        try world.addProduct("ocop-1") { $0.community("OMK Larantuka", village: "53.06.01.2001") }
        try world.addProduct("ocop-2") { $0.community(" omk larantuka") }
        try world.addProduct("ocop-3", of: "ama") { $0.community("OMK Larantuka") }
        try world.addProduct("osop-1", .book) {
            $0.programme = .osop
            $0.origin = .with {
                $0.school = "SMAN 1 Larantuka"
                $0.level = .sma
            }
        }
        return world
    }
}

extension RegisterProduct {
    fileprivate mutating func community(_ name: String, village: String? = nil) {
        programme = .ocop
        origin = .with {
            $0.community = name
            $0.communityKind = .faith
            $0.villageCode = village
        }
    }
}
