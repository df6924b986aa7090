import Logging

/// The consumer's side of its connection: reads deliveries, sends acknowledgements. On the I/O thread only.
final class ConsumerClient: ConnectionClient {
    private let core: ConsumerCore
    private var reader = FrameReader(sources: [], generation: 0)
    private var ledger = AcknowledgementLedger()
    private var requests: [ConsumerCore.Request] = []
    private var generation = 0
    /// When what is maintained is declared again.
    private var nextAssertion = MonotonicTime.now()
    /// Optional subscriptions whose queue was missing; left out of the next attempt only.
    private var missing: Set<Int> = []

    init(core: ConsumerCore) { self.core = core }

    var hasWork: Bool { core.hasRequests }
    /// A shutdown sends what was acknowledged before it and waits for nothing else.
    var isIdle: Bool { true }

    func begin(_ connection: NativeConnection, generation: Int) throws(RabbitMQError) {
        self.generation = generation
        ledger = AcknowledgementLedger()
        reader = FrameReader(
            sources: core.subscriptions.map { .init(queue: $0.queue, maxBodySize: $0.maxBodySize) }, generation: generation)
        let left = try lookForOptionalQueues(connection)
        for index in left {
            let subscription = core.subscriptions[index]
            try connection.startConsumer(
                queue: subscription.queue, tag: String(index), prefetch: subscription.prefetch, exclusive: subscription.exclusive,
                arguments: subscription.arguments)
        }
        try waitForConsumers(connection, count: left.count)
        nextAssertion = .now() + connection.heartbeat
    }

    /// A missing queue closes the channel, and any channel error ends the connection: the next attempt leaves the queue out.
    private func lookForOptionalQueues(_ connection: NativeConnection) throws(RabbitMQError) -> [Int] {
        var left: [Int] = []
        for (index, subscription) in core.subscriptions.enumerated() where !missing.contains(index) {
            left.append(index)
            if !subscription.isOptional { continue }
            do {
                _ = try connection.declareQueue(
                    subscription.queue, durable: false, exclusive: false, autoDelete: false, passive: true, arguments: [:])
            } catch {
                if error.code == .notFound { missing.insert(index) }
                throw error
            }
        }
        missing = []
        return left
    }

    private func waitForConsumers(_ connection: NativeConnection, count: Int) throws(RabbitMQError) {
        let deadline = MonotonicTime.now() + core.control.configuration.rpcTimeout
        var started = 0
        while started < count {
            switch try reader.next(from: connection) {
            case .consumerStarted: started += 1
            case .nothing:
                let now = MonotonicTime.now()
                core.control.turned(at: now)
                if now >= deadline { throw .timedOut("starting the consumers") }
                core.control.wakeUp.sleep(socket: connection.socket, milliseconds: RabbitMQLimits.turnMilliseconds)
            case .consumerCancelled(let tag): throw cancelled(tag)
            default: break
            }
        }
    }

    func turn(_ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) -> Bool {
        try sendAcknowledgements(connection)
        if now >= nextAssertion {
            for declaration in core.maintained() { try connection.assert(declaration) }
            nextAssertion = now + connection.heartbeat
        }
        let isMoreToRead = try read(connection)
        if let last = reader.deliveries.last {
            ledger.deliver(through: last.deliveryTag)
            core.handOver(&reader.deliveries)
        }
        return isMoreToRead
    }

    func finish(_ connection: NativeConnection) throws(RabbitMQError) { try sendAcknowledgements(connection) }

    func settleWithoutConnection() {
        core.dropBuffered()
        core.takeRequests(into: &requests)
        requests.removeAll(keepingCapacity: true)
    }

    func end() { settleWithoutConnection() }

    private func sendAcknowledgements(_ connection: NativeConnection) throws(RabbitMQError) {
        core.takeRequests(into: &requests)
        if requests.isEmpty { return }
        defer { requests.removeAll(keepingCapacity: true) }
        for request in requests where request.generation == generation {
            if let action = ledger.note(request.kind, tag: request.tag) { try send(action, connection) }
        }
        for action in ledger.flush() { try send(action, connection) }
    }

    private func send(_ action: AcknowledgementLedger.Action, _ connection: NativeConnection) throws(RabbitMQError) {
        switch action {
        case .acknowledge(let tag, let multiple): try connection.acknowledge(tag, multiple: multiple)
        case .reject(let tag, let requeue): try connection.reject(tag, requeue: requeue)
        }
    }

    /// - Returns: whether it stopped before everything was read.
    private func read(_ connection: NativeConnection) throws(RabbitMQError) -> Bool {
        while reader.deliveries.count < RabbitMQLimits.deliveriesPerTurn {
            switch try reader.next(from: connection, deliveries: RabbitMQLimits.deliveriesPerTurn) {
            case .nothing: return false
            case .progress: return true
            case .blocked, .unblocked, .consumerStarted: break
            case .consumerCancelled(let tag): throw cancelled(tag)
            case .confirmed, .returned: throw .protocolViolation("a publisher's method on a consumer's channel")
            }
        }
        return true
    }

    private func cancelled(_ tag: String) -> RabbitMQError {
        let queue = Int(tag).flatMap { core.subscriptions.indices.contains($0) ? core.subscriptions[$0].queue : nil }
        return .consumerCancelled(queue: queue ?? "an unknown queue")
    }
}
