public import RabbitMQ

/// A transport that can be held to RabbitMQ's behaviour: the real client over a broker, or one in memory.
public protocol TransportUnderTest: Sendable {
    /// Queues and bindings that exist from now on. Exchanges are topic exchanges, made when they are first named.
    func declare(_ queues: [ConformanceQueue]) async throws
    func delete(queue: String) async throws
    /// What the broker answers to a declaration, on a connection of its own; nil: it accepts.
    func refusal(of queue: ConformanceQueue) async throws -> Int?
    /// What the broker answers to somebody who wants to consume from a queue, on a connection of its own; nil: it accepts.
    func refusal(ofConsumerOn queue: String) async throws -> Int?
    func makePublisher() async throws -> any PublisherUnderTest
    /// All queues on one channel. It does not connect again.
    /// - Parameter own: declared first, if there is one: a queue for this connection alone.
    func makeConsumer(_ queues: [String], own: ConformanceQueue?, prefetch: UInt16) async throws -> any ConsumerUnderTest
    /// The broker runs out of memory, or has some again.
    func setMemoryAlarm(_ isOn: Bool) async throws
    /// Waits until so many messages are ready in a queue; throws when that does not come about.
    func waitForReady(_ count: Int, in queue: String) async throws
}

extension TransportUnderTest {
    public func makeConsumer(_ queues: [String], prefetch: UInt16) async throws -> any ConsumerUnderTest {
        try await makeConsumer(queues, own: nil, prefetch: prefetch)
    }
}

public struct ConformanceQueue: Sendable {
    public let name: String
    public var arguments: [String: FieldValue]
    public let bindings: [(exchange: String, routingKey: String)]
    /// Only the connection that declared it may use it, and it goes with that connection. Otherwise durable.
    public let isExclusive: Bool

    /// A quorum queue, with more arguments.
    public init(_ name: String, _ arguments: [String: FieldValue] = [:], bindings: [(exchange: String, routingKey: String)] = []) {
        self.name = name
        self.arguments = arguments.merging(["x-queue-type": .string("quorum")]) { given, _ in given }
        self.bindings = bindings
        isExclusive = false
    }

    /// A classic queue, for quorum queues are nobody's alone.
    public init(exclusive name: String) { (self.name, arguments, bindings, isExclusive) = (name, [:], [], true) }
}

public protocol PublisherUnderTest: Sendable {
    /// Publishes all at once, and waits until each has its outcome.
    func publish(_ messages: [OutgoingMessage]) async throws -> [PublishOutcome]
    /// Hands messages over without waiting for what becomes of them.
    func begin(_ messages: [OutgoingMessage]) async throws
    /// Waits until each of the messages that were begun has its outcome.
    func finish() async throws -> [PublishOutcome]
    /// Waits until the broker has said that it takes nothing at present, or that it goes on.
    func waitUntil(isBlocked: Bool) async throws
    func close() async
}

public protocol ConsumerUnderTest: Sendable {
    /// Waits until so many more have been delivered; throws when they do not come.
    func next(_ count: Int) async throws -> [Delivery]
    /// What has been delivered and not taken, without waiting.
    func waiting() async -> Int
    func acknowledge(through delivery: Delivery) async throws
    func acknowledge(_ delivery: Delivery) async throws
    func reject(_ delivery: Delivery, requeue: Bool) async throws
    /// Waits until the consumer has been told that its queue is gone.
    func waitForCancellation() async throws
    /// The connection ends; nothing more is acknowledged.
    func close() async
}

/// What a transport did otherwise than RabbitMQ does.
public struct ConformanceFailure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
