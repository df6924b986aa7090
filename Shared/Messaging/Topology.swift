public import Contracts

/// What one service consumes; with the rules of the contract's section 1, its queues and bindings follow.
public struct ServiceTopology: Sendable, Hashable {
    public let name: String
    /// Events that it handles.
    public let consumes: [MessageName]

    public init(_ name: String, consumes: [MessageName]) {
        self.name = name
        self.consumes = consumes
    }
}

/// Exchanges, queues and bindings of the platform. Handed in: to a service as the generated manifest, to whoever knows the services by `Platform`.
public struct Topology: Sendable, Hashable {
    public static let commands = "mart.commands"
    public static let events = "mart.events"
    public static let dead = "mart.dead"
    public static let replies = "mart.replies"
    /// All durable topic exchanges without arguments.
    public static let exchanges = [commands, events, dead, replies]

    public enum Argument: Sendable, Hashable {
        case text(String)
        case number(Int64)
        case flag(Bool)
    }

    public struct Binding: Sendable, Hashable {
        public let exchange: String
        public let routingKey: String
    }

    public struct Queue: Sendable, Hashable {
        public let name: String
        public let channel: Incoming.Channel
        public let arguments: [String: Argument]
        public let bindings: [Binding]
    }

    public let services: [ServiceTopology]

    public init(_ services: [ServiceTopology]) { self.services = services }

    /// What a service consumes; nothing if there is none of that name.
    public func consumed(by service: String) -> [MessageName] { services.first { $0.name == service }?.consumes ?? [] }

    /// The queues of all services, dead-letter queues first: a dead letter without a route would wait inside its queue until the node restarts.
    public var queues: [Queue] { services.map(Self.deadQueue) + services.flatMap(Self.workQueues) }

    public func queues(of service: String) -> [Queue] {
        services.filter { $0.name == service }.flatMap { [Self.deadQueue($0)] + Self.workQueues($0) }
    }

    /// Types of the events for which this contract names a consumer: they must not go out unrouted.
    public var consumedTypes: Set<String> { Set(services.flatMap { $0.consumes.map(\.type) }) }

    /// Names of the queues that take events of a type by this contract.
    public func queues(forType type: String) -> [String] {
        services.filter { $0.consumes.contains { $0.type == type } }.map { "\($0.name).events" }
    }

    private static func deadQueue(_ service: ServiceTopology) -> Queue {
        Queue(
            name: "\(service.name).dead", channel: .dead,
            arguments: ["x-queue-type": .text("quorum"), "x-queue-leader-locator": .text("balanced")],
            bindings: [Binding(exchange: dead, routingKey: service.name)])
    }

    private static func workQueues(_ service: ServiceTopology) -> [Queue] {
        let arguments: [String: Argument] = [
            "x-queue-type": .text("quorum"),
            "x-single-active-consumer": .flag(true),
            "x-delivery-limit": .number(1_000_000),
            "x-dead-letter-exchange": .text(dead),
            "x-dead-letter-routing-key": .text(service.name),
            "x-dead-letter-strategy": .text("at-least-once"),
            "x-overflow": .text("reject-publish"),
            "x-queue-leader-locator": .text("balanced"),
        ]
        return [
            Queue(
                name: "\(service.name).commands", channel: .commands, arguments: arguments,
                bindings: [Binding(exchange: commands, routingKey: "\(service.name).#")]),
            Queue(
                name: "\(service.name).events", channel: .events, arguments: arguments,
                bindings: service.consumes.map { Binding(exchange: events, routingKey: "\($0.routingKey).#") }),
        ]
    }
}
