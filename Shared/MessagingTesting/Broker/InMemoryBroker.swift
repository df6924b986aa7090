public import RabbitMQ

/// RabbitMQ in memory: exchanges, quorum queues, confirms, returns, prefetch, redelivery, dead letters, one active consumer, and what it does to
/// clients that do wrong. It has no time and no chance of its own: everything happens when it is called, in the same way each time.
///
/// Held to the behaviour of the real one by `TransportConformance`. Not thread-safe.
public final class InMemoryBroker {
    /// A connection with its one channel.
    public struct ChannelId: Hashable, Sendable, Comparable {
        let number: Int
        public static func < (left: ChannelId, right: ChannelId) -> Bool { left.number < right.number }
    }

    /// What the broker tells a client, in this order.
    public enum Event: Sendable {
        case confirmed(tag: UInt64, multiple: Bool, isNack: Bool)
        /// Comes before its confirm.
        case returned(OutgoingMessage)
        case delivered(Delivery)
        /// The queue of a consumer is gone.
        case cancelled(queue: String)
        case blocked
        case unblocked
        /// The connection is over.
        case closed(replyCode: Int, text: String)
    }

    /// Why something was refused; the channel is closed by it.
    public struct Refusal: Error, Sendable {
        public let replyCode: Int
        public let text: String
    }

    struct Channel {
        var events: [Event] = []
        var published: UInt64 = 0
        /// What a blocked client wrote meanwhile.
        var held: [OutgoingMessage] = []
        var isToldBlocked = false
        var lastTag: UInt64 = 0
        /// Deliveries without an answer, by tag.
        var unsettled: [(tag: UInt64, queue: String, message: QueuedMessage)] = []
    }

    struct Binding: Hashable {
        let exchange: String
        let pattern: TopicPattern
    }

    var channels: [ChannelId: Channel] = [:]
    private var lastChannel = 0
    private var exchanges: Set<String> = []
    var queues: [String: BrokerQueue] = [:]
    /// Every walk over queues goes by this order, never by that of a dictionary.
    private(set) var queueNames: [String] = []
    private var bindings: [String: [Binding]] = [:] {
        didSet { routes.removeAll(keepingCapacity: true) }
    }
    /// Where messages of an exchange with a routing key go, as long as bindings and queues stay as they are.
    private var routes: [String: [String: [String]]] = [:]
    /// Out of memory or disk: nobody may publish.
    public internal(set) var isBlocked = false

    /// In bytes.
    public var maximumMessageSize = Int.max

    public init() {}

    // MARK: Connections

    public func connect() -> ChannelId {
        lastChannel += 1
        let id = ChannelId(number: lastChannel)
        channels[id] = Channel()
        return id
    }

    public func isOpen(_ channel: ChannelId) -> Bool { channels[channel] != nil }

    /// What the broker has said on a channel since the last call, at most so much.
    public func takeEvents(of channel: ChannelId, max: Int = .max) -> [Event] {
        guard let events = channels[channel]?.events else { return [] }
        channels[channel]?.events.removeFirst(min(max, events.count))
        return Array(events.prefix(max))
    }

    public func hasEvents(_ channel: ChannelId) -> Bool { channels[channel]?.events.isEmpty == false }

    /// The connection ends, by whomever: what is unanswered goes back into its queues.
    public func close(_ channel: ChannelId) {
        guard let ended = channels.removeValue(forKey: channel) else { return }
        var back: [String: [QueuedMessage]] = [:]
        for delivery in ended.unsettled {
            queues[delivery.queue]?.settle(on: channel)
            var message = delivery.message
            message.returned += 1
            back[delivery.queue, default: []].append(message)
        }
        for name in queueNames {
            queues[name]?.consumers.removeAll { $0.channel == channel }
            if let messages = back[name] { giveBack(messages, to: name) }
        }
        for name in queueNames where queues[name]?.owner == channel { deleteQueue(name) }
        // Another consumer may be the active one now.
        deliver(from: queueNames)
    }

    /// Closes a channel whose client broke the protocol; the client is told.
    func fail(_ channel: ChannelId, _ replyCode: Int, _ text: String) {
        close(channel)
        channels[channel] = nil
        closed[channel] = Refusal(replyCode: replyCode, text: text)
    }
    private var closed: [ChannelId: Refusal] = [:]

    /// Why the broker closed the channel; nil if it did not.
    public func reasonOfClosing(_ channel: ChannelId) -> Refusal? { closed[channel] }

    /// The node dies and comes back: connections are gone, durable queues and confirmed messages stay.
    public func restart() {
        for channel in channels.keys.sorted() { close(channel) }
        isBlocked = false
    }

    // MARK: Topology

    public func declareExchange(_ name: String) { exchanges.insert(name) }

    public func declareQueue(_ name: String, exclusiveTo owner: ChannelId? = nil, arguments: [String: FieldValue] = [:]) throws(Refusal) {
        guard let known = queues[name] else {
            queues[name] = BrokerQueue(name: name, arguments: arguments, owner: owner)
            queueNames.append(name)
            return
        }
        if known.owner != owner {
            throw Refusal(replyCode: 405, text: "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '\(name)'")
        }
        if known.arguments != arguments {
            throw Refusal(replyCode: 406, text: "PRECONDITION_FAILED - inequivalent arg for queue '\(name)'")
        }
        retryStranded()
    }

    public func bind(_ queue: String, to exchange: String, _ routingKey: String) throws(Refusal) {
        guard queues[queue] != nil, exchanges.contains(exchange) else {
            throw Refusal(replyCode: 404, text: "NOT_FOUND - no queue '\(queue)' or exchange '\(exchange)'")
        }
        let binding = Binding(exchange: exchange, pattern: TopicPattern(routingKey))
        if bindings[queue]?.contains(binding) == true { return }
        bindings[queue, default: []].append(binding)
        retryStranded()
    }

    public func unbind(_ queue: String) { if bindings[queue] != nil { bindings[queue] = nil } }

    /// Its messages are gone, and its consumers are told.
    public func deleteQueue(_ name: String) {
        guard let queue = queues.removeValue(forKey: name) else { return }
        queueNames.removeAll { $0 == name }
        unbind(name)
        for consumer in queue.consumers {
            channels[consumer.channel]?.unsettled.removeAll { $0.queue == name }
            channels[consumer.channel]?.events.append(.cancelled(queue: name))
        }
    }

    /// A policy; nil: no limit.
    public func limit(_ queue: String, to length: Int?) { queues[queue]?.maximumLength = length }

    /// A queue that is about full, so that some messages get in and others do not; nil: no longer.
    public func refuse(_ queue: String, when refuses: (() -> Bool)?) { queues[queue]?.refuses = refuses }

    public func hasExchange(_ name: String) -> Bool { name.isEmpty || exchanges.contains(name) }

    /// The queues that a message goes to, each once, in the order of their declaration.
    func route(_ exchange: String, _ routingKey: String) -> [String] {
        if exchange.isEmpty { return queues[routingKey] == nil ? [] : [routingKey] }
        if let known = routes[exchange]?[routingKey] { return known }
        let targets = queueNames.filter { queue in
            bindings[queue]?.contains { $0.exchange == exchange && $0.pattern.matches(routingKey) } == true
        }
        routes[exchange, default: [:]][routingKey] = targets
        return targets
    }

    // MARK: Looking

    /// Of all queues, in the order of their declaration.
    public var names: [String] { queueNames }

    /// Messages in a queue: ready, and with a consumer.
    public func count(in queue: String) -> (ready: Int, unsettled: Int) { queues[queue].map { ($0.readyCount, $0.unsettled) } ?? (0, 0) }
}
