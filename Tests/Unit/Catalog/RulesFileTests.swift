import CatalogService
import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("The rules file replaces the requirement table")
struct RulesFileTests {
    @Test("Without permitRequirements the built-in rows stand, whatever else the file says")
    func builtInRowsStand() throws {
        let world = try World(rules: #"{"rate": [{"percent": 10}], "policies": {"somethingOfAnotherService": 5}}"#)
        #expect(try world.addProduct("a", .alcoholRefined).code == .prohibited)
        try world.addProduct("d", .foodDry)
        #expect(try world.missing("d") == ["nib", "spp-irt"])
    }

    @Test("Its rows are the whole table: a kind without a row is prohibited")
    func rowsReplaceTheTable() throws {
        let world = try World(
            rules: #"{"permitRequirements": [{"kind": "craft", "permits": []}, {"kind": "book", "permits": ["nib", "halal|sni"]}]}"#)
        try world.addProduct("free", .craft)
        try world.addProduct("strict", .book)
        #expect(try world.news() == ["product-registered free", "product-listed free", "product-registered strict"])
        #expect(try world.missing("strict") == ["nib", "halal|sni"])
        #expect(try world.addProduct("t", .textile).code == .prohibited)
    }

    @Test("A policy may be a switch, or dated")
    func policiesAreRead() throws {
        let on = try World(rules: #"{"policies": {"alcoholRefined": true}}"#)
        #expect(try on.addProduct("a", .alcoholRefined).code == .ok)
        #expect(try on.missing("a") == ["nib", "bpom-md"])
        #expect(try on.addProduct("u", .alcoholUnrefined).code == .prohibited)

        let later = try World(rules: #"{"policies": {"alcoholRefined": [{"on": true, "validFrom": "2026-02-06"}]}}"#)
        #expect(try later.addProduct("a", .alcoholRefined).code == .prohibited)
        try later.harness.advance(to: "2026-02-06")
        #expect(try later.addProduct("a", .alcoholRefined).code == .ok)
    }

    @Test(
        "A mistake in it is one clear sentence, with its place",
        arguments: [
            (#"[]"#, ""),
            (#"{"permitRequirements": {}}"#, "permitRequirements"),
            (#"{"permitRequirements": [7]}"#, "permitRequirements[0]"),
            (#"{"permitRequirements": [{"permits": ["nib"]}]}"#, "permitRequirements[0].kind"),
            (#"{"permitRequirements": [{"kind": "craft"}, {"kind": "wine"}]}"#, "permitRequirements[1].kind"),
            (#"{"permitRequirements": [{"kind": "craft", "permits": ["passport"]}]}"#, "permitRequirements[0].permits"),
            (#"{"permitRequirements": [{"kind": "craft", "permits": ["nib"], "prohibited": true}]}"#, "permitRequirements[0].permits"),
            (#"{"permitRequirements": [{"kind": "craft", "valid_from": "2026-10-17"}]}"#, "permitRequirements[0].valid_from"),
            (#"{"permitRequirements": [{"kind": "craft", "validFrom": "soon"}]}"#, "permitRequirements[0].validFrom"),
            (
                #"{"permitRequirements": [{"kind": "craft", "validFrom": "2026-02-02", "validUntil": "2026-02-01"}]}"#,
                "permitRequirements[0].validUntil"
            ),
            (#"{"permitRequirements": [{"kind": "craft", "policy": "beer"}]}"#, "permitRequirements[0].policy"),
            (#"{"policies": []}"#, "policies"),
            (#"{"policies": {"alcoholRefined": "yes"}}"#, "policies.alcoholRefined"),
            (#"{"policies": {"alcoholRefined": [{"validFrom": "2026-01-01"}]}}"#, "policies.alcoholRefined[0].on"),
        ])
    func mistakesAreNamed(file: String, field: String) throws {
        let root = try JSONDocument(parsing: Array(file.utf8)).root
        let fault = #expect(throws: InvalidData.self) { try CatalogService.definition(rules: root) }
        #expect(fault?.field == field)
    }
}
