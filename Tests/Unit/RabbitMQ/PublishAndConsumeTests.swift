import RabbitMQ
import TestSupport
import Testing

@Suite("Publishing and consuming", .timeLimit(.minutes(5)))
struct PublishAndConsumeTests {
    /// Runs a test with a started pair in a virtual host of its own.
    private func withPair(
        prefetch: UInt16 = 100, maxBodySize: Int = RabbitMQLimits.maxBodyBytes, limits: PublisherLimits = PublisherLimits(),
        queueArguments: [String: FieldValue] = [:], extra: [RabbitMQConsumer.Subscription] = [],
        _ body: (Pair) async throws -> Void
    ) async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        let pair = try Pair(
            url: place.url, limits: limits, prefetch: prefetch, maxBodySize: maxBodySize, queueArguments: queueArguments, extra: extra)
        try await pair.start()
        do {
            try await body(pair)
        } catch {
            await pair.shutdown()
            throw error
        }
        await pair.shutdown()
    }

    @Test func aConfirmedMessageArrivesAndIsGoneAfterItsAcknowledgement() async throws {
        try await withPair { pair in
            let receipt = try await pair.publisher.publish(message("one", to: pair.queue))
            #expect(receipt.generation == 1)
            let delivery = try #require(try await pair.consumer.take(1).first)
            #expect(text(delivery) == "one")
            #expect(delivery.queue == pair.queue)
            #expect(delivery.routingKey == pair.queue)
            #expect(delivery.exchange == "")
            #expect(!delivery.redelivered)
            pair.consumer.acknowledge(delivery)
            await pair.consumer.shutdown(timeout: .seconds(5))
            #expect(pair.consumer.state == .closed)
            #expect(try pair.readyMessages() == 0)
        }
    }

    @Test func aBatchComesInOrderAndIsAcknowledgedAtOnce() async throws {
        try await withPair(prefetch: 1000) { pair in
            let count = 5000
            pair.publisher.enqueue((0..<count).map { (token: UInt64($0), message: message("\($0)", to: pair.queue)) })
            var last = 0
            while last < count {
                let batch = try await pair.consumer.take(1)
                let more = try await pair.consumer.take(min(499, count - last - 1))
                for delivery in batch + more {
                    #expect(text(delivery) == "\(last)")
                    #expect(delivery.deliveryTag == UInt64(last + 1))
                    last += 1
                }
                pair.consumer.acknowledge(through: (batch + more)[batch.count + more.count - 1])
            }
            try await pair.settled.wait("all settle") { $0.count == count }
            #expect(pair.settled.items.allSatisfy { $0.outcome == .confirmed })
            #expect(Set(pair.settled.items.map(\.token)).count == count)
            await pair.shutdown()
            #expect(try pair.readyMessages() == 0)
        }
    }

    @Test func anUnroutableMandatoryMessageComesBack() async throws {
        try await withPair { pair in
            do {
                _ = try await pair.publisher.publish(message("lost", to: "nowhere"))
                Issue.record("it was confirmed")
            } catch {
                #expect((error as? RabbitMQError)?.code == .unroutable)
                #expect((error as? RabbitMQError)?.replyCode == 312)
            }
            // Mixed with others: each with its own outcome.
            pair.publisher.enqueue(
                (0..<300).map { number in
                    (token: UInt64(number), message: message("x", to: number % 3 == 1 ? "nowhere" : pair.queue, id: "id-\(number)"))
                })
            try await pair.settled.wait("all settle") { $0.count == 300 }
            for settlement in pair.settled.items {
                let expected: PublishOutcome = settlement.token % 3 == 1 ? .returned(replyCode: 312, text: "NO_ROUTE") : .confirmed
                #expect(settlement.outcome == expected)
            }
            var silent = message("dropped", to: "nowhere")
            silent.mandatory = false
            _ = try await pair.publisher.publish(silent)
        }
    }

    @Test func everyPropertyAndHeaderTravels() async throws {
        try await withPair { pair in
            var sent = message("körper", to: pair.queue)
            sent.properties = MessageProperties(
                contentType: "application/json", contentEncoding: "identity", messageId: "0190-a", type: "catalog.product.listed.v1",
                correlationId: "c-1", replyTo: "answers", appId: "catalog", userId: "guest", deliveryMode: 2, timestamp: 1_760_000_000,
                expiration: "600000", priority: 3,
                headers: [
                    "text": "Lembata – ikat", "empty": "", "int": 42, "negative": .int(.min), "yes": true, "no": false,
                    "double": .double(2.5), "bytes": .bytes([0, 255, 7]), "time": .timestamp(1_760_000_001), "null": .null,
                    "table": .table(["a": .table(["b": 1]), "c": .array([])]), "array": .array([1, "two", .table([:]), .null]),
                ])
            _ = try await pair.publisher.publish(sent)
            let delivery = try #require(try await pair.consumer.take(1).first)
            #expect(delivery.properties == sent.properties)
            #expect(text(delivery) == "körper")
            _ = try await pair.publisher.publish(OutgoingMessage(exchange: "", routingKey: pair.queue, body: []))
            let bare = try #require(try await pair.consumer.take(1).first)
            #expect(bare.properties == MessageProperties())
            #expect(bare.body.isEmpty && bare.bodySize == 0 && !bare.isTruncated)
        }
    }

    @Test func aMessageThatCannotBeEncodedHarmsNoOther() async throws {
        try await withPair { pair in
            var bad = message("bad", to: pair.queue)
            bad.properties.headers = ["h": .string(String(repeating: "x", count: 200_000))]
            pair.publisher.enqueue([(1, message("a", to: pair.queue)), (2, bad), (3, message("b", to: pair.queue))])
            try await pair.settled.wait("all settle") { $0.count == 3 }
            let outcomes = Dictionary(uniqueKeysWithValues: pair.settled.items.map { ($0.token, $0.outcome) })
            #expect(outcomes[1] == .confirmed && outcomes[3] == .confirmed)
            guard case .invalid = outcomes[2] else { throw SupportError("\(String(describing: outcomes[2]))") }
            #expect(pair.publisher.state == .connected(generation: 1))
        }
    }

    @Test func theLargestHeadersThatAreLetThroughAreTaken() async throws {
        try await withPair { pair in
            var large = message("", to: pair.queue)
            // What is counted besides the text: the frame, the table's length, the name with its length, the value's kind and length.
            let size = pair.configuration.frameMax - 64 - 4 - 2 - 5
            large.properties = MessageProperties(headers: ["h": .string(String(repeating: "x", count: size))])
            _ = try await pair.publisher.publish(large)
            let delivery = try #require(try await pair.consumer.take(1).first)
            #expect(delivery.properties == large.properties)
            large.properties.headers = ["h": .string(String(repeating: "x", count: size + 1))]
            let tooLarge = large
            await #expect { try await pair.publisher.publish(tooLarge) } throws: { ($0 as? RabbitMQError)?.code == .invalidMessage }
        }
    }

    @Test func aBodyOfManyFramesArrivesWhole() async throws {
        try await withPair { pair in
            let body = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            _ = try await pair.publisher.publish(OutgoingMessage(exchange: "", routingKey: pair.queue, body: body))
            let delivery = try #require(try await pair.consumer.take(1).first)
            #expect(delivery.body == body)
            #expect(delivery.bodySize == body.count && !delivery.isTruncated)
        }
    }

    @Test(arguments: [5000, 300_000])
    func aBodyOverTheLimitIsCutAndCanBeAcknowledged(size: Int) async throws {
        try await withPair(maxBodySize: 4999) { pair in
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            _ = try await pair.publisher.publish(OutgoingMessage(exchange: "", routingKey: pair.queue, body: body))
            _ = try await pair.publisher.publish(message("next", to: pair.queue))
            let deliveries = try await pair.consumer.take(2)
            #expect(deliveries[0].isTruncated)
            #expect(deliveries[0].bodySize == size)
            #expect(deliveries[0].body == Array(body.prefix(RabbitMQLimits.truncatedBodyBytes)))
            #expect(text(deliveries[1]) == "next")
            pair.consumer.acknowledge(through: deliveries[1])
            await pair.consumer.shutdown(timeout: .seconds(5))
            #expect(try pair.readyMessages() == 0)
        }
    }

    @Test func largeBodiesThatBeginAlikeAreToldApart() async throws {
        try await withPair(maxBodySize: 4999) { pair in
            for end in [1, 2, 1] as [UInt8] {
                let body = [UInt8](repeating: 0, count: 200_000) + [end]
                _ = try await pair.publisher.publish(OutgoingMessage(exchange: "", routingKey: pair.queue, body: body))
            }
            let deliveries = try await pair.consumer.take(3)
            #expect(Set(deliveries.map(\.body)).count == 1)
            #expect(deliveries[0].wholeBodySHA256?.count == 32)
            #expect(deliveries[0].wholeBodySHA256 != deliveries[1].wholeBodySHA256)
            #expect(deliveries[0].wholeBodySHA256 == deliveries[2].wholeBodySHA256)
            pair.consumer.acknowledge(through: deliveries[2])
        }
    }

    @Test func neverMoreThanThePrefetchIsBuffered() async throws {
        try await withPair(prefetch: 3) { pair in
            pair.publisher.enqueue((0..<10).map { (token: UInt64($0), message: message("\($0)", to: pair.queue)) })
            try await pair.settled.wait("all settle") { $0.count == 10 }
            let first = try await pair.consumer.take(3)
            #expect(first.map(text) == ["0", "1", "2"])
            #expect(try pair.readyMessages() == 7)
            pair.consumer.acknowledge(through: first[2])
            #expect(try await pair.consumer.take(3).map(text) == ["3", "4", "5"])
        }
    }

    @Test func rejectedMessagesGoBackOrAway() async throws {
        try await withPair { pair in
            pair.publisher.enqueue(["keep", "drop", "ack"].enumerated().map { (UInt64($0), message($1, to: pair.queue)) })
            let deliveries = try await pair.consumer.take(3)
            pair.consumer.reject(deliveries[1], requeue: false)
            pair.consumer.reject(deliveries[0], requeue: true)
            let again = try #require(try await pair.consumer.take(1).first)
            #expect(text(again) == "keep" && again.redelivered)
            pair.consumer.acknowledge(through: again)
            await pair.consumer.shutdown(timeout: .seconds(5))
            #expect(try pair.readyMessages() == 0)
        }
    }

    @Test func aFullQueueNacks() async throws {
        try await withPair(queueArguments: ["x-max-length": 1, "x-overflow": "reject-publish"]) { pair in
            await pair.consumer.shutdown(timeout: .seconds(5))
            pair.publisher.enqueue((0..<3).map { (token: $0, message: message("x", to: pair.queue)) })
            try await pair.settled.wait("all settle") { $0.count == 3 }
            #expect(pair.settled.items.filter { $0.outcome == .confirmed }.count == 1)
            #expect(pair.settled.items.filter { $0.outcome == .nacked }.count == 2)
        }
    }

    @Test func anOptionalQueueMayBeMissing() async throws {
        try await withPair(extra: [.init(queue: "not.there", prefetch: 1, isOptional: true)]) { pair in
            _ = try await pair.publisher.publish(message("x", to: pair.queue))
            #expect(try await pair.consumer.take(1).count == 1)
            _ = try SetupChannel.run(on: pair.configuration) { try $0.declareQueue("not.there") }
            pair.consumer.reconnect(reason: "the queue is there now")
            try await pair.consumerStates.first("it comes back") { $0 == .connected(generation: 2) }
            _ = try await pair.publisher.publish(message("y", to: "not.there"))
            #expect(try await pair.consumer.take(2).map(\.queue).sorted() == ["not.there", pair.queue])
        }
    }

    @Test func anExclusiveConsumerKeepsOthersOut() async throws {
        try await withPair { pair in
            let states = Recorder<ConnectionState>()
            let other = RabbitMQConsumer(
                configuration: pair.configuration, subscriptions: [.init(queue: pair.queue, prefetch: 1, exclusive: true)], logger: quiet,
                onStateChange: { states.add([$0]) })
            other.start()
            try await states.first("it is refused") { $0.failure?.code == .accessRefused }
            await pair.consumer.shutdown(timeout: .seconds(5))
            try await states.first("it gets the queue") { $0.isConnected }
            await other.shutdown(timeout: .seconds(5))
        }
    }
}
