import Foundation
import Testing

@testable import Audit

@Suite("Is the recorded stream whole?")
struct StreamCheckTests {
    @Test("A whole stream has no fault")
    func whole() { #expect(EventScript.soldAndSettled.faults == []) }

    @Test("An event recorded twice counts once")
    func repeated() {
        var script = EventScript.soldAndSettled
        script.repeatLast()
        #expect(script.recording.repeats == 1)
        #expect(script.faults == [])
    }

    @Test("Events that redelivery has mixed are put in the order of their sequence")
    func mixed() {
        var script = EventScript()
        script.add("catalog.product-held", #"{"productId":"p1"}"#, sequence: 3)
        for line in EventScript.soldAndSettled.lines.filter({ $0.contains("product-registered") }) {
            script.add("catalog.seller-registered", #"{"sellerId":"s1","name":"Ibu Maria","regency":"53.06"}"#, sequence: 1)
            let data = line.firstRange(of: "\"data\":").map { String(line[$0.upperBound...].dropLast()) } ?? "{}"
            script.add("catalog.product-registered", data, sequence: 2)
        }
        #expect(script.faults == [])
        #expect(script.audit.figures.programmes[0].held == 1)
    }

    @Test("The same id with another body is a fault")
    func conflicting() {
        var script = EventScript.soldAndSettled
        script.add("catalog.product-listed", #"{"productId":"p1"}"#, id: "same")
        script.add("catalog.product-listed", #"{"productId":"p1","x":1}"#, id: "same", sequence: 6)
        #expect(script.faults == ["events, all readable"])
    }

    @Test("A missing event shows as a gap")
    func gap() {
        var script = EventScript.soldAndSettled
        script.add("catalog.price-changed", #"{"productId":"p1","price":1,"effectiveOn":"2026-03-01"}"#, sequence: 9)
        #expect(script.faults == ["sequences without a gap, by source"])
    }

    @Test("A stream that does not begin at 1 has a gap")
    func lateStart() {
        var script = EventScript()
        script.add("permits.permit-applied", #"{"permitId":"x"}"#, sequence: 2)
        #expect(script.faults == ["sequences without a gap, by source"])
    }

    @Test("An event without its cause is a fault")
    func causeless() {
        var script = EventScript.soldAndSettled
        script.add("catalog.product-listed", #"{"productId":"p1"}"#, cause: nil)
        #expect(script.faults == ["events that name their cause"])
    }

    @Test("A line that is no event is named by its number")
    func unreadable() {
        let recording = Recording(ndjson: Data("{\"id\":1}\n".utf8))
        let finding = Audit(recording).findings.first { $0.what == "events, all readable" }
        #expect(finding?.examples.first?.hasPrefix("line 1: ") == true)
    }
}
