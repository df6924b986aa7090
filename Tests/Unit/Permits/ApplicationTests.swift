import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite struct ApplicationTests {
    @Test(
        arguments: [
            (.nib, .dinasPerdagangan), (.sppIrt, .dinasKesehatan), (.hygiene, .dinasKesehatan), (.bpomMd, .bpom), (.bpomNa, .bpom),
            (.bpomTr, .bpom), (.halal, .bpjph), (.psat, .dinasPangan), (.sni, .lspro), (.pkrt, .kemenkes),
            (.schoolLetter, .dinasPendidikan),
        ] as [(PermitKind, Agency)])
    func `an application goes to the agency of its kind`(kind: PermitKind, agency: Agency) throws {
        let permits = try PermitsFixture()
        #expect(try permits.apply(kind: kind, documents: ["ktp.pdf", "denah \"dapur\".pdf"]).status == .accepted)
        let events = try permits.harness.takePublished()
        #expect(events.count == 1)
        let event = try #require(events.first)
        #expect(event.type == "id.nttmart.permits.permit-applied.v1")
        #expect(event.routingKey == "permits.permit-applied.53.06")
        #expect(event.regency == "53.06" && event.subject == "p1" && event.sequence == 1)
        let applied = try event.decode(PermitApplied.self)
        #expect(applied.permit.agency == agency && applied.permit.permitKind == kind)
        #expect(applied.permit.sellerId == "s1" && applied.permit.productId == (kind == .nib ? nil : "product-1"))
        #expect(applied.documents == ["ktp.pdf", "denah \"dapur\".pdf"])
        let read = try permits.read()
        #expect(read["agency"]?.string == agency.rawValue && read["state"]?.string == "applied")
        #expect(read["documents"]?.elements.map(\.string) == ["ktp.pdf", "denah \"dapur\".pdf"])
    }

    @Test func `a business-level kind has no product and every other kind has one`() throws {
        let permits = try PermitsFixture()
        let nib = try permits.harness.send(
            ApplyForPermit.name, data: #"{"permitId":"n","permitKind":"nib","regency":"53.06","sellerId":"s","productId":"x"}"#)
        #expect(nib.code == .invalid && nib.details["field"]?.string == "productId")
        let halal = try permits.harness.send(
            ApplyForPermit.name, data: #"{"permitId":"h","permitKind":"halal","regency":"53.06","sellerId":"s"}"#)
        #expect(halal.code == .invalid && halal.details["field"]?.string == "productId")
        #expect(try permits.events().isEmpty)
        #expect(try permits.list("").isEmpty)
    }

    @Test(arguments: [
        #"{"permitKind":"nib","regency":"53.06","sellerId":"s"}"#,
        #"{"permitId":"n","regency":"53.06","sellerId":"s"}"#,
        #"{"permitId":"n","permitKind":"nib","regency":"53.06"}"#,
        #"{"permitId":"n","permitKind":"passport","regency":"53.06","sellerId":"s"}"#,
        #"{"permitId":"n","permitKind":"nib","regency":"53.22","sellerId":"s"}"#,
        #"{"permitId":"n","permitKind":"nib","sellerId":"s"}"#,
        #"{"permitId":"n n","permitKind":"nib","regency":"53.06","sellerId":"s"}"#,
        #"{"permitId":"n","permitKind":"nib","regency":"53.06","sellerId":"s","documents":"ktp.pdf"}"#,
    ])
    func `an application with wrong data is invalid and claims nothing`(data: String) throws {
        let permits = try PermitsFixture()
        #expect(try permits.harness.send(ApplyForPermit.name, data: data).code == .invalid)
        #expect(try permits.apply("n", kind: .nib).status == .accepted)
    }

    @Test func `the regency may come from the envelope, but may not differ from it`() throws {
        let permits = try PermitsFixture()
        #expect(try permits.apply("p1", regency: nil, envelopeRegency: "53.07").status == .accepted)
        #expect(try permits.read("p1")["regency"]?.string == "53.07")
        #expect(try permits.apply("p2", regency: "53.06", envelopeRegency: "53.07").code == .invalid)
        let missing = try permits.apply("p3", regency: nil)
        #expect(missing.code == .invalid && missing.details["field"]?.string == "regency")
    }

    @Test func `the same permit under a new message is a duplicate, with other data a conflict`() throws {
        let permits = try PermitsFixture("approved")
        #expect(try permits.apply().status == .duplicate)
        #expect(try permits.apply(regency: nil, envelopeRegency: "53.06").status == .duplicate)
        #expect(try permits.apply(seller: "s2").code == .conflict)
        #expect(try permits.apply(documents: ["ktp.pdf"]).code == .conflict)
        #expect(try permits.events().isEmpty)
        #expect(try permits.state() == "approved")
    }

    @Test func `an application sent back is applied again with its new documents, as often as it takes`() throws {
        let permits = try PermitsFixture("applied")
        for round in 1...3 {
            #expect(try permits.requestRepair(reason: "round \(round)").status == .accepted)
            #expect(try permits.state() == "repair-requested")
            #expect(try permits.resubmit(documents: ["round-\(round).pdf"]).status == .accepted)
            let events = try permits.harness.takePublished()
            try #require(events.map(\.name) == ["permit-repair-requested", "permit-applied"])
            let repair = try events[0].decode(PermitRepairRequested.self)
            #expect(
                repair.decision.reason == "round \(round)" && repair.decision.officer == "Maria"
                    && repair.decision.effectiveOn == date("2026-02-05"))
            let applied = try events[1].decode(PermitApplied.self)
            #expect(applied.documents == ["round-\(round).pdf"])
            #expect(applied.permit == repair.permit && applied.permit.productId == "product-1")
        }
        let history = try #require(try permits.read()["history"]).elements.compactMap { $0["state"]?.string }
        #expect(history == ["applied"] + Array(repeating: ["repair-requested", "applied"], count: 3).flatMap { $0 })
        #expect(try permits.approve().status == .accepted)
    }

    @Test func `a refusal says by whom, why and from when`() throws {
        let permits = try PermitsFixture("applied")
        try permits.refuse(reason: "dapur tidak memenuhi syarat", officer: "Maria")
        let event = try #require(try permits.harness.takePublished().first).decode(PermitRefused.self)
        #expect(
            event.decision.reason == "dapur tidak memenuhi syarat" && event.decision.officer == "Maria"
                && event.decision.effectiveOn == date("2026-02-05"))
        #expect(event.permit.agency == .dinasKesehatan && event.permit.regency == "53.06")
    }

    @Test func `the same message twice has one effect and one answer`() throws {
        let permits = try PermitsFixture("applied")
        let command = RefusePermit.with {
            $0.permitId = "p1"
            $0.reason = "no kitchen"
            $0.officer = "Maria"
        }
        #expect(try permits.harness.send(command, id: "m1").status == .accepted)
        #expect(try permits.harness.send(command, id: "m1").status == .accepted)
        #expect(try permits.events() == ["permit-refused p1"])
        #expect(try permits.harness.send(command, id: "m2").status == .duplicate)
    }

    @Test(arguments: [RefusePermit.name, RequestRepair.name, SuspendPermit.name, ReinstatePermit.name, RevokePermit.name])
    func `a decision needs a permit, a reason and an officer`(name: MessageName) throws {
        let permits = try PermitsFixture("applied")
        for (field, data) in [
            ("permitId", #"{"reason":"r","officer":"o"}"#), ("reason", #"{"permitId":"p1","officer":"o"}"#),
            ("officer", #"{"permitId":"p1","reason":"r"}"#),
        ] {
            let reply = try permits.harness.send(name, data: data)
            #expect(reply.code == .invalid && reply.details["field"]?.string == field)
        }
        #expect(try permits.state() == "applied")
    }
}
