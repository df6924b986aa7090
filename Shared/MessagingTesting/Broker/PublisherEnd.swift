public import RabbitMQ

/// A client's publisher connection and what is under way on it. Numbers and confirms are kept by the client's own `ConfirmTracker`.
public final class PublisherEnd {
    private let broker: InMemoryBroker
    public private(set) var channel: InMemoryBroker.ChannelId?
    private var tracker = ConfirmTracker(window: 1024)
    /// Handed in and not yet written.
    private var queue: [(token: UInt64, message: OutgoingMessage)] = []
    /// Written, and not yet at the broker.
    private var underWay: [OutgoingMessage] = []
    private var settled: [RabbitMQPublisher.Settlement] = []
    /// The broker has said that it takes nothing at present.
    public private(set) var isBlocked = false
    /// Why the broker closed the last connection; nil: it did not.
    public private(set) var refusal: InMemoryBroker.Refusal?

    public init(_ broker: InMemoryBroker) { self.broker = broker }

    public var isConnected: Bool { channel != nil }
    public var isIdle: Bool { queue.isEmpty && underWay.isEmpty && tracker.inFlight == 0 && settled.isEmpty }

    public func connect() {
        channel = broker.connect()
        tracker = ConfirmTracker(window: 1024)
        isBlocked = false
    }

    /// Without a connection, everything handed in is lost at once, as with the real client.
    public func enqueue(_ batch: [(token: UInt64, message: OutgoingMessage)]) {
        queue += batch
        if isConnected { write() } else { loseQueued() }
    }

    private func write() {
        while !isBlocked, let next = queue.first, tracker.hasRoom {
            queue.removeFirst()
            tracker.publish(
                token: next.token, returnKey: next.message.mandatory ? next.message.returnKey : nil, at: MonotonicTime(nanoseconds: 0))
            underWay.append(next.message)
        }
    }

    private func loseQueued() {
        settled += queue.map { .init(token: $0.token, outcome: .lost) }
        queue = []
    }

    /// Some of what is under way arrives.
    public func arrive(_ count: Int) {
        guard let channel else { return }
        for message in underWay.prefix(count) { broker.publish(message, on: channel) }
        underWay.removeFirst(min(count, underWay.count))
    }

    /// Reads some of what the broker said.
    public func read(_ count: Int) throws {
        guard let channel else { return }
        for event in broker.takeEvents(of: channel, max: count) {
            switch event {
            case .confirmed(let tag, let multiple, let isNack): try tracker.confirm(sequence: tag, multiple: multiple, isNack: isNack)
            case .returned(let message): try tracker.giveBack(returnKey: message.returnKey, replyCode: 312, text: "NO_ROUTE")
            case .blocked: isBlocked = true
            case .unblocked: isBlocked = false
            case .delivered, .cancelled, .closed: throw TransportFault("a consumer's event on a publisher's channel")
            }
        }
        write()
        if !broker.isOpen(channel) {
            lose()
            refusal = broker.reasonOfClosing(channel)
        }
    }

    /// The client gives the connection up. What is under way is handed back: it may still arrive.
    @discardableResult
    public func lose() -> Zombie? {
        guard let lost = channel else { return nil }
        (channel, refusal) = (nil, nil)
        tracker.abandon()
        loseQueued()
        settled += tracker.settlements
        tracker.settlements = []
        defer { underWay = [] }
        return Zombie(channel: lost, messages: underWay)
    }

    /// Outcomes that the client has not been told yet.
    public func takeSettlements() -> [RabbitMQPublisher.Settlement] {
        defer { (settled, tracker.settlements) = ([], []) }
        return settled + tracker.settlements
    }
}

/// A connection that its client has given up and of which the broker does not know that yet.
public struct Zombie {
    public let channel: InMemoryBroker.ChannelId
    var messages: [OutgoingMessage] = []
    var acknowledgements: [AcknowledgementLedger.Action] = []

    /// Some of what was under way arrives, then the broker notices.
    public func end(_ broker: InMemoryBroker, arriving count: Int) {
        for message in messages.prefix(count) where broker.isOpen(channel) { broker.publish(message, on: channel) }
        for action in acknowledgements.prefix(count) where broker.isOpen(channel) { broker.perform(action, on: channel) }
        broker.close(channel)
    }
}

extension InMemoryBroker {
    func perform(_ action: AcknowledgementLedger.Action, on channel: ChannelId) {
        switch action {
        case .acknowledge(let tag, let multiple): acknowledge(tag, multiple: multiple, on: channel)
        case .reject(let tag, let requeue): reject(tag, requeue: requeue, on: channel)
        }
    }
}

/// The broker said what it could not have said to this client.
public struct TransportFault: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}
