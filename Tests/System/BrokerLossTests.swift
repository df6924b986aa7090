import Contracts
import Foundation
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// The broker goes away, comes back, or loses what it had.
@Suite(.serialized, .processes(minutes: 4))
struct BrokerLossTests {
    @Test func `a broker killed and restarted under load loses nothing and doubles nothing`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let stack = try await Stack.start(broker: broker, environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL, name: "broker")
        let load = Load(client, product: "p-broker", count: 3_000, word: "broker")
        try await client.stockedProduct("p-broker", seller: "s-broker", units: 3_000)
        _ = try await client.events.first("it is listed") { $0.name == "catalog.product-listed" && $0.subject == "p-broker" }
        try await client.sendUntilKnown(RecordSale.of("p-broker", id: "broker-0"))
        // A queue declared less than about a second before a kill can come back without its state (platform facts).
        try await Task.sleep(for: .seconds(2))

        async let sending: Void = client.publish(all: load.commands, limit: .seconds(120))
        let seen = client.events.items.count
        try await client.events.wait("half of it is under way") { $0.count > seen + 200 }
        load.expectUnderWay()
        try await broker.kill()
        for service in Stack.allServices {
            // Reads go on, and the service says what it misses.
            try await expectEventually("\(service) misses the broker") {
                let (status, body) = try await stack[service].get("/readyz")
                return status == 503 && String(decoding: body, as: UTF8.self).contains("broker-unreachable")
            }
            #expect(try await stack[service].get("/v1/status").status == 200)
            #expect(try await stack[service].get("/livez").status == 200)
        }
        try await broker.restart()
        for service in Stack.allServices { try await stack[service].waitUntilReady() }
        try await sending
        #expect(Set(try await load.waitForReplies(limit: .seconds(90))).isSubset(of: ["duplicate ok"]))
        #expect(try await load.expectSettled(in: stack["settlement"], seller: "s-broker", limit: .seconds(90)) == 0)
        for service in Stack.allServices {
            try await expectEventually("\(service) has sent everything") {
                try await stack[service].json("/v1/status")["outboxPending"]?.int64 == 0
            }
            #expect(try await stack[service].json("/v1/status")["parked"]?.int64 == 0)
        }
        for name in ["consignment.sale-recorded", "settlement.settlement-posted"] {
            try await client.events.wait("every \(name) is told") { events in
                Set(events.lazy.filter { $0.name == name }.map(\.subject)).count >= load.count
            }
            #expect(Set(client.events.items.filter { $0.name == name }.map(\.envelope.id)).count == load.count)
        }
        for service in Stack.allServices { #expect(load.gaps(of: service) == [], "\(service)") }
        await client.close()
        try await stack.stop()
        try await broker.stop()
    }

    @Test func `a service started without a broker waits, and is ready when it comes`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let place = try await broker.makeVirtualHost()
        try await broker.stop()
        let service = try ServiceProcess("permits", amqpURL: place.url, folder: TemporaryFolder("waiting"))
        try await expectEventually("it serves reads") { try await service.get("/v1/status").status == 200 }
        #expect(try await service.get("/readyz").status == 503)
        #expect(try await service.get("/livez").status == 200)
        try await broker.restart()
        try await service.waitUntilReady()
        let client = try await MartClient.connect(to: place.url)
        try await client.apply("after-waiting", .nib, seller: "s")
        await client.close()
        #expect(try await service.terminate() == 0)
        try await broker.stop()
    }

    @Test func `a service stopped while the broker is away keeps what it could not send for the next start`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let folder = try TemporaryFolder("undrained")
        let url = try await broker.makeVirtualHost().url
        // The clock brings an event while nobody can be told.
        let first = try ServiceProcess("permits", amqpURL: url, folder: folder, environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        try await first.waitUntilReady()
        let client = try await MartClient.connect(to: url)
        try await client.apply("undrained", .sppIrt, seller: "s", product: "p")
        try await client.approve("undrained", number: "206530600010130", until: "2026-02-06")
        #expect(try await first.terminate() == 0)
        await client.close()
        try await broker.stop()
        let later = try ServiceProcess("permits", amqpURL: url, folder: folder, environment: ["MART_NOW": "2026-02-07T02:00:00Z"])
        try await expectEventually("it has something to send") { try await later.json("/v1/status")["outboxPending"]?.int64 ?? 0 > 0 }
        #expect(try await later.terminate() == 75)

        try await broker.restart()
        let watcher = try await MartClient.connect(to: url)
        let last = try ServiceProcess("permits", amqpURL: url, folder: folder, environment: ["MART_NOW": "2026-02-07T02:00:00Z"])
        let expired = try await watcher.events.first("the expiry is told") {
            $0.name == "permits.permit-expired" && $0.subject == "undrained"
        }
        #expect(expired.envelope.causationId == "clock:2026-02-07")
        // A broker that has just come back may deliver an event well before it confirms it.
        try await expectEventually("all is sent") { try await last.json("/v1/status")["outboxPending"]?.int64 == 0 }
        await watcher.close()
        #expect(try await last.terminate() == 0)
        try await broker.stop()
    }

    @Test func `a queue deleted under way is declared anew, and the service goes on`() async throws {
        let stack = try await Stack.start(services: ["catalog", "settlement"], environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        // It must not watch: its queue would take the events that no longer find their consumer.
        let client = try await MartClient.connect(to: stack.amqpURL, watchesEvents: false)
        try await client.registerSeller("s-before")
        for queue in ["settlement.events", "catalog.commands"] {
            _ = try SetupChannel.run(on: client.configuration) { try $0.deleteQueue(queue) }
        }
        try await eventually("catalog takes commands again", timeout: .seconds(30)) {
            try await client.ask(
                .command(RegisterSeller.name, #"{"sellerId":"s-after","name":"After","regency":"53.06"}"#, id: client.nextId()),
                limit: .seconds(3)
            ).status == "rejected" ? nil : true
        }
        // What Catalog tells now finds its way to Settlement again.
        try await expectEventually("settlement knows the seller") {
            try await stack["settlement"].json("/v1/messages?subject=s-after").elements.first?["outcome"]?.string == "accepted"
        }
        for service in ["catalog", "settlement"] { try await stack[service].waitUntilReady() }
        await client.close()
        try await stack.stop()
    }

    @Test func `an event whose consumer has no queue is kept until it has one`() async throws {
        let stack = try await Stack.start(services: ["catalog"], environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL, watchesEvents: false)
        // Settlement does not run; its binding is taken away, as by an operator's mistake.
        _ = try SetupChannel.run(on: client.configuration) {
            try $0.unbindQueue("settlement.events", exchange: Topology.events, routingKey: "catalog.seller-registered.#")
        }
        try await client.registerSeller("s-kept")
        try await expectEventually("everything was sent") { try await stack["catalog"].json("/v1/status")["outboxPending"]?.int64 == 0 }
        let waiting = try SetupChannel.run(on: client.configuration) {
            try $0.declareQueue("settlement.events", passive: true).messageCount
        }
        #expect(waiting == 1)
        // The log names the message that came back.
        let log = try String(contentsOf: stack["catalog"].logFile, encoding: .utf8).split(separator: "\n")
        let line = log.first { $0.contains("event came back unroutable") }
        #expect(line?.contains("message.type=id.nttmart.catalog.seller-registered.v1") == true, "\(log)")
        let message = try await stack["catalog"].json("/v1/messages?subject=s-kept").elements.first
        #expect(line?.contains("correlation.id=\(message?["id"]?.string ?? "?")") == true, "\(log)")
        await client.close()
        try await stack.stop()
    }
}
