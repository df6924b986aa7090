import StrictJSON
import Testing

@testable import MartctlKit

/// What a tired operator reads first.
struct StatusScreenTests {
    @Test func `a healthy platform is one screen without a cross`() throws {
        let screen = StatusScreen(services: try Looks.services(), queues: Looks.queues())
        #expect(screen.faults.isEmpty)
        #expect(!screen.text.contains("✗"))
        #expect(screen.text.contains("✓ all services are ready"))
        #expect(screen.text.contains("2026-02-06 10:00:00 WITA"))
        #expect(screen.text.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(screen.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 24)
    }

    @Test func `a service that is away, and one that is not ready, are named with their reasons`() throws {
        var services = try Looks.services()
        services[0] = Looks.away("catalog")
        services[1] = try Looks.service("permits", reasons: [.init(code: "store-failing", message: "disk full")])
        let screen = StatusScreen(services: services, queues: Looks.queues())
        #expect(screen.faults == ["catalog cannot be reached at http://127.0.0.1:1", "permits is not ready, store-failing: disk full"])
        #expect(screen.isUnreachable)
        #expect(screen.text.contains("✗ away"))
    }

    @Test func `a queue without a consumer is a fault only where its service believes to be well`() throws {
        var services = try Looks.services()
        let queues = Looks.queues(["catalog.events": .there(ready: 4, consumers: 0), "permits.dead": .missing])
        #expect(StatusScreen(services: services, queues: queues).faults.count == 2)
        services[0] = Looks.away("catalog")
        let faults = StatusScreen(services: services, queues: queues).faults
        #expect(faults.count == 2 && faults[0].contains("catalog cannot be reached") && faults[1].contains("permits.dead"))
    }

    @Test func `another consumer is mentioned, whether all else is well or not`() throws {
        let queues = Looks.queues(["catalog.events": .there(ready: 0, consumers: 2)])
        var services = try Looks.services()
        let words = "! another consumer on catalog.events: `martctl doctor` says more"
        #expect(StatusScreen(services: services, queues: queues).text.contains(words))
        services[0] = try Looks.service("catalog", reasons: [.init(code: "not-consuming", message: "another consumer is on it")])
        let text = StatusScreen(services: services, queues: queues).text
        #expect(text.contains(words) && text.contains("catalog is not ready, not-consuming: another consumer is on it"))
    }

    @Test func `business dates that differ are a fault, clocks that a restart has set apart are shown`() throws {
        var services = try Looks.services()
        services[2] = try Looks.service("consignment", businessNow: "2026-02-07T02:00:00Z")
        #expect(StatusScreen(services: services, queues: []).text.contains("✗ business dates differ"))
        services[2] = try Looks.service("consignment", businessNow: "2026-02-06T02:04:00Z")
        #expect(StatusScreen(services: services, queues: []).text.contains("  business clock  2026-02-06 10:00:00 to 10:04:00 WITA"))
    }

    @Test func `what is parked is mentioned`() throws {
        var services = try Looks.services()
        services[2] = try Looks.service("consignment", parked: 3)
        #expect(StatusScreen(services: services, queues: []).text.contains("3 messages are parked"))
    }

    @Test func `JSON says the same`() throws {
        var screen = StatusScreen(services: [Looks.away("catalog")], queues: Looks.queues(["catalog.dead": .missing]))
        screen.brokerFault = "no broker"
        let root = try Looks.json(JSONLine.text(screen.write))
        #expect(root["ready"]?.bool == false)
        #expect(root["services"]?.elements.first?["fault"]?.string == "catalog cannot be reached at http://127.0.0.1:1")
        #expect(root["queues"]?.elements[2]["missing"]?.bool == true)
        #expect(root["faults"]?.elements.map(\.string) == screen.faults)
    }
}
