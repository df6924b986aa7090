import RabbitMQ
import TestSupport
import Testing

@Suite("Losing the connection", .timeLimit(.minutes(5)))
struct ReconnectTests {
    private func makePair() async throws -> Pair {
        let pair = try Pair(url: try await TestBroker.shared.makeVirtualHost().url)
        try await pair.start()
        return pair
    }

    @Test func whatWasNotAcknowledgedComesAgainAndOldAcknowledgementsAreIgnored() async throws {
        let pair = try await makePair()
        for name in ["a", "b", "c"] { _ = try await pair.publisher.publish(message(name, to: pair.queue)) }
        let old = try await pair.consumer.take(3)
        pair.consumer.acknowledge(old[0])
        pair.consumer.reconnect(reason: "test")
        try await pair.consumerStates.first("it comes back") { $0 == .connected(generation: 2) }
        pair.consumer.acknowledge(through: old[2])
        let new = try await pair.consumer.take(2)
        #expect(new.map(text) == ["b", "c"])
        #expect(new.allSatisfy { $0.redelivered && $0.generation == 2 })
        await pair.consumer.shutdown(timeout: .seconds(5))
        #expect(try pair.readyMessages() == 2)
        await pair.shutdown()
    }

    @Test func everyMessageSettlesOnceAndNoneIsLostOverManyConnections() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        let configuration = try RabbitMQConfiguration(url: place.url)
        let setup: @Sendable (SetupChannel) throws -> Void = { try $0.declareQueue("work") }
        let settled = Recorder<RabbitMQPublisher.Settlement>()
        let states = Recorder<ConnectionState>()
        let publisher = RabbitMQPublisher(
            configuration: configuration, logger: quiet, setup: setup, onSettled: { settled.add($0) }, onStateChange: { states.add([$0]) })
        let consumer = RabbitMQConsumer(
            configuration: configuration, subscriptions: [.init(queue: "work", prefetch: 500)], logger: quiet, setup: setup)
        publisher.start()
        consumer.start()
        let count = 10_000
        let reading = Task {
            var seen: Set<String> = []
            while seen.count < count {
                let batch = try await consumer.nextBatch(max: 200)
                seen.formUnion(batch.map(text))
                if let last = batch.last { consumer.acknowledge(through: last) }
            }
        }
        var open = Set(0..<UInt64(count))
        for round in 1... {
            try await states.first("connection \(round)") { $0 == .connected(generation: round) }
            let before = settled.items.count
            let batch = open.sorted()
            publisher.enqueue(batch.map { (token: $0, message: message("\($0)", to: "work")) })
            // In the first rounds the connections break when a part is settled.
            if round <= 3 {
                try await settled.wait("a part settles") { $0.count >= before + min(1000, batch.count) }
                publisher.reconnect(reason: "round \(round)")
                consumer.reconnect(reason: "round \(round)")
            }
            try await settled.wait("all settle") { $0.count >= before + batch.count }
            let outcomes = settled.items.dropFirst(before)
            #expect(outcomes.map(\.token).sorted() == batch)
            open = Set(outcomes.filter { $0.outcome != .confirmed }.map(\.token))
            if open.isEmpty { break }
        }
        try await withTimeLimit(.seconds(30), "all have been delivered") { try await reading.value }
        await publisher.shutdown(timeout: .seconds(5))
        await consumer.shutdown(timeout: .seconds(5))
    }

    @Test func bufferedDeliveriesOfTheOldConnectionAreDropped() async throws {
        let pair = try await makePair()
        for name in ["a", "b", "c"] { _ = try await pair.publisher.publish(message(name, to: pair.queue)) }
        // One is taken, so that all three have been read.
        #expect(try await pair.consumer.take(1).map(text) == ["a"])
        pair.consumer.reconnect(reason: "test")
        try await pair.consumerStates.first("it comes back") { $0 == .connected(generation: 2) }
        let again = try await pair.consumer.take(3)
        #expect(again.map(text) == ["a", "b", "c"])
        #expect(again.allSatisfy { $0.generation == 2 })
        await pair.shutdown()
    }

    @Test func aQueueDeletedUnderItsConsumerIsDeclaredAnew() async throws {
        let pair = try await makePair()
        _ = try SetupChannel.run(on: pair.configuration) { [queue = pair.queue] in try $0.deleteQueue(queue) }
        try await pair.consumerStates.first("it notices") { $0.failure?.code == .consumerCancelled }
        try await pair.consumerStates.first("it comes back") { $0 == .connected(generation: 2) }
        _ = try await pair.publisher.publish(message("x", to: pair.queue))
        #expect(try await pair.consumer.take(1).map(text) == ["x"])
        await pair.shutdown()
    }

    @Test func thePublisherComesBackThroughItsSetupOnRequest() async throws {
        let pair = try await makePair()
        await pair.consumer.shutdown(timeout: .seconds(5))
        _ = try SetupChannel.run(on: pair.configuration) { [queue = pair.queue] in try $0.deleteQueue(queue) }
        pair.publisher.reconnect(reason: "the queue is gone")
        try await pair.publisherStates.first("it comes back") { $0 == .connected(generation: 2) }
        #expect(try await pair.publisher.publish(message("x", to: pair.queue)).generation == 2)
        await pair.shutdown()
    }

    @Test func aForbiddenPublishLosesWhatIsBehindItAndSaysWhy() async throws {
        let pair = try await makePair()
        pair.publisher.enqueue([
            (1, OutgoingMessage(exchange: "no.such.exchange", routingKey: "x", body: [])), (2, message("behind", to: pair.queue)),
        ])
        try await pair.settled.wait("both settle") { $0.count == 2 }
        #expect(pair.settled.items.map(\.outcome) == [.lost, .lost])
        try await pair.publisherStates.first("it says why") {
            $0.failure?.code == .notFound && $0.failure?.replyText?.contains("no.such.exchange") == true
        }
        try await pair.publisherStates.first("it comes back") { $0 == .connected(generation: 2) }
        await pair.shutdown()
    }

    @Test func aSuspendedConsumerGivesEverythingBackUntilItIsResumed() async throws {
        let pair = try await makePair()
        for name in ["a", "b", "c"] { _ = try await pair.publisher.publish(message(name, to: pair.queue)) }
        let old = try await pair.consumer.take(1)
        pair.consumer.acknowledge(old[0])
        pair.consumer.suspend(reason: "the store fails")
        try await pair.consumerStates.first("it is suspended") { $0 == .suspended(reason: "the store fails") }
        try await expectEventually("what was acknowledged before is gone, the rest is the queue's again") { try pair.readyMessages() == 2 }
        #expect(pair.consumer.nextBatch(max: 10, timeout: .zero).isEmpty)
        #expect(!pair.consumerStates.items.contains { $0.failure != nil })
        pair.consumer.resume()
        let new = try await pair.consumer.take(2)
        #expect(new.map(text) == ["b", "c"])
        #expect(new.allSatisfy { $0.generation == 2 && $0.redelivered })
        await pair.shutdown()
    }

    @Test func aSuspensionThatIsOverAtOnceStillGivesEverythingBack() async throws {
        let pair = try await makePair()
        _ = try await pair.publisher.publish(message("a", to: pair.queue))
        _ = try await pair.consumer.take(1)
        pair.consumer.suspend(reason: "test")
        pair.consumer.resume()
        #expect(try await pair.consumer.take(1).map(\.generation) == [2])
        await pair.shutdown()
    }

    @Test func aSuspendedConsumerShutsDown() async throws {
        let pair = try await makePair()
        pair.consumer.suspend(reason: "test")
        try await pair.consumerStates.first("it is suspended") { $0 == .suspended(reason: "test") }
        await pair.shutdown()
        #expect(pair.consumer.state == .closed)
    }

    @Test func aSetupThatIsRefusedStaysVisibleAndIsTriedAgain() async throws {
        let pair = try await makePair()
        let states = Recorder<ConnectionState>()
        let other = RabbitMQPublisher(
            configuration: pair.configuration, logger: quiet,
            setup: { [queue = pair.queue] in try $0.declareQueue(queue, arguments: ["x-max-length": 5]) },
            onStateChange: { states.add([$0]) })
        other.start()
        let isRefused: @Sendable (ConnectionState) -> Bool = {
            guard let error = $0.failure else { return false }
            return error.code == .preconditionFailed && !error.isRetriable && error.replyText?.contains("x-max-length") == true
        }
        try await states.first("it is refused", where: isRefused)
        #expect(isRefused(other.state))
        await pair.shutdown()
        _ = try SetupChannel.run(on: pair.configuration) { [queue = pair.queue] in try $0.deleteQueue(queue) }
        try await states.first("it goes on") { $0 == .connected(generation: 1) }
        await other.shutdown(timeout: .seconds(5))
    }

    @Test func anotherConnectionsExclusiveQueueIsLocked() async throws {
        let pair = try await makePair()
        let states = Recorder<ConnectionState>()
        let holder = RabbitMQPublisher(
            configuration: pair.configuration, logger: quiet, setup: { try $0.declareQueue("mine", durable: false, exclusive: true) },
            onStateChange: { states.add([$0]) })
        holder.start()
        try await states.first("it connects") { $0 == .connected(generation: 1) }
        #expect {
            try SetupChannel.run(on: pair.configuration) { try $0.declareQueue("mine", passive: true) }
        } throws: { error in
            guard let error = error as? RabbitMQError else { return false }
            return error.code == .resourceLocked && error.replyCode == 405 && error.isRetriable
        }
        await holder.shutdown(timeout: .seconds(5))
        await pair.shutdown()
    }

    @Test func aSwallowedErrorOfTheSetupCountsAllTheSame() async throws {
        let pair = try await makePair()
        #expect {
            try SetupChannel.run(on: pair.configuration) { channel in
                try? channel.bindQueue("not.there", exchange: "amq.topic", routingKey: "x")
            }
        } throws: {
            ($0 as? RabbitMQError)?.code == .notFound
        }
        await pair.shutdown()
    }

    @Test func theWrongPasswordIsNamedAndNotShown() async throws {
        var configuration = try RabbitMQConfiguration(url: try await TestBroker.shared.makeVirtualHost().url)
        configuration.password = "geheim"
        do {
            try SetupChannel.run(on: configuration) { _ in }
            Issue.record("it was accepted")
        } catch {
            #expect(error.code == .authenticationRefused)
            #expect(!error.isRetriable)
            #expect(error.replyCode == 403)
            #expect(!"\(error)".contains("geheim"))
        }
        configuration.password = "guest"
        configuration.virtualHost = "not.there"
        #expect { try SetupChannel.run(on: configuration) { _ in } } throws: { ($0 as? RabbitMQError)?.code == .authenticationRefused }
    }

    @Test func withoutABrokerEverythingIsLostAtOnce() async throws {
        let configuration = try RabbitMQConfiguration(url: "amqp://127.0.0.1:\(freePort()),127.0.0.1:\(freePort())")
        let settled = Recorder<RabbitMQPublisher.Settlement>()
        let states = Recorder<ConnectionState>()
        let publisher = RabbitMQPublisher(
            configuration: configuration, logger: quiet, onSettled: { settled.add($0) }, onStateChange: { states.add([$0]) })
        publisher.enqueue([(1, message("before the start", to: "x"))])
        publisher.start()
        try await states.wait("both hosts are tried") { states in
            states.filter { $0.failure?.code == .connectFailed }.count >= 2
        }
        publisher.enqueue([(2, message("after it", to: "x"))])
        try await settled.wait("both are lost") { $0 == [.init(token: 1, outcome: .lost), .init(token: 2, outcome: .lost)] }
        await #expect { try await publisher.publish(message("x", to: "x")) } throws: { ($0 as? RabbitMQError)?.code == .connectionLost }
        await publisher.shutdown(timeout: .seconds(1))
        #expect(publisher.state == .closed)
        publisher.enqueue([(3, message("after the end", to: "x"))])
        #expect(settled.items.last == .init(token: 3, outcome: .lost))
        await #expect { try await publisher.publish(message("x", to: "x")) } throws: { ($0 as? RabbitMQError)?.code == .shutDown }
    }

    @Test func theNextHostIsTriedWhenOneIsDead() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        var configuration = try RabbitMQConfiguration(url: place.url)
        configuration.hosts = [.init(name: "127.0.0.1", port: UInt16(freePort()))] + configuration.hosts
        let states = Recorder<ConnectionState>()
        let publisher = RabbitMQPublisher(configuration: configuration, logger: quiet, onStateChange: { states.add([$0]) })
        publisher.start()
        try await states.first("it connects") { $0 == .connected(generation: 1) }
        await publisher.shutdown(timeout: .seconds(5))
    }
}
