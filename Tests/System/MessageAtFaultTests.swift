import Contracts
import Foundation
import Logging
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// A message that the broker takes no way must not keep the others from leaving; it is passed over, with its reason, for a person.
@Suite(.serialized, .processes(minutes: 5))
struct MessageAtFaultTests {
    private func command(_ seller: String, name: String = "Reply", replyTo: String?) -> OutgoingMessage {
        var message = OutgoingMessage.command(
            RegisterSeller.name, #"{"sellerId":"\#(seller)","name":"\#(name)","regency":"53.06"}"#, id: "fault-\(seller)")
        message.properties.replyTo = replyTo
        return message
    }

    private func sendAgain(_ data: String, _ client: MartClient) async throws -> String {
        try await client.send(MessageName("catalog", "send-again"), data).verdict
    }

    /// Addresses that look like direct reply-to and mean nothing to this broker: it closes the channel at some, and drops others.
    private static let deadAddresses = [
        "amq.rabbitmq.reply-to.x.y", "amq.rabbitmq.reply-to.x", "amq.rabbitmq.reply-to..", "amq.rabbitmq.reply-to.%%%.***",
        // Of another cluster.
        "amq.rabbitmq.reply-to.g1h2FHJhYmJpdEBzb21lYm9keS1lbHNlAAADhAAAAABkn0AA.OZJq1HNqBFqAHYZTd2Xumg==",
        "amq.rabbitmq.reply-to." + String(repeating: "a", count: 231),
    ]

    @Test func `reply addresses that the broker cannot digest disturb nobody`() async throws {
        let stack = try await Stack.start(services: ["catalog"], environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL, name: "fault")
        let queue = try SetupChannel.run(on: client.configuration) { try $0.declareQueue("", durable: false, autoDelete: true).name }
        let consumer = RabbitMQConsumer(
            configuration: client.configuration, subscriptions: [.init(queue: queue, prefetch: 100)],
            logger: Logger(label: "reply") { _ in SwiftLogNoOpLogHandler() })
        consumer.start()

        var messages: [OutgoingMessage] = []
        var dead = 0
        for round in 0..<3 {
            for (number, address) in Self.deadAddresses.enumerated() {
                messages.append(command("dead-\(round)-\(number)", replyTo: address))
                messages.append(command("queue-\(round)-\(number)", replyTo: queue))
                messages.append(command("reply-\(round)-\(number)", replyTo: "reply.fault.\(round)-\(number)"))
                dead += 1
            }
        }
        messages.append(command("empty", replyTo: "amq.rabbitmq.reply-to."))
        let (sent, wanted) = (messages.count, dead)
        try await client.publish(all: messages)
        // Events and replies through the exchange notice nothing.
        try await client.replies.wait("every reply through the exchange") { $0.count == wanted }
        try await client.events.wait("every event") { $0.count == sent }
        // Replies to queues come too; one that was on its way when the broker closed may come twice.
        var byQueue: Set<String> = []
        while byQueue.count < dead {
            let batch = try await withTimeLimit(.seconds(60), "replies to a queue") { try await consumer.nextBatch(max: 100) }
            byQueue.formUnion(batch.compactMap { Reply($0)?.correlationId })
            if let last = batch.last { consumer.acknowledge(through: last) }
        }
        let catalog = stack["catalog"]
        try await expectEventually("nothing waits any more") { try await catalog.json("/v1/status")["outboxPending"]?.int64 == 0 }
        #expect(try await catalog.get("/readyz").status == 200)
        #expect(client.events.items.count == sent, "no event went out twice")
        let metrics = String(decoding: try await catalog.get("/metrics").body, as: UTF8.self)
        #expect(metrics.contains(#"mart_broker_reconnects_total{service="catalog",connection="relay"} 0"#))

        // Written down with the next batch, or soon after the last.
        let aside = try await eventually("three of the first are set aside") {
            let items = try await catalog.items("/v1/set-aside")
            return items.count { $0["routingKey"]?.string == Self.deadAddresses[0] } == 3 ? items : nil
        }
        let addresses = aside.compactMap { $0["routingKey"]?.string }
        #expect(addresses.allSatisfy { Self.deadAddresses.contains($0) }, "nobody else is passed over: \(addresses)")
        #expect(aside.allSatisfy { $0["kind"]?.string == "reply" && $0["reason"]?.string?.contains("the channel") == true })

        // It stays so over a restart, which tries none of them again.
        try await stack.restart("catalog")
        let kept = try await catalog.items("/v1/set-aside")
        #expect(Set(kept.map(\.text)).isSuperset(of: aside.map(\.text)))
        #expect(try await catalog.json("/v1/status")["setAside"]?.int64 == Int64(kept.count))
        #expect(try await client.ask(command("after", replyTo: nil)).verdict == "accepted ok")

        // A person may have one tried again; it fails as before and is kept again.
        let one = try #require(aside.first { $0["routingKey"]?.string == "amq.rabbitmq.reply-to.x.y" }?["setAsideId"]?.string)
        let isTried = try await sendAgain(#"{"setAsideIds":["\#(one)"],"by":"Maria","reason":"to see"}"#, client)
        #expect(isTried == "accepted ok")
        try await expectEventually("it is set aside once more") {
            let row = try await catalog.items("/v1/set-aside").first { $0["setAsideId"]?.string == one }
            return row?["times"]?.int64 == 2 && row?["state"]?.string == "set-aside" && row?["decidedBy"]?.string == "Maria"
        }
        let isUnknown = try await sendAgain(#"{"setAsideIds":["reply-999999"],"by":"Maria","reason":"x"}"#, client)
        #expect(isUnknown == "rejected not-found")
        await consumer.shutdown(timeout: .seconds(2))
        await client.close()
        try await stack.stop()
    }

    @Test func `an event larger than the broker takes is passed over until a person sends it again`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let stack = try await Stack.start(services: ["catalog"], broker: broker, environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL, name: "size")
        let catalog = stack["catalog"]
        // A channel takes the limit that holds when it is opened: the client keeps the old one, the service gets the new.
        try await broker.control("eval", "application:set_env(rabbit, max_message_size, 1500).")
        try await stack.restart("catalog")
        let large = String(repeating: "\u{754C}", count: 490)
        try await client.publish(all: [
            command("small-1", replyTo: "reply.size.1"), command("large", name: large, replyTo: "reply.size.2"),
            command("small-2", replyTo: "reply.size.3"),
        ])
        try await client.events.wait("the small ones are told") { Set($0.map(\.subject)).isSuperset(of: ["small-1", "small-2"]) }
        // What it answers is true: the seller is registered.
        try await client.replies.wait("all are answered") { Set($0.map(\.routingKey)).count == 3 }
        #expect(client.events.items.allSatisfy { $0.subject != "large" })
        let aside = try await eventually("it is set aside") {
            let items = try await catalog.items("/v1/set-aside")
            return items.isEmpty ? nil : items
        }
        #expect(aside.map { $0["type"]?.string } == ["id.nttmart.catalog.seller-registered.v1"])
        #expect(aside.first?["reason"]?.string?.contains("406") == true)
        #expect((aside.first?["size"]?.int64 ?? 0) > 1500)
        let (status, body) = try await catalog.get("/readyz")
        #expect(status == 503)
        #expect(String(decoding: body, as: UTF8.self).contains("set-aside"))
        #expect(await catalog.exitCode == nil, "it is no conflict of topologies")

        // It holds over a restart, and is mended by a person.
        try await catalog.restart()
        try await expectEventually("it still says so") {
            let (status, body) = try await catalog.get("/readyz")
            return status == 503 && String(decoding: body, as: UTF8.self).contains(#""code":"set-aside""#)
        }
        try await broker.control("eval", "application:set_env(rabbit, max_message_size, 134217728).")
        let isTried = try await sendAgain(#"{"kind":"event","by":"Maria","reason":"the limit is lifted"}"#, client)
        #expect(isTried == "accepted ok")
        let late = try await client.events.first("the event") { $0.subject == "large" }
        #expect(late.data["name"]?.string == large)
        try await catalog.waitUntilReady()
        try await expectEventually("nothing is set aside") { try await catalog.json("/v1/status")["setAside"]?.int64 == 0 }
        #expect(try await catalog.items("/v1/set-aside?state=sent").count == 1)
        await client.close()
        try await stack.stop()
        try await broker.stop()
    }
}
