import CatalogDomain
import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@testable import CatalogService

@Suite("A service that starts with other rules judges every product again")
struct RulesChangeTests {
    @Test("The timer judges all products once when the rules differ from those it last ran with, and never again")
    func judgesOnce() throws {
        let world = try World()
        try world.approve("n")
        try world.addProduct("p")
        _ = try world.news()
        // The text of other rules stands for a start with other rules; a row that is spoilt on purpose shows that it was judged.
        try world.harness.store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "UPDATE appliedRules SET rules = 'others'; UPDATE product SET reviewOn = 99999, listedUntil = 99998")
        }
        try world.harness.advance(to: "2026-02-05T03:00:00Z")
        #expect(try world.news() == ["product-listed p"])
        try world.harness.advance(to: "2026-02-06")
        #expect(try world.news() == [])
    }

    @Test("The same table gives the same text, another one another text")
    func textOfTheTable() throws {
        #expect(RequirementTable.builtIn.description == RequirementTable.builtIn.description)
        let file = try JSONDocument(parsing: Array(#"{"policies": {"alcoholRefined": [{"on": true, "validUntil": "2027-01-01"}]}}"#.utf8))
            .root
        let other = try RequirementTable.read(file)
        #expect(other.description == RequirementTable.builtIn.description + "\npolicy alcoholRefined: on until 2027-01-01")
        #expect(RequirementTable.builtIn.description.contains("food-dry: halal from 2026-10-17\n"))
        #expect(RequirementTable.builtIn.description.contains("book: nib|school-letter\n"))
        #expect(RequirementTable.builtIn.description.contains("alcohol-refined: nib + bpom-md while alcoholRefined\n"))
    }
}
