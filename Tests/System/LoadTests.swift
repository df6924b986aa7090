import Contracts
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// Services that are told to stop, or die, while sales pour in: nothing is lost, nothing is done twice.
@Suite(.serialized, .processes(minutes: 4))
struct LoadTests {
    @Test func `services stopped under load end with exit code 0, and go on where they were`() async throws {
        let stack = try await Stack.start(environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL, name: "stop")
        let load = Load(client, product: "p-stop", count: 2_000, word: "stop")
        try await client.stockedProduct("p-stop", seller: "s-stop", units: 2_000)
        _ = try await client.events.first("it is listed") { $0.name == "catalog.product-listed" && $0.subject == "p-stop" }
        try await client.sendUntilKnown(RecordSale.of("p-stop", id: "stop-0"))

        async let sending: Void = client.publish(all: load.commands)
        for round in 1...3 {
            let seen = client.events.items.count
            try await client.events.wait("more comes", limit: .seconds(20)) { $0.count > min(seen + 100, 2 * load.count) }
            if round == 1 { load.expectUnderWay() }
            for service in round == 2 ? ["settlement", "consignment"] : ["consignment"] {
                #expect(try await stack[service].terminate() == 0, "\(stack[service].logTail())")
                try await stack.restart(service)
            }
        }
        try await sending
        // The first sale was made before, under another message id.
        #expect(try await load.waitForReplies() == ["duplicate ok"])
        #expect(try await load.expectSettled(in: stack["settlement"], seller: "s-stop") == 0)
        try await client.events.wait("all settlements are told") { events in
            Set(events.lazy.filter { $0.name == "settlement.settlement-posted" }.map(\.subject)).count >= load.count
        }
        for service in Stack.allServices { #expect(load.gaps(of: service) == [], "\(service)") }
        #expect(client.events.items.count { $0.name == "consignment.sale-recorded" } == load.count)
        #expect(try await stack["consignment"].json("/v1/stock?productId=p-stop")["items"]?.elements.first?["onHand"]?.int64 ?? 0 == 0)
        await client.close()
        try await stack.stop()
    }

    @Test func `services killed under load settle every accepted sale exactly once`() async throws {
        let stack = try await Stack.start(environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL, name: "kill")
        let load = Load(client, product: "p-kill", count: 2_000, word: "kill")
        try await client.stockedProduct("p-kill", seller: "s-kill", units: 2_000)
        _ = try await client.events.first("it is listed") { $0.name == "catalog.product-listed" && $0.subject == "p-kill" }
        try await client.sendUntilKnown(RecordSale.of("p-kill", id: "kill-0"))

        async let sending: Void = client.publish(all: load.commands)
        for (round, service) in ["consignment", "settlement", "consignment", "settlement"].enumerated() {
            let seen = client.events.items.count
            try await client.events.wait("more comes", limit: .seconds(20)) { $0.count > min(seen + 100, 2 * load.count) }
            if round == 0 { load.expectUnderWay() }
            try await stack[service].kill()
            try await stack.restart(service)
        }
        try await sending
        #expect(Set(try await load.waitForReplies()) == ["duplicate ok"])
        #expect(try await load.expectSettled(in: stack["settlement"], seller: "s-kill") == 0)
        try await client.events.wait("all settlements are told") { events in
            Set(events.lazy.filter { $0.name == "settlement.settlement-posted" }.map(\.subject)).count >= load.count
        }
        // An event may come again after a death, under its own id and sequence; another one about the same sale may not.
        for name in ["consignment.sale-recorded", "settlement.settlement-posted"] {
            let told = client.events.items.filter { $0.name == name }
            #expect(Set(told.map(\.envelope.id)).count == load.count)
            #expect(Set(told.map(\.subject)).count == load.count)
        }
        for service in Stack.allServices {
            #expect(load.gaps(of: service) == [], "\(service)")
            #expect(try await stack[service].json("/v1/status")["parked"]?.int64 == 0)
        }
        await client.close()
        try await stack.stop()
    }
}
