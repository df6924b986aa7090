import RabbitMQ

extension TransportConformance {
    static let exclusiveQueues = [
        TransportConformance("an exclusive queue is for its connection alone; others may only publish to it") { transport in
            let holder = try await transport.makeConsumer(["own"], own: ConformanceQueue(exclusive: "own"), prefetch: 10)
            let refusals = [
                "declares it": try await transport.refusal(of: ConformanceQueue(exclusive: "own")),
                "declares it as everybody's": try await transport.refusal(of: ConformanceQueue("own")),
                "consumes from it": try await transport.refusal(ofConsumerOn: "own"),
            ]
            try await transport.fill("own", ["1"])
            let got = texts(try await holder.next(1))
            await holder.close()
            try expect(refusals.values.allSatisfy { $0 == 405 }, "who comes second is answered \(refusals)")
            try expect(got == ["1"], "the holder got \(got)")
        },
        TransportConformance("an exclusive queue goes with its connection and what is in it, and the next one may have it") { transport in
            let own = ConformanceQueue(exclusive: "own")
            try await transport.declare([ConformanceQueue("work")])
            let first = try await transport.makeConsumer(["work"], own: own, prefetch: 10)
            try await transport.fill("own", ["1"])
            await first.close()
            let publisher = try await transport.makePublisher()
            let outcomes = try await publisher.publish([message("2", "", "own")])
            await publisher.close()
            let second = try await transport.makeConsumer(["own"], own: own, prefetch: 10)
            try await transport.fill("own", ["3"])
            let got = texts(try await second.next(1))
            await second.close()
            guard case .returned? = outcomes.first else { throw ConformanceFailure("a publish after its end is \(outcomes)") }
            try expect(got == ["3"], "the second holder got \(got)")
        },
        TransportConformance("a queue that is everybody's is given to nobody alone") { transport in
            try await transport.declare([ConformanceQueue("work")])
            let refusal = try await transport.refusal(of: ConformanceQueue(exclusive: "work"))
            try expect(refusal == 405, "it is answered \(refusal.map { "\($0)" } ?? "yes")")
        },
    ]
}
