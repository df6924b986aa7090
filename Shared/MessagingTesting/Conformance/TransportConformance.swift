import RabbitMQ

/// What this platform relies on in RabbitMQ, as cases that any transport can be put through. Each case wants a broker of its own, or a virtual host.
public struct TransportConformance: Sendable, CustomStringConvertible {
    public let name: String
    /// It needs a broker to itself: what it does to it would disturb others.
    public let disturbsOthers: Bool
    public let run: @Sendable (any TransportUnderTest) async throws -> Void

    public var description: String { name }

    init(_ name: String, disturbsOthers: Bool = false, _ run: @escaping @Sendable (any TransportUnderTest) async throws -> Void) {
        (self.name, self.disturbsOthers, self.run) = (name, disturbsOthers, run)
    }

    public static let all = routing + confirms + deliveries + endings + exclusiveQueues + alarms
}

func expect(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !holds { throw ConformanceFailure(otherwise()) }
}

func message(_ text: String, _ exchange: String = "", _ routingKey: String, mandatory: Bool = true) -> OutgoingMessage {
    OutgoingMessage(
        exchange: exchange, routingKey: routingKey, body: Array(text.utf8),
        properties: MessageProperties(messageId: text, deliveryMode: 2), mandatory: mandatory)
}

func texts(_ deliveries: [Delivery]) -> [String] { deliveries.map { String(decoding: $0.body, as: UTF8.self) } }

extension TransportUnderTest {
    /// Publishes to a queue by the default exchange; all must be confirmed.
    func fill(_ queue: String, _ names: [String]) async throws {
        let publisher = try await makePublisher()
        let outcomes = try await publisher.publish(names.map { message($0, "", queue) })
        await publisher.close()
        try expect(outcomes.allSatisfy { $0 == .confirmed }, "not all were confirmed: \(outcomes)")
    }
}

extension TransportConformance {
    static let routing = [
        TransportConformance("a topic exchange routes by words, * for one and # for any number") { transport in
            let patterns = ["a.b", "a.*", "a.#", "#", "*.b.#", "#.c"]
            let keys = ["a", "a.b", "a.b.c", "b", "b.b", ""]
            let wanted = [
                "a.b": ["a.b"], "a.*": ["a.b"], "a.#": ["a", "a.b", "a.b.c"], "#": keys, "*.b.#": ["a.b", "a.b.c", "b.b"], "#.c": ["a.b.c"],
            ]
            try await transport.declare(
                patterns.enumerated().map { ConformanceQueue("q\($0)", bindings: [(exchange: "topics", routingKey: $1)]) })
            let publisher = try await transport.makePublisher()
            _ = try await publisher.publish(keys.map { message("key \($0)", "topics", $0) })
            for (place, pattern) in patterns.enumerated() {
                let consumer = try await transport.makeConsumer(["q\(place)"], prefetch: 50)
                let right = (wanted[pattern] ?? []).map { "key \($0)" }
                let got = texts(try await consumer.next(right.count))
                await consumer.close()
                try expect(got == right, "\(pattern) got \(got), not \(right)")
            }
            await publisher.close()
        },
        TransportConformance("a queue gets a message once, however many of its bindings match") { transport in
            try await transport.declare([
                ConformanceQueue("one", bindings: [(exchange: "topics", routingKey: "a.#"), (exchange: "topics", routingKey: "#.b")]),
                ConformanceQueue("two", bindings: [(exchange: "topics", routingKey: "a.b")]),
            ])
            let publisher = try await transport.makePublisher()
            _ = try await publisher.publish([message("first", "topics", "a.b"), message("last", "topics", "a.b")])
            for queue in ["one", "two"] {
                let consumer = try await transport.makeConsumer([queue], prefetch: 10)
                let got = texts(try await consumer.next(2))
                await consumer.close()
                try expect(got == ["first", "last"], "\(queue) got \(got)")
            }
            await publisher.close()
        },
        TransportConformance("what nobody takes comes back if it is mandatory, and is confirmed if not") { transport in
            try await transport.declare([ConformanceQueue("somewhere", bindings: [(exchange: "topics", routingKey: "a")])])
            let publisher = try await transport.makePublisher()
            let outcomes = try await publisher.publish([
                message("1", "topics", "nowhere"), message("2", "topics", "nowhere", mandatory: false), message("3", "topics", "a"),
                message("4", "", "no-queue"),
            ])
            await publisher.close()
            let isReturned = outcomes.map { if case .returned(replyCode: 312, _) = $0 { true } else { false } }
            try expect(isReturned == [true, false, false, true], "the outcomes are \(outcomes)")
            try expect(outcomes[1] == .confirmed && outcomes[2] == .confirmed, "the outcomes are \(outcomes)")
        },
        TransportConformance("a queue keeps its arguments") { transport in
            try await transport.declare([ConformanceQueue("kept", ["x-single-active-consumer": .bool(true)])])
            let same = try await transport.refusal(of: ConformanceQueue("kept", ["x-single-active-consumer": .bool(true)]))
            let other = try await transport.refusal(of: ConformanceQueue("kept"))
            try expect(same == nil, "the same declaration is refused with \(same ?? 0)")
            try expect(other == 406, "another argument is answered \(other.map { "\($0)" } ?? "yes"), not 406")
        },
    ]

    static let confirms = [
        TransportConformance("what is confirmed is delivered, in order, as it was published") { transport in
            try await transport.declare([ConformanceQueue("work", bindings: [(exchange: "topics", routingKey: "work.#")])])
            let publisher = try await transport.makePublisher()
            let names = (1...300).map { "m\($0)" }
            let outcomes = try await publisher.publish(
                names.map { name in
                    var sent = message(name, "topics", "work.\(name)")
                    sent.properties.contentType = "application/cloudevents+json"
                    sent.properties.correlationId = "c-\(name)"
                    sent.properties.replyTo = "reply.here.1"
                    sent.properties.headers = ["traceparent": .string("00-\(name)")]
                    return sent
                })
            await publisher.close()
            try expect(outcomes.allSatisfy { $0 == .confirmed }, "not all were confirmed")
            let consumer = try await transport.makeConsumer(["work"], prefetch: 400)
            let got = try await consumer.next(300)
            await consumer.close()
            try expect(texts(got) == names, "they came as \(texts(got).prefix(10)) …")
            try expect(got.map(\.deliveryTag) == (1...300).map { UInt64($0) }, "the tags are not 1 to 300")
            for (name, delivery) in zip(names, got) {
                let isSame =
                    delivery.properties.correlationId == "c-\(name)" && delivery.properties.replyTo == "reply.here.1"
                    && delivery.properties.headers["traceparent"] == .string("00-\(name)") && delivery.routingKey == "work.\(name)"
                    && delivery.exchange == "topics" && !delivery.redelivered && delivery.queue == "work"
                    && delivery.properties.messageId == name
                try expect(isSame, "\(name) came as \(delivery)")
            }
        },
        TransportConformance("a full queue refuses, and another queue of the same fan-out has the message all the same") { transport in
            let limits: [String: FieldValue] = ["x-max-length": .int(2), "x-overflow": .string("reject-publish")]
            try await transport.declare([
                ConformanceQueue("small", limits, bindings: [(exchange: "topics", routingKey: "a")]),
                ConformanceQueue("large", bindings: [(exchange: "topics", routingKey: "a")]),
            ])
            let publisher = try await transport.makePublisher()
            var outcomes: [PublishOutcome] = []
            // The real limit is soft: a few more get through.
            while !outcomes.contains(.nacked), outcomes.count < 50 {
                outcomes += try await publisher.publish([message("m\(outcomes.count)", "topics", "a")])
            }
            await publisher.close()
            try expect(outcomes.last == .nacked, "nothing was refused: \(outcomes)")
            try expect(outcomes.prefix(2).allSatisfy { $0 == .confirmed }, "the first two were refused: \(outcomes)")
            let consumer = try await transport.makeConsumer(["large"], prefetch: 100)
            let got = texts(try await consumer.next(outcomes.count))
            await consumer.close()
            try expect(got == outcomes.indices.map { "m\($0)" }, "the other queue has \(got)")
        },
        TransportConformance("a publish to an exchange that is not there ends the connection: what was not confirmed is lost") {
            transport in
            try await transport.declare([ConformanceQueue("work")])
            let publisher = try await transport.makePublisher()
            let outcomes = try await publisher.publish([message("bad", "no-exchange", "a")])
            await publisher.close()
            try expect(outcomes == [.lost], "the outcome is \(outcomes)")
        },
    ]
}
