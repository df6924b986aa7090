import Testing

@testable import Audit

@Suite("Do corrections of marts, sellers and permits make sense?")
struct CorrectionCheckTests {
    private static let contradiction = ["contradictions between events"]
    private static let closed =
        #"{"regency":"53.06","closedOn":"2026-02-12","reason":"flood","closedBy":"Maria"}"#
    private static let reopened =
        #"{"regency":"53.06","closedOn":"2026-02-12","reopenedOn":"2026-02-13","reason":"dry","reopenedBy":"Maria"}"#

    @Test("A mart that closes counts as open no more, and its products are held until it opens again")
    func closing() {
        var script = EventScript.soldAndSettled
        script.add("catalog.mart-closed", Self.closed)
        #expect(script.faults == Self.contradiction, "p1 stays listed")
        script.add("catalog.product-held", #"{"productId":"p1","reason":"mart-not-open"}"#)
        #expect(script.faults == [])
        #expect(script.audit.figures.martsOpen == [])
        script.add("catalog.mart-reopened", Self.reopened)
        script.add("catalog.product-listed", #"{"productId":"p1"}"#)
        #expect(script.faults == [])
        #expect(script.audit.figures.martsOpen == ["53.06"])
    }

    @Test("A listing in a closed mart is a contradiction, also if it is held later")
    func listedWhileClosed() {
        var script = EventScript.soldAndSettled
        script.add("catalog.mart-closed", Self.closed)
        script.add("catalog.product-listed", #"{"productId":"p1"}"#)
        script.add("catalog.product-held", #"{"productId":"p1","reason":"mart-not-open"}"#)
        #expect(script.faults == Self.contradiction)
    }

    @Test("A mart that closes twice, opens again without having been closed, or never opened, is a contradiction")
    func oddTurns() {
        for events in [
            [("catalog.mart-reopened", Self.reopened)],
            [
                ("catalog.product-held", #"{"productId":"p1","reason":"x"}"#), ("catalog.mart-closed", Self.closed),
                ("catalog.mart-closed", Self.closed),
            ],
            [("catalog.mart-closed", Self.closed.replacing("53.06", with: "53.07"))],
        ] {
            var script = EventScript.soldAndSettled
            for (name, data) in events { script.add(name, data) }
            #expect(script.faults == Self.contradiction, "\(events)")
        }
    }

    @Test("A seller who changes must be registered, in the same regency")
    func sellers() {
        func faults(_ data: String) -> [String] {
            var script = EventScript.soldAndSettled
            script.add("catalog.seller-updated", data)
            return script.faults
        }
        #expect(faults(#"{"sellerId":"s1","name":"Ibu Maria Tokan","regency":"53.06","changed":["name"]}"#) == [])
        #expect(faults(#"{"sellerId":"s1","name":"Ibu Maria","regency":"53.07","changed":["name"]}"#) == Self.contradiction)
        #expect(faults(#"{"sellerId":"s2","name":"Ibu Maria","regency":"53.06","changed":["name"]}"#) == Self.contradiction)
    }

    @Test("A corrected number is of a permit in force, and is odd no more")
    func numbers() {
        var script = EventScript.soldAndSettled
        let permit = #""permitId":"k1","permitKind":"nib","sellerId":"s1""#
        script.add("permits.permit-applied", "{\(permit)}")
        script.add("permits.permit-approved", #"{\#(permit),"number":"1","warnings":["odd"]}"#)
        #expect(script.audit.figures.permitWarnings == 1)
        script.add("permits.permit-number-corrected", #"{\#(permit),"number":"1234567890123","warnings":[]}"#)
        #expect(script.faults == [])
        #expect(script.audit.figures.permitWarnings == 0)
        script.add("permits.permit-revoked", "{\(permit)}")
        script.add("permits.permit-number-corrected", #"{\#(permit),"number":"9","warnings":["odd"]}"#)
        #expect(script.faults == Self.contradiction)
    }
}
