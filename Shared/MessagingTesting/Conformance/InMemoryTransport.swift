import RabbitMQ
import Synchronization

/// The in-memory broker and its ends, for the conformance suite: nothing is under way any longer than a call takes.
public final class InMemoryTransport: TransportUnderTest {
    // Everything that happens goes through this lock, so the broker and its ends are only ever used by one thread at a time.
    fileprivate struct World: ~Copyable {
        let broker = InMemoryBroker()
        var publishers: [PublisherEnd] = []
        var consumers: [ConsumerEnd] = []
    }
    fileprivate let world = Mutex(World())

    public init() {}

    public func declare(_ queues: [ConformanceQueue]) async throws {
        try world.withLock { world in
            for queue in queues {
                try world.broker.declareQueue(queue.name, arguments: queue.arguments)
                for binding in queue.bindings {
                    world.broker.declareExchange(binding.exchange)
                    try world.broker.bind(queue.name, to: binding.exchange, binding.routingKey)
                }
                if case .string(let exchange)? = queue.arguments["x-dead-letter-exchange"] { world.broker.declareExchange(exchange) }
            }
        }
    }

    public func delete(queue: String) async throws { world.withLock { $0.broker.deleteQueue(queue) } }

    public func refusal(of queue: ConformanceQueue) async throws -> Int? {
        refusal { broker, channel in try broker.declare(queue, on: channel) }
    }

    public func refusal(ofConsumerOn queue: String) async throws -> Int? {
        refusal { broker, channel in try broker.consume(queue, on: channel, prefetch: 1) }
    }

    private func refusal(_ attempt: (InMemoryBroker, InMemoryBroker.ChannelId) throws -> Void) -> Int? {
        world.withLock { world -> Int? in
            let channel = world.broker.connect()
            defer { world.broker.close(channel) }
            do {
                try attempt(world.broker, channel)
                return nil
            } catch {
                return (error as? InMemoryBroker.Refusal)?.replyCode ?? 0
            }
        }
    }

    public func makePublisher() async throws -> any PublisherUnderTest {
        let place = world.withLock { world in
            let end = PublisherEnd(world.broker)
            end.connect()
            world.publishers.append(end)
            return world.publishers.count - 1
        }
        return InMemoryPublisher(transport: self, place: place)
    }

    public func makeConsumer(_ queues: [String], own: ConformanceQueue?, prefetch: UInt16) async throws -> any ConsumerUnderTest {
        let place: Int? = world.withLock { world in
            let (end, broker) = (ConsumerEnd(world.broker), world.broker)
            let isConnected = end.connect { channel in
                if let own { try broker.declare(own, on: channel) }
                for queue in queues { try broker.consume(queue, on: channel, prefetch: Int(prefetch)) }
            }
            guard isConnected else { return nil }
            world.consumers.append(end)
            return world.consumers.count - 1
        }
        guard let place else { throw ConformanceFailure("no consumer on \(queues)") }
        return InMemoryConsumer(transport: self, place: place)
    }

    public func setMemoryAlarm(_ isOn: Bool) async throws {
        world.withLock { isOn ? $0.broker.block() : $0.broker.unblock() }
    }

    public func waitForReady(_ count: Int, in queue: String) async throws {
        let ready = world.withLock { $0.broker.count(in: queue).ready }
        if ready != count { throw ConformanceFailure("\(queue) has \(ready) ready, not \(count)") }
    }
}

extension InMemoryBroker {
    fileprivate func declare(_ queue: ConformanceQueue, on channel: ChannelId) throws {
        try declareQueue(queue.name, exclusiveTo: queue.isExclusive ? channel : nil, arguments: queue.arguments)
    }
}

private final class InMemoryPublisher: PublisherUnderTest {
    let transport: InMemoryTransport
    let place: Int

    /// Those that were begun and not finished.
    private let begun = Mutex(0)

    init(transport: InMemoryTransport, place: Int) { (self.transport, self.place) = (transport, place) }

    func publish(_ messages: [OutgoingMessage]) async throws -> [PublishOutcome] {
        try await begin(messages)
        return try await finish()
    }

    func begin(_ messages: [OutgoingMessage]) async throws {
        begun.withLock { $0 += messages.count }
        transport.world.withLock { world in
            let end = world.publishers[place]
            end.enqueue(messages.enumerated().map { (UInt64($0), $1) })
            end.arrive(.max)
        }
    }

    func finish() async throws -> [PublishOutcome] {
        let settlements = try transport.world.withLock { world in
            let end = world.publishers[place]
            // What was written while it was blocked arrives once it is not.
            for _ in 0..<2 {
                try end.read(.max)
                end.arrive(.max)
            }
            return end.takeSettlements()
        }
        let count = begun.withLock { begun in
            defer { begun = 0 }
            return begun
        }
        return try (0..<count).map { number in
            guard let settled = settlements.first(where: { $0.token == UInt64(number) }) else {
                throw ConformanceFailure("\(number) has no outcome")
            }
            return settled.outcome
        }
    }

    func waitUntil(isBlocked: Bool) async throws {
        let isSo = try transport.world.withLock { world in
            try world.publishers[place].read(.max)
            return world.publishers[place].isBlocked == isBlocked
        }
        if !isSo { throw ConformanceFailure("the publisher was not told that it is \(isBlocked ? "blocked" : "free")") }
    }

    func close() async {
        transport.world.withLock { world in
            if let zombie = world.publishers[place].lose() { zombie.end(world.broker, arriving: 0) }
        }
    }
}

private struct InMemoryConsumer: ConsumerUnderTest {
    let transport: InMemoryTransport
    let place: Int

    private func with<T: Sendable>(_ body: (ConsumerEnd, InMemoryBroker) throws -> T) throws -> T {
        try transport.world.withLock { world in
            let end = world.consumers[place]
            try end.read(.max)
            let result = try body(end, world.broker)
            end.arrive(.max)
            return result
        }
    }

    func next(_ count: Int) async throws -> [Delivery] {
        let got = try with { end, _ in end.take(count) }
        if got.count < count { throw ConformanceFailure("only \(texts(got)) came, not \(count)") }
        return got
    }

    func waiting() async -> Int { (try? with { end, _ in end.buffer.count }) ?? 0 }
    func acknowledge(through delivery: Delivery) async throws { try with { end, _ in end.acknowledge(through: delivery) } }
    func acknowledge(_ delivery: Delivery) async throws { try with { end, _ in end.acknowledge(delivery) } }
    func reject(_ delivery: Delivery, requeue: Bool) async throws { try with { end, _ in end.reject(delivery, requeue: requeue) } }

    func waitForCancellation() async throws {
        if try with({ end, _ in end.isConnected }) { throw ConformanceFailure("the consumer was not told") }
    }

    func close() async {
        _ = try? with { end, broker in
            if let zombie = end.lose() { zombie.end(broker, arriving: .max) }
        }
    }
}
