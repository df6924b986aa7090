import Contracts
import Logging
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// Where replies go, and where they do not.
    @Suite struct ReplyRoutingTests {
        private func command(_ seller: String, replyTo: String?) -> OutgoingMessage {
            var message = OutgoingMessage.command(
                RegisterSeller.name, #"{"sellerId":"\#(seller)","name":"Reply","regency":"53.06"}"#, id: "reply-\(seller)")
            message.properties.replyTo = replyTo
            return message
        }

        @Test func `a reply comes through the exchange under the key that was asked for, with the same correlation id`() async throws {
            let client = try await SharedMart.one.client
            var message = command("s-reply-1", replyTo: "reply.test.any.thing")
            message.properties.correlationId = "my-correlation"
            try await client.publish(message)
            let reply = try await client.replies.first("the reply") { $0.routingKey == "reply.test.any.thing" }
            #expect(reply.verdict == "accepted ok")
            #expect(reply.correlationId == "my-correlation")
            #expect(reply.data["subject"]?.string == "s-reply-1")
            // Without one, the command's id.
            #expect(try await client.ask(command("s-reply-2", replyTo: nil)).correlationId == "reply-s-reply-2")
        }

        @Test func `a reply comes to a queue that the broker named`() async throws {
            let client = try await SharedMart.one.client
            let queue = try SetupChannel.run(on: client.configuration) { try $0.declareQueue("", durable: false, autoDelete: true).name }
            #expect(queue.hasPrefix("amq.gen-"))
            let consumer = RabbitMQConsumer(
                configuration: client.configuration, subscriptions: [.init(queue: queue, prefetch: 1)],
                logger: Logger(label: "reply") { _ in SwiftLogNoOpLogHandler() })
            consumer.start()
            try await client.publish(command("s-reply-3", replyTo: queue))
            let deliveries = try await withTimeLimit(.seconds(20), "the reply") { try await consumer.nextBatch(max: 1) }
            let reply = try #require(deliveries.first.flatMap(Reply.init))
            #expect(reply.verdict == "accepted ok")
            #expect(reply.routingKey == queue)
            await consumer.shutdown(timeout: .seconds(2))
        }

        @Test func `a reply comes by direct reply-to`() async throws {
            let stack = try await SharedMart.one.stack
            let message = command("s-reply-4", replyTo: nil)
            let place = try #require(stack.broker)
            let body = try await RawAMQP.run(port: place.port, virtualHost: place.virtualHost) { broker in
                try broker.consume("amq.rabbitmq.reply-to")
                try broker.publish(message.body, to: message.routingKey, exchange: message.exchange, replyTo: "amq.rabbitmq.reply-to")
                return try broker.nextBody()
            }
            #expect(try Envelope(parsing: body).data["status"]?.string == "accepted")
        }

        /// A forbidden publish would close the relay's channel and take what is behind it along.
        @Test(arguments: [
            "consignment.commands", "test.replies", "mart.events", "reply", "reply.", "reply.x", "amq.topic", "amq.gen", "*", "#",
        ])
        func `a reply to any other place is not sent, and the command is judged all the same`(place: String) async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let consignment = try await mart["consignment"].json("/v1/status")["parked"]?.int64
            let replies = client.replies.items.count
            let seller = "s-place-\(place.unicodeScalars.map { String($0.value) }.joined(separator: "-"))".prefix(60)
            try await client.publish(command(String(seller), replyTo: place))
            _ = try await client.events.first("the event") { $0.name == "catalog.seller-registered" && $0.subject == seller }
            // The relay goes on, in order: the next reply is the very next.
            try await client.openMart()
            #expect(client.replies.items.count == replies + 1)
            #expect(try await mart["consignment"].json("/v1/status")["parked"]?.int64 == consignment)
        }

        @Test func `a reply for which nobody waits any more is final`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            for place in ["reply.gone.1", "amq.gen-gone-for-long", "amq.rabbitmq.reply-to.gone.for.long"] {
                try await client.publish(command("s-gone-\(place.suffix(4))", replyTo: place))
            }
            try await client.openMart()
            try await expectEventually("nothing waits to be sent") {
                try await mart["catalog"].json("/v1/status")["outboxPending"]?.int64 == 0
            }
            #expect(try await mart["catalog"].get("/readyz").status == 200)
        }
    }
}

/// In a secured stack, writing to the default exchange would mean writing to every queue.
@Suite(.processes(minutes: 2))
struct ReplyToQueuesOffTests {
    @Test func `with replies to queues turned off only the exchange gets them`() async throws {
        let stack = try await Stack.start(
            services: ["catalog"], environment: ["REPLY_TO_QUEUES": "off", "MART_NOW": "2026-02-06T02:00:00Z"])
        let client = try await MartClient.connect(to: stack.amqpURL)
        let queue = try SetupChannel.run(on: client.configuration) { try $0.declareQueue("", durable: false).name }
        var message = OutgoingMessage.command(RegisterSeller.name, #"{"sellerId":"s-off","name":"Off","regency":"53.06"}"#, id: "off-1")
        message.properties.replyTo = queue
        try await client.publish(message)
        try await client.openMart()
        let waiting = try SetupChannel.run(on: client.configuration) {
            try $0.declareQueue(queue, durable: false, passive: true).messageCount
        }
        #expect(waiting == 0)
        #expect(try await stack["catalog"].outcome(of: "off-1") == "accepted")
        await client.close()
        try await stack.stop()
    }
}
