import CatalogDomain
import Primitives
import Testing

@Suite("The requirement table says which permits a kind needs on a day")
struct RequirementTableTests {
    private let table = RequirementTable.builtIn

    @Test(
        "Every kind has the permits of the domain's table",
        arguments: [
            (ProductKind.foodDry, ["nib", "spp-irt"]), (.foodHighRisk, ["nib", "bpom-md"]), (.saltIodised, ["nib", "sni", "bpom-md"]),
            (.foodFreshPlant, ["nib", "psat"]), (.foodShortLife, ["nib", "hygiene"]), (.cosmetic, ["nib", "bpom-na"]),
            (.traditionalMedicine, ["nib", "bpom-tr"]), (.household, ["nib", "pkrt"]), (.textile, ["nib"]), (.craft, ["nib"]),
            (.agriInput, ["nib"]), (.book, ["nib|school-letter"]),
        ])
    func everyKindHasItsPermits(kind: ProductKind, permits: [String]) {
        #expect(required(kind, "2026-02-05") == permits)
    }

    @Test("Both kinds of alcohol are prohibited", arguments: [ProductKind.alcoholRefined, .alcoholUnrefined])
    func alcoholIsProhibited(kind: ProductKind) {
        #expect(table.demand(on: kind, at: day("2026-02-05")) == .prohibited)
    }

    @Test("Dry food needs halal from 17 October 2026, not the day before")
    func halalBeginsOnItsDay() {
        #expect(required(.foodDry, "2026-10-16") == ["nib", "spp-irt"])
        #expect(required(.foodDry, "2026-10-17") == ["nib", "spp-irt", "halal"])
        #expect(required(.foodHighRisk, "2026-10-17") == ["nib", "bpom-md"])
        #expect(table.turns(of: .foodDry) == [day("2026-10-17")])
        #expect(table.turns(of: .craft).isEmpty)
    }

    @Test("A row counts from its first to its last day, both included, and the next day the kind is prohibited")
    func rowsAreDated() {
        let table = RequirementTable([
            RequirementRule(.craft, .permits([Requirement(.nib)]), DateSpan(from: day("2026-03-01"), until: day("2026-03-31")))
        ])
        #expect(table.demand(on: .craft, at: day("2026-02-28")).isProhibited)
        #expect(!table.demand(on: .craft, at: day("2026-03-01")).isProhibited)
        #expect(!table.demand(on: .craft, at: day("2026-03-31")).isProhibited)
        #expect(table.demand(on: .craft, at: day("2026-04-01")).isProhibited)
        #expect(table.turns(of: .craft) == [day("2026-03-01"), day("2026-04-01")])
        #expect(table.demand(on: .textile, at: day("2026-03-01")).isProhibited)
    }

    @Test("Rows of one kind add up without repeats, and a prohibition beats them all")
    func rowsAddUp() {
        let both = [
            RequirementRule(.book, .permits([Requirement(.nib), Requirement(.halal)])),
            RequirementRule(.book, .permits([Requirement(.halal), Requirement(.sni)])),
        ]
        #expect(RequirementTable(both).demand(on: .book, at: day("2026-01-01")).requirements.map(\.description) == ["nib", "halal", "sni"])
        let prohibited = RequirementTable(both + [RequirementRule(.book, .prohibited)])
        #expect(prohibited.demand(on: .book, at: day("2026-01-01")) == .prohibited)
    }

    @Test("A row under a policy counts only while the policy is on; of two settings for a day the last counts")
    func policiesSwitchRows() {
        let settings = [
            PolicySetting(.alcoholRefined, isOn: true, DateSpan(from: day("2027-01-01"), until: nil)),
            PolicySetting(.alcoholRefined, isOn: false, DateSpan(from: day("2028-01-01"), until: day("2028-01-31"))),
        ]
        let table = RequirementTable(RequirementTable.builtIn.rules, policies: settings)
        #expect(table.demand(on: .alcoholRefined, at: day("2026-12-31")).isProhibited)
        #expect(table.demand(on: .alcoholRefined, at: day("2027-01-01")).requirements.map(\.description) == ["nib", "bpom-md"])
        #expect(table.demand(on: .alcoholRefined, at: day("2028-01-15")).isProhibited)
        #expect(!table.demand(on: .alcoholRefined, at: day("2028-02-01")).isProhibited)
        #expect(table.demand(on: .alcoholUnrefined, at: day("2027-01-01")).isProhibited)
        #expect(table.turns(of: .alcoholRefined) == [day("2027-01-01"), day("2028-01-01"), day("2028-02-01")])
        #expect(table.turns(of: .craft).isEmpty)
    }

    @Test("A requirement reads kinds joined by bars, and nothing else")
    func requirementsAreRead() {
        #expect(Requirement("nib|school-letter")?.alternatives == [.nib, .schoolLetter])
        #expect(Requirement("nib|school-letter")?.description == "nib|school-letter")
        for text in ["", "nib|", "|nib", "nib|nib", "passport", "nib,halal", "NIB"] { #expect(Requirement(text) == nil, "\(text)") }
    }

    private func required(_ kind: ProductKind, _ date: String) -> [String] {
        table.demand(on: kind, at: day(date)).requirements.map(\.description)
    }
}
