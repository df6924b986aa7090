import Contracts
import MessagingTesting
import Primitives
import StrictJSON
import Testing

@Suite("Marts close and open again")
struct MartClosingTests {
    /// Flores Timur is open; `p` is listed, `q` awaits its permits, `h` was listed and is held, `w` is withdrawn.
    private func world() throws -> World {
        let world = try World()
        try world.addSeller("ama")
        try world.approve("nib-ina")
        try world.approve("nib-ama", of: "ama", until: "2026-02-05")
        try world.addProduct("p")
        try world.addProduct("q", .foodDry)
        try world.addProduct("h", of: "ama")
        try world.addProduct("w")
        try world.withdraw("w")
        try world.harness.advance(to: "2026-02-06")
        #expect(try world.state(of: "h") == "held permit-expired")
        _ = try world.news()
        return world
    }

    private func mart(_ world: World) throws -> JSONValue? { try world.harness.get("/v1/marts").body["items"]?.elements.first }

    @Test("A closing is told, and what was listed is held for it; nothing else changes")
    func closes() throws {
        let world = try world()
        let reply = try world.close()
        #expect(reply.status == .accepted)
        #expect(reply.subject == "53.06")
        let events = try world.harness.takePublished()
        #expect(events.map { "\($0.name) \($0.subject ?? "-")" } == ["mart-closed 53.06", "product-held p"])
        let closed = try #require(events.first)
        #expect(closed.routingKey == "catalog.mart-closed.53.06")
        #expect(
            String(decoding: closed.data.rawBytes, as: UTF8.self)
                == #"{"regency":"53.06","closedOn":"2026-02-06","reason":"flood","closedBy":"Maria"}"#)
        #expect(events.last?.data["reason"]?.string == "mart-not-open")
        #expect(events.allSatisfy { $0.causationId == closed.causationId })
        #expect(try world.state(of: "p") == "held mart-not-open")
        #expect(try world.state(of: "q") == "awaiting-permits")
        #expect(try world.state(of: "h") == "held permit-expired")
        #expect(try mart(world)?["state"]?.string == "closed")
        #expect(try mart(world)?["closedOn"]?.string == "2026-02-06")
        #expect(try world.harness.get("/v1/coverage").body["marts"]?["open"]?.int64 == 0)
    }

    @Test("A product that gets its permits while the mart is closed is held, not listed")
    func permitsMeanwhile() throws {
        let world = try world()
        try world.close()
        _ = try world.news()
        try world.addProduct("new")
        try world.approve("nib-2", of: "ama")
        #expect(try world.news() == ["product-registered new", "product-held new mart-not-open", "product-held h mart-not-open"])
        try world.reopen()
        #expect(try world.news() == ["mart-reopened 53.06", "product-listed h", "product-listed new", "product-listed p"])
    }

    @Test("A reopened mart sells what has its permits, and says since when it had been closed")
    func reopens() throws {
        let world = try world()
        try world.close()
        try world.harness.advance(to: "2026-02-09")
        _ = try world.news()
        #expect(try world.reopen().status == .accepted)
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["mart-reopened", "product-listed"])
        #expect(
            try String(decoding: #require(events.first).data.rawBytes, as: UTF8.self)
                == #"{"regency":"53.06","closedOn":"2026-02-06","reopenedOn":"2026-02-09","reason":"dry again","reopenedBy":"Yosef"}"#)
        #expect(try world.state(of: "p") == "listed")
        #expect(try mart(world)?["state"]?.string == "open")
        #expect(
            try mart(world)?["orders"].map { String(decoding: $0.rawBytes, as: UTF8.self) }
                == #"[{"action":"close","effectiveOn":"2026-02-06","reason":"flood","by":"Maria","status":"done"},"#
                + #"{"action":"reopen","effectiveOn":"2026-02-09","reason":"dry again","by":"Yosef","status":"done"}]"#)
        // And once more.
        #expect(try world.close().status == .accepted)
        #expect(try world.news() == ["mart-closed 53.06", "product-held p mart-not-open"])
        #expect(try world.reopen(reason: "dry for good").status == .accepted)
        #expect(try world.news() == ["mart-reopened 53.06", "product-listed p"])
    }

    @Test("Said again by the same data it is a duplicate, by other data a wrong state; a planned mart is neither closed nor reopened")
    func repeated() throws {
        let world = try world()
        #expect(try world.reopen().code == .wrongState)
        try world.close()
        _ = try world.news()
        #expect(try world.close().status == .duplicate)
        #expect(try world.close(reason: "fire").code == .wrongState)
        try world.reopen()
        _ = try world.news()
        #expect(try world.reopen().status == .duplicate)
        #expect(try world.reopen(reason: "why not").code == .wrongState)
        #expect(try world.news() == [])
        // The key of open-mart stays claimed: it does not open a closed mart.
        try world.close(reason: "fire")
        #expect(try world.openMart().status == .duplicate)
        #expect(try world.openMart(on: "2026-02-06").code == .conflict)
        #expect(try world.state(of: "p") == "held mart-not-open")

        try world.openMart("53.05", on: "2026-03-01")
        #expect(try world.close("53.05").code == .wrongState)
        #expect(try world.reopen("53.05").code == .wrongState)
    }

    @Test("Codes in their order: invalid, not-found, wrong-state")
    func refusals() throws {
        let world = try world()
        let unknown = try world.close("53.07")
        #expect(unknown.code == .notFound)
        #expect(unknown.details["field"]?.string == "regency")
        let past = try world.close("53.07", on: "2026-02-05")
        #expect(past.code == .invalid)
        #expect(past.details["field"]?.string == "closedOn")
        #expect(try world.reopen(on: "2026-02-05").details["field"]?.string == "reopenedOn")
        #expect(try world.harness.send(CloseMart.name, data: #"{"closedBy":"Maria","reason":"flood"}"#).code == .invalid)
        #expect(try world.harness.send(CloseMart.name, data: #"{"regency":"53.06","closedBy":"Maria"}"#).code == .invalid)
        #expect(try world.harness.send(CloseMart.name, data: #"{"regency":"53.06","reason":"flood"}"#).code == .invalid)
        #expect(try world.news() == [])
        #expect(
            try world.harness.send(CloseMart.name, data: #"{"closedBy":"Maria","reason":"flood"}"#, regency: "53.06").status == .accepted)
    }

    @Test("A closing and its end are planned ahead, and each comes on its day by the clock")
    func planned() throws {
        let world = try world()
        #expect(try world.close(on: "2026-02-10").status == .accepted)
        #expect(try world.close(on: "2026-02-10").status == .duplicate)
        #expect(try world.reopen(on: "2026-02-20").status == .accepted)
        #expect(try world.news() == [])
        #expect(try mart(world)?["state"]?.string == "open")
        #expect(try mart(world)?["orders"]?.elements.compactMap { $0["status"]?.string } == ["planned", "planned"])
        try world.harness.advance(to: "2026-02-09T15:59:59Z")
        #expect(try world.news() == [])
        try world.harness.advance(to: "2026-02-09T16:00:00Z")
        let events = try world.harness.takePublished()
        #expect(events.map(\.name) == ["mart-closed", "product-held"])
        #expect(events.allSatisfy { $0.causationId == "clock:2026-02-10" })
        // Whoever asks what became of the command finds all of it.
        #expect(Set(events.map(\.correlationId)).count == 1)
        #expect(events.first?.correlationId?.hasPrefix("clock:") == false)
        try world.harness.advance(to: "2026-02-21")
        #expect(try world.news() == ["mart-reopened 53.06", "product-listed p"])
        #expect(try mart(world)?["orders"]?.elements.compactMap { $0["status"]?.string } == ["done", "done"])
    }

    @Test("A mart that closes and opens again within days that nobody saw goes on selling; both are told")
    func afterAGap() throws {
        let world = try world()
        try world.close(on: "2026-02-10")
        try world.reopen(on: "2026-02-12")
        try world.harness.advance(to: "2026-02-15")
        #expect(try world.news() == ["mart-closed 53.06", "mart-reopened 53.06"])
        #expect(try world.state(of: "p") == "listed")
    }

    @Test("A planned closing that comes to nothing because the mart is closed already is dropped, and tells nothing")
    func dropped() throws {
        let world = try world()
        try world.close(on: "2026-02-20")
        try world.close(reason: "fire")
        #expect(try world.news() == ["mart-closed 53.06", "product-held p mart-not-open"])
        try world.harness.advance(to: "2026-02-21")
        #expect(try world.news() == [])
        #expect(try mart(world)?["orders"]?.elements.compactMap { $0["status"]?.string } == ["done", "dropped"])
        #expect(try mart(world)?["closedOn"]?.string == "2026-02-06")
    }

    @Test("More products than one transaction takes follow their mart, with its command as their cause")
    func manyProducts() throws {
        let world = try world()
        for number in 1...250 { try world.addProduct("many-\(number)") }
        _ = try world.news()
        try world.close()
        let events = try world.harness.takePublished()
        #expect(events.count { $0.name == "product-held" } == 251)
        #expect(Set(events.map(\.correlationId)).count == 1)
        try world.reopen()
        #expect(try world.news().count { $0.hasPrefix("product-listed") } == 251)
    }
}
