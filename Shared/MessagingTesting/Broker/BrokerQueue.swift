import RabbitMQ

/// A message in a queue.
struct QueuedMessage {
    /// Order of arrival in this queue: where it goes back to.
    let position: UInt64
    let message: OutgoingMessage
    /// Deliveries that ended without an answer.
    var returned = 0
}

/// A quorum queue: messages in the order of their arrival, those that are with a consumer, and its consumers.
struct BrokerQueue {
    struct Consumer {
        let channel: InMemoryBroker.ChannelId
        let prefetch: Int
        var unsettled = 0
    }

    let name: String
    let arguments: [String: FieldValue]
    /// The connection that alone may use it, and with which it ends.
    let owner: InMemoryBroker.ChannelId?
    /// By argument or policy; with so many ready, publishes are refused.
    var maximumLength: Int?
    /// Decides on each publish whether the queue is full: the real limit is soft, so that a later message may get in before an earlier one.
    var refuses: (() -> Bool)?
    var consumers: [Consumer] = []
    private(set) var ready: [QueuedMessage] = []
    private var firstReady = 0
    private(set) var unsettled = 0
    /// Dead letters whose route was missing; they wait in the queue.
    var stranded: [OutgoingMessage] = []
    private var arrived: UInt64 = 0
    private var lastServed = 0

    init(name: String, arguments: [String: FieldValue], owner: InMemoryBroker.ChannelId?) {
        (self.name, self.arguments, self.owner) = (name, arguments, owner)
        if case .int(let length)? = arguments["x-max-length"] { maximumLength = Int(length) }
    }

    var readyCount: Int { ready.count - firstReady }
    var isEmpty: Bool { readyCount == 0 && unsettled == 0 }
    var isFull: Bool { maximumLength.map { readyCount >= $0 } ?? refuses?() ?? false }
    var isSingleActive: Bool { arguments["x-single-active-consumer"] == .bool(true) }

    var deliveryLimit: Int? { if case .int(let limit)? = arguments["x-delivery-limit"] { Int(limit) } else { nil } }

    /// Where dead letters go; nil: nowhere.
    var deadLetters: (exchange: String, routingKey: String?)? {
        guard case .string(let exchange)? = arguments["x-dead-letter-exchange"] else { return nil }
        if case .string(let key)? = arguments["x-dead-letter-routing-key"] { return (exchange, key) }
        return (exchange, nil)
    }

    mutating func append(_ message: OutgoingMessage) {
        arrived += 1
        ready.append(QueuedMessage(position: arrived, message: message))
    }

    /// The place of the consumer that may have a message now. Single active consumer: the first that came and is still there.
    func nextConsumer() -> Int? {
        if readyCount == 0 { return nil }
        if isSingleActive { return consumers.first.map { $0.unsettled < $0.prefetch } == true ? 0 : nil }
        return consumers.indices.lazy.map { (lastServed + 1 + $0) % consumers.count }.first {
            consumers[$0].unsettled < consumers[$0].prefetch
        }
    }

    mutating func take(for consumer: Int) -> QueuedMessage {
        let message = ready[firstReady]
        firstReady += 1
        if firstReady > 64, firstReady * 2 > ready.count {
            ready.removeFirst(firstReady)
            firstReady = 0
        }
        consumers[consumer].unsettled += 1
        lastServed = consumer
        unsettled += 1
        return message
    }

    /// A delivery was answered, or its channel has ended.
    mutating func settle(on channel: InMemoryBroker.ChannelId) {
        unsettled -= 1
        if let place = consumers.firstIndex(where: { $0.channel == channel }) { consumers[place].unsettled -= 1 }
    }

    /// Puts messages back where they were.
    mutating func putBack(_ messages: [QueuedMessage]) {
        ready.removeFirst(firstReady)
        firstReady = 0
        ready = (ready + messages).sorted { $0.position < $1.position }
    }

    /// Answers how many messages were ready.
    mutating func purge() -> Int {
        defer { (ready, firstReady) = ([], 0) }
        return readyCount
    }
}
