import Testing

@testable import MartctlKit

/// When the platform counts as quiet.
struct RestTests {
    @Test func `one quiet look is not enough, two in a row are`() throws {
        var rest = Rest()
        let services = try Looks.services()
        #expect(rest.unrest(services, Looks.queues()) == ["a second look must say the same"])
        #expect(rest.unrest(services, Looks.queues()).isEmpty)
    }

    @Test func `a service that has said something in between is not at rest`() throws {
        var rest = Rest()
        var services = try Looks.services()
        _ = rest.unrest(services, Looks.queues())
        services[2] = try Looks.service("consignment", sequence: 8)
        #expect(rest.unrest(services, Looks.queues()).count == 1)
        #expect(rest.unrest(services, Looks.queues()).isEmpty)
    }

    @Test func `whatever is on its way is named`() throws {
        var services = try Looks.services()
        services[0] = try Looks.service("catalog", outbox: 3, inFlight: 2)
        services[3] = try Looks.service("settlement", waiting: 1)
        services[1] = Looks.away("permits")
        var rest = Rest()
        let reasons = rest.unrest(services, Looks.queues(["settlement.events": .there(ready: 9, consumers: 1), "catalog.dead": .missing]))
        #expect(
            reasons == [
                "catalog has 3 messages to send", "catalog works on 2", "permits cannot be reached at http://127.0.0.1:1",
                "settlement has 1 waiting for another fact", "catalog.dead does not exist", "settlement.events holds 9",
            ])
    }

    @Test func `a quiet look, an unquiet one and a quiet one are not two in a row`() throws {
        var rest = Rest()
        let services = try Looks.services()
        _ = rest.unrest(services, Looks.queues())
        _ = rest.unrest(services, Looks.queues(["catalog.events": .there(ready: 1, consumers: 1)]))
        #expect(!rest.unrest(services, Looks.queues()).isEmpty)
    }

    @Test func `facts that wait for another one may be let wait`() throws {
        var services = try Looks.services()
        services[3] = try Looks.service("settlement", waiting: 1)
        var rest = Rest(ignoresWaiting: true)
        _ = rest.unrest(services, Looks.queues())
        #expect(rest.unrest(services, Looks.queues()).isEmpty)
    }
}
