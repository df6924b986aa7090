import CatalogService
import Contracts
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import StrictJSON
import Testing

@Suite("One change that touches many products is worked off in chunks")
struct ManyProductsTests {
    private let count = Limits.timerChunk * 2 + 7

    @Test("A business permit lists every product of its seller once, with the permit's message as cause")
    func oneNib() throws {
        let world = try World()
        try addMany(to: world)
        try world.harness.receive(nib, id: "the-nib")
        let events = try world.harness.takePublished()
        #expect(events.count == count)
        #expect(Set(events.compactMap(\.subject)).count == count)
        #expect(events.allSatisfy { $0.name == "product-listed" && $0.causationId == "the-nib" && $0.correlationId == "the-nib" })
        #expect(try left(world) == 0)
    }

    @Test("An opening mart lists every product of its regency, and none of another")
    func oneMart() throws {
        let world = try World(isMartOpen: false)
        try addMany(to: world)
        try world.addSeller("ama", in: "53.05")
        try world.approve("n-2", of: "ama")
        try world.addProduct("other", of: "ama") { $0.origin.villageCode = "53.05.01.1001" }
        try world.approve("n")
        _ = try world.news()
        #expect(try world.openMart().status == .accepted)
        let news = try world.news()
        #expect(news.first == "mart-opened 53.06")
        #expect(news.dropFirst().filter { $0.hasPrefix("product-listed p") }.count == count)
        #expect(news.count == count + 1)
        #expect(try world.state(of: "other") == "held mart-not-open")
        #expect(try left(world) == 0)
    }

    @Test("A date lists or holds them all")
    func oneDate() throws {
        let world = try World()
        try world.approve("n", until: "2026-02-06")
        try addMany(to: world)
        _ = try world.news()
        try world.harness.advance(to: "2026-02-07")
        let events = try world.harness.takePublished()
        #expect(events.count == count)
        #expect(events.allSatisfy { $0.name == "product-held" && $0.causationId == "clock:2026-02-07" })
    }

    @Test("Changes that follow one another quickly come out as the last one says")
    func quickChanges() throws {
        let world = try World()
        try addMany(to: world)
        _ = try world.news()
        // In one transaction, so that most products of the approval still wait when the suspension comes.
        try world.harness.process([
            incoming(nib, id: "1"), incoming(PermitSuspended.with { $0.permit = nib.permit }, id: "2"),
        ])
        let events = try world.harness.takePublished()
        var last: [String: String] = [:]
        for event in events { last[event.subject ?? ""] = event.name }
        #expect(last.values.allSatisfy { $0 == "product-held" })
        #expect(last.count == Limits.timerChunk)
        #expect(try world.harness.get("/v1/coverage").body["products"]?["byState"]?["listed"]?.int64 == 0)
        #expect(try world.state(of: "p0000") == "held permit-suspended")
        #expect(try world.state(of: "p0400") == "awaiting-permits")
        #expect(try left(world) == 0)
    }

    @Test("A read tells the truth about a product that is still waiting to be judged")
    func waitingReads() throws {
        let world = try World()
        try addMany(to: world)
        let processor = try BatchProcessor(world.harness.store)
        try processor.process([incoming(nib, id: "1")])
        #expect(try left(world) == Int64(count - Limits.timerChunk))
        #expect(try world.harness.number("SELECT COUNT(*) FROM product WHERE state = 'listed'") == Int64(Limits.timerChunk))
        #expect(try world.state(of: "p0400") == "listed")
    }

    @Test("Exactly a chunk needs no second step")
    func exactlyOneChunk() throws {
        let world = try World()
        try addMany(to: world, Limits.timerChunk)
        let processor = try BatchProcessor(world.harness.store)
        let committed = try processor.process([incoming(nib, id: "1")])
        #expect(!committed.timersRequested)
        #expect(try left(world) == 0)
        #expect(try world.harness.number("SELECT COUNT(*) FROM product WHERE state = 'listed'") == Int64(Limits.timerChunk))
    }

    private func left(_ world: World) throws -> Int64 {
        try world.harness.number("SELECT (SELECT COUNT(*) FROM pendingEvaluation) + (SELECT COUNT(*) > 1 FROM evaluationCause)")
    }

    private func addMany(to world: World, _ count: Int? = nil) throws {
        try world.harness.process(
            (0..<(count ?? self.count)).map { number in
                let digits = String(number)
                let productId = "p" + String(repeating: "0", count: 4 - digits.count) + digits
                let body = envelope(RegisterProduct.name, id: "register-\(productId)") {
                    FieldWriter.write(World.product(productId), to: &$0)
                }
                return Incoming(channel: .commands, routingKey: RegisterProduct.name.routingKey, replyTo: "reply.test.1", body: body)
            })
        _ = try world.news()
    }

    private var nib: PermitApproved {
        PermitApproved.with {
            $0.permit.permitId = "n"
            $0.permit.sellerId = "ina"
            $0.number = "1"
            $0.validFrom = day("2026-01-01")
            $0.officer = "O"
        }
    }

    private func incoming<E: Event>(_ event: E, id: String) -> Incoming {
        Incoming(
            channel: .events, routingKey: E.name.routingKey,
            body: envelope(E.name, id: id) { FieldWriter.write(event, to: &$0) })
    }

    private func envelope(_ name: MessageName, id: String, data: (inout JSONWriter) -> Void) -> [UInt8] {
        JSONWriter.object { json in
            json.member("specversion", "1.0")
            json.member("id", id)
            json.member("source", "/permits")
            json.member("type", name.type)
            json.key("data")
            data(&json)
        }
    }
}
