import Contracts
import Foundation
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// A queue that takes no more, because whoever reads it is away and a policy limits it.
@Suite(.processes(minutes: 5))
struct FullQueueTests {
    @Test func `what a full queue does not take goes out a few times, and nobody else waits`() async throws {
        let broker = try await TestBroker.shared
        let stack = try await Stack.start(services: ["catalog"], environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let host = try #require(stack.broker?.virtualHost)
        let client = try await MartClient.connect(to: stack.amqpURL, name: "full")
        let catalog = stack["catalog"]
        try await broker.control("set_policy", "-p", host, "small", "^settlement\\.events$", #"{"max-length":5}"#, "--apply-to", "queues")
        let sellers = 200
        try await client.publish(
            all: (0..<sellers).map { number in
                var message = OutgoingMessage.command(
                    RegisterSeller.name, #"{"sellerId":"s-\#(number)","name":"Ina","regency":"53.06"}"#, id: "full-\(number)")
                message.properties.replyTo = "reply.full.s-\(number)"
                return message
            })
        try await expectEventually("it says which queue is full") {
            let (status, body) = try await catalog.get("/readyz")
            let text = String(decoding: body, as: UTF8.self)
            return status == 503 && text.contains("queue-full") && text.contains("settlement.events")
                && !text.contains("consignment.events")
        }
        // Other events go to other queues, and replies without events of their own wait for nobody.
        try await client.openMart()
        #expect(try await client.ask(.command(RegisterSeller.name, #"{"sellerId":"-"}"#, id: "full-wrong")).code == "invalid")
        // The taps get a copy of each attempt, whether the full queue takes it or not.
        @Sendable func copies(_ events: [SeenEvent]) -> [String: Int] { events.reduce(into: [:]) { $0[$1.subject, default: 0] += 1 } }
        try await client.events.wait("one of them is tried for the sixth time", limit: .seconds(60)) {
            copies($0).values.contains { $0 >= 6 }
        }
        let all = copies(client.events.items.filter { $0.name == "catalog.seller-registered" })
        #expect(all.values.reduce(0, +) < 2 * sellers, "most of them were tried once at most")

        try await broker.control("clear_policy", "-p", host, "small")
        try await client.replies.wait("every seller is answered", limit: .seconds(60)) { replies in
            Set(replies.lazy.map(\.routingKey).filter { $0.hasPrefix("reply.full.s-") }).count == sellers
        }
        try await catalog.waitUntilReady()
        #expect(try await catalog.json("/v1/status")["outboxPending"]?.int64 == 0)
        #expect(try await catalog.json("/v1/status")["setAside"]?.int64 == 0)
        let waiting = try SetupChannel.run(on: client.configuration) {
            try $0.declareQueue("settlement.events", passive: true).messageCount
        }
        #expect(waiting >= UInt32(sellers), "and every event is there")
        await client.close()
        try await stack.stop()
    }
}
