import RabbitMQ

extension TransportConformance {
    static let deliveries = [
        TransportConformance("acknowledging through a delivery settles all before it, and nothing of them comes back") { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1", "2", "3", "4"])
            let first = try await transport.makeConsumer(["work"], prefetch: 10)
            let got = try await first.next(4)
            try await first.acknowledge(through: got[2])
            await first.close()
            try await transport.waitForReady(1, in: "work")
            let second = try await transport.makeConsumer(["work"], prefetch: 10)
            let again = try await second.next(1)
            await second.close()
            try expect(texts(again) == ["4"] && again[0].redelivered, "\(texts(again)) came again")
        },
        TransportConformance("one in the middle can be acknowledged alone") { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1", "2", "3"])
            let first = try await transport.makeConsumer(["work"], prefetch: 10)
            let got = try await first.next(3)
            try await first.acknowledge(got[1])
            await first.close()
            try await transport.waitForReady(2, in: "work")
            let second = try await transport.makeConsumer(["work"], prefetch: 10)
            let again = texts(try await second.next(2))
            await second.close()
            try expect(again == ["1", "3"], "\(again) came again")
        },
        TransportConformance("what was not acknowledged comes back in its order, before what is new, and flagged") { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1", "2", "3"])
            let first = try await transport.makeConsumer(["work"], prefetch: 2)
            _ = try await first.next(2)
            await first.close()
            try await transport.waitForReady(3, in: "work")
            try await transport.fill("work", ["4"])
            let second = try await transport.makeConsumer(["work"], prefetch: 10)
            let again = try await second.next(4)
            await second.close()
            try expect(texts(again) == ["1", "2", "3", "4"], "they came as \(texts(again))")
            try expect(again.map(\.redelivered) == [true, true, false, false], "flags \(again.map(\.redelivered))")
        },
        TransportConformance("no more than the prefetch is out at a time") { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1", "2", "3", "4", "5"])
            let consumer = try await transport.makeConsumer(["work"], prefetch: 2)
            var all: [String] = []
            for _ in 0..<2 {
                let got = try await consumer.next(2)
                all += texts(got)
                try await transport.waitForReady(5 - all.count, in: "work")
                let waiting = await consumer.waiting()
                try expect(waiting == 0, "after \(all) \(waiting) more are delivered")
                try await consumer.acknowledge(through: got[1])
            }
            all += texts(try await consumer.next(1))
            await consumer.close()
            try expect(all == ["1", "2", "3", "4", "5"], "they came as \(all)")
        },
        TransportConformance("what is rejected to be delivered again comes again, flagged") { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1", "2"])
            let consumer = try await transport.makeConsumer(["work"], prefetch: 10)
            let got = try await consumer.next(2)
            try await consumer.reject(got[0], requeue: true)
            let again = try await consumer.next(1)
            await consumer.close()
            try expect(texts(again) == ["1"] && again[0].redelivered && again[0].deliveryTag == 3, "it came as \(again)")
        },
        TransportConformance("what is rejected for good goes to the dead letters, under their key") { transport in
            try await transport.declare([
                ConformanceQueue("dead", bindings: [(exchange: "letters", routingKey: "work")]), deadLettering("work"),
            ])
            try await transport.fill("work", ["1", "2"])
            let consumer = try await transport.makeConsumer(["work"], prefetch: 10)
            try await consumer.reject(try await consumer.next(2)[0], requeue: false)
            let dead = try await transport.makeConsumer(["dead"], prefetch: 10)
            let letters = try await dead.next(1)
            await dead.close()
            await consumer.close()
            try expect(texts(letters) == ["1"], "dead are \(texts(letters))")
            try expect(
                letters[0].routingKey == "work" && letters[0].exchange == "letters",
                "it came by \(letters[0].exchange) \(letters[0].routingKey)")
        },
        TransportConformance("what came back more often than the limit goes to the dead letters") { transport in
            try await transport.declare([
                ConformanceQueue("dead", bindings: [(exchange: "letters", routingKey: "work")]),
                deadLettering("work", ["x-delivery-limit": .int(2)]),
            ])
            try await transport.fill("work", ["bad"])
            for _ in 0..<3 {
                let consumer = try await transport.makeConsumer(["work"], prefetch: 10)
                _ = try await consumer.next(1)
                await consumer.close()
            }
            let dead = try await transport.makeConsumer(["dead"], prefetch: 10)
            let letters = texts(try await dead.next(1))
            await dead.close()
            try expect(letters == ["bad"], "dead are \(letters)")
        },
    ]

    private static func deadLettering(_ name: String, _ more: [String: FieldValue] = [:]) -> ConformanceQueue {
        let arguments: [String: FieldValue] = [
            "x-dead-letter-exchange": .string("letters"), "x-dead-letter-routing-key": .string(name),
            "x-dead-letter-strategy": .string("at-least-once"), "x-overflow": .string("reject-publish"),
        ]
        return ConformanceQueue(name, arguments.merging(more) { first, _ in first })
    }

    static let endings = [
        TransportConformance("one consumer is active; the next takes over what the first left, in order") { transport in
            try await transport.declare([ConformanceQueue("work", ["x-single-active-consumer": .bool(true)])])
            let first = try await transport.makeConsumer(["work"], prefetch: 10)
            let second = try await transport.makeConsumer(["work"], prefetch: 10)
            try await transport.fill("work", ["1", "2", "3"])
            let got = try await first.next(3)
            let idle = await second.waiting()
            try expect(texts(got) == ["1", "2", "3"] && idle == 0, "the first got \(texts(got)), the second \(idle)")
            try await first.acknowledge(got[0])
            await first.close()
            let taken = try await second.next(2)
            try expect(texts(taken) == ["2", "3"] && taken.allSatisfy(\.redelivered), "the second got \(texts(taken))")
            // Who comes later does not get the role while the second lives.
            let third = try await transport.makeConsumer(["work"], prefetch: 10)
            try await transport.fill("work", ["4"])
            let next = texts(try await second.next(1))
            let waiting = await third.waiting()
            await second.close()
            await third.close()
            try expect(next == ["4"] && waiting == 0, "the second got \(next), the third \(waiting)")
        },
        TransportConformance("a consumer is told when its queue is deleted") { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1"])
            let consumer = try await transport.makeConsumer(["work"], prefetch: 10)
            _ = try await consumer.next(1)
            try await transport.delete(queue: "work")
            try await consumer.waitForCancellation()
            await consumer.close()
            let publisher = try await transport.makePublisher()
            let outcomes = try await publisher.publish([message("2", "", "work")])
            await publisher.close()
            if case .returned? = outcomes.first { return }
            throw ConformanceFailure("a publish to the deleted queue is \(outcomes)")
        },
        TransportConformance("a slow queue does not hold back another one on the same channel") { transport in
            try await transport.declare([ConformanceQueue("slow"), ConformanceQueue("quick")])
            try await transport.fill("slow", ["s1", "s2", "s3"])
            let consumer = try await transport.makeConsumer(["slow", "quick"], prefetch: 1)
            let slow = texts(try await consumer.next(1))
            try await transport.fill("quick", ["q1"])
            let quick = texts(try await consumer.next(1))
            await consumer.close()
            try expect(slow == ["s1"] && quick == ["q1"], "it got \(slow) and \(quick)")
        },
    ]
    static let alarms = [
        TransportConformance(
            "a broker without memory tells who publishes, takes nothing, goes on delivering, and takes everything in order afterwards",
            disturbsOthers: true
        ) { transport in
            try await transport.declare([ConformanceQueue("work")])
            try await transport.fill("work", ["1", "2"])
            let publisher = try await transport.makePublisher()
            let consumer = try await transport.makeConsumer(["work"], prefetch: 1)
            let first = try await consumer.next(1)
            try await transport.setMemoryAlarm(true)
            try await publisher.begin([message("3", "", "work"), message("4", "", "work")])
            try await publisher.waitUntil(isBlocked: true)
            // Who only consumes is served all the same.
            try await consumer.acknowledge(through: first[0])
            let second = try await consumer.next(1)
            try await consumer.acknowledge(through: second[0])
            try await transport.waitForReady(0, in: "work")
            let early = await consumer.waiting()
            try await transport.setMemoryAlarm(false)
            try await publisher.waitUntil(isBlocked: false)
            let outcomes = try await publisher.finish()
            let third = try await consumer.next(1)
            try await consumer.acknowledge(through: third[0])
            let fourth = try await consumer.next(1)
            await publisher.close()
            await consumer.close()
            try expect(early == 0, "\(early) were delivered in spite of the alarm")
            try expect(outcomes == [.confirmed, .confirmed], "the outcomes are \(outcomes)")
            try expect(
                texts(first + second + third + fourth) == ["1", "2", "3", "4"], "they came as \(texts(first + second + third + fourth))")
            try expect((third + fourth).allSatisfy { !$0.redelivered }, "they are flagged as delivered before")
        }
    ]
}
