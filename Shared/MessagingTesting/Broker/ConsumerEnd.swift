public import RabbitMQ

/// A client's consumer connection and what is under way on it. Which acknowledgements are sent is decided by the client's own
/// `AcknowledgementLedger`.
public final class ConsumerEnd {
    private let broker: InMemoryBroker
    public private(set) var channel: InMemoryBroker.ChannelId?
    public private(set) var generation = 0
    private var ledger = AcknowledgementLedger()
    /// Read, and not yet taken by the application.
    public private(set) var buffer: [Delivery] = []
    /// Asked for by the application, and not yet written.
    private var requests: [(kind: AcknowledgementLedger.Request, delivery: Delivery)] = []
    /// Written, and not yet at the broker.
    private var underWay: [AcknowledgementLedger.Action] = []

    public init(_ broker: InMemoryBroker) { self.broker = broker }

    public var isConnected: Bool { channel != nil }
    public var isIdle: Bool { buffer.isEmpty && underWay.isEmpty && requests.isEmpty }

    /// - Parameter setup: declares what is needed and starts the consumers; a refusal ends the attempt.
    public func connect(_ setup: (InMemoryBroker.ChannelId) throws -> Void) -> Bool {
        let attempt = broker.connect()
        do {
            try setup(attempt)
        } catch {
            broker.close(attempt)
            return false
        }
        channel = attempt
        generation += 1
        ledger = AcknowledgementLedger()
        return true
    }

    /// Reads some of what the broker said.
    public func read(_ count: Int) throws {
        guard let channel else { return }
        var isCancelled = false
        for event in broker.takeEvents(of: channel, max: count) {
            switch event {
            case .delivered(let delivery):
                ledger.deliver(through: delivery.deliveryTag)
                buffer.append(delivery.of(generation))
            case .cancelled: isCancelled = true
            case .blocked, .unblocked: break
            case .confirmed, .returned, .closed: throw TransportFault("a publisher's event on a consumer's channel")
            }
        }
        if let refusal = broker.reasonOfClosing(channel) { throw TransportFault("the broker closed a consumer's channel: \(refusal.text)") }
        if isCancelled || !broker.isOpen(channel), let zombie = lose() { broker.close(zombie.channel) }
    }

    public func take(_ count: Int) -> [Delivery] {
        defer { buffer.removeFirst(min(count, buffer.count)) }
        return Array(buffer.prefix(count))
    }

    public func acknowledge(through delivery: Delivery) { requests.append((.acknowledgeThrough, delivery)) }
    public func acknowledge(_ delivery: Delivery) { requests.append((.acknowledge, delivery)) }
    public func reject(_ delivery: Delivery, requeue: Bool) { requests.append((requeue ? .requeue : .discard, delivery)) }

    /// The client writes its acknowledgements, and some of them arrive.
    public func arrive(_ count: Int) {
        guard let channel else { return }
        write()
        for action in underWay.prefix(count) { broker.perform(action, on: channel) }
        underWay.removeFirst(min(count, underWay.count))
    }

    private func write() {
        for request in requests where request.delivery.generation == generation {
            if let action = ledger.note(request.kind, tag: request.delivery.deliveryTag) { underWay.append(action) }
        }
        requests = []
        underWay += ledger.flush()
    }

    /// The client gives the connection up: what nobody has taken will come again. What it asked for at last may have been written, and may arrive.
    @discardableResult
    public func lose() -> Zombie? {
        guard let lost = channel else { return nil }
        write()
        channel = nil
        buffer = []
        defer { underWay = [] }
        return Zombie(channel: lost, acknowledgements: underWay)
    }
}

extension Delivery {
    fileprivate func of(_ generation: Int) -> Delivery {
        Delivery(
            queue: queue, generation: generation, deliveryTag: deliveryTag, redelivered: redelivered, exchange: exchange,
            routingKey: routingKey, properties: properties, body: body)
    }
}
