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
    /// Whether too much is in hand to read on, and when to say then that we live: the library says it by itself only when it reads.
    private var isPaused = false
    private var nextHeartbeat = MonotonicTime.now()
    /// Optional subscriptions whose queue was missing; left out of the next attempt only.
    private var missing: Set<Int> = []

    init(core: ConsumerCore) { self.core = core }

    var hasWork: Bool { core.hasRequests }
    var isReading: Bool { !isPaused }
    /// A shutdown sends what was acknowledged before it and waits for nothing else.
    var isIdle: Bool { true }

    func begin(_ connection: NativeConnection, generation: Int) throws(RabbitMQError) {
        self.generation = generation
        isPaused = false
        ledger = AcknowledgementLedger()
        reader = FrameReader(
            sources: core.subscriptions.map { .init(queue: $0.queue, maxBodySize: $0.maxBodySize) }, generation: generation)
        let left = try lookForOptionalQueues(connection)
        for index in left {
            let subscription = core.subscriptions[index]
            try connection.startConsumer(
                queue: subscription.queue, tag: String(index),
                prefetch: generation == 1 ? subscription.firstPrefetch ?? subscription.prefetch : subscription.prefetch,
                exclusive: subscription.exclusive,
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

    /// Does not wait to the end when so much is delivered meanwhile that reading must pause: answers to the others are behind it.
    private func waitForConsumers(_ connection: NativeConnection, count: Int) throws(RabbitMQError) {
        let deadline = MonotonicTime.now() + core.control.configuration.rpcTimeout
        var started = 0
        while started < count {
            switch try reader.next(from: connection, bytes: core.byteBudget) {
            case .consumerStarted: started += 1
            case .progress where reader.bytes >= core.byteBudget: return
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
        let isMoreToRead = try read(connection, now: now)
        if reader.deliveries.isEmpty { return isMoreToRead }
        reader.take { deliveries, sizes in
            ledger.deliver(sizes)
            core.handOver(&deliveries)
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
        core.takeRequests(into: &requests, noting: note)
        if requests.isEmpty { return }
        defer { requests.removeAll(keepingCapacity: true) }
        for request in requests where request.generation == generation {
            if let action = ledger.note(request.kind, tag: request.tag) { try send(action, connection) }
        }
        for action in ledger.flush() { try send(action, connection) }
    }

    /// In place: a copy would be an allocation at every turn.
    private func note(_ marks: inout ConsumerCore.DeliveryMarks) {
        marks.generation = generation
        marks.settledThrough = ledger.settledThrough
        marks.isHeldUp = isPaused || reader.isWithinMessage
        if marks.lastTags.isEmpty { marks.lastTags = Array(repeating: 0, count: core.subscriptions.count) }
        for index in marks.lastTags.indices { marks.lastTags[index] = reader.lastTags[index] }
    }

    private func send(_ action: AcknowledgementLedger.Action, _ connection: NativeConnection) throws(RabbitMQError) {
        switch action {
        case .acknowledge(let tag, let multiple): try connection.acknowledge(tag, multiple: multiple)
        case .reject(let tag, let requeue): try connection.reject(tag, requeue: requeue)
        }
    }

    /// - Returns: whether it stopped before everything was read.
    private func read(_ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) -> Bool {
        let room = core.byteBudget - ledger.bytesInHand
        try pause(room <= 0, connection, now: now)
        while reader.deliveries.count < RabbitMQLimits.deliveriesPerTurn, reader.bytes < room {
            switch try reader.next(from: connection, deliveries: RabbitMQLimits.deliveriesPerTurn, bytes: room) {
            case .nothing: return false
            case .progress: return true
            case .blocked, .unblocked, .consumerStarted: break
            case .consumerCancelled(let tag): throw cancelled(tag)
            case .confirmed, .returned: throw .protocolViolation("a publisher's method on a consumer's channel")
            }
        }
        return !isPaused
    }

    /// Not to read is to leave the rest in the kernels' hands and then the broker's. Meanwhile heartbeats go on, and the peer's end is noticed.
    private func pause(_ mustPause: Bool, _ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) {
        if mustPause != isPaused {
            isPaused = mustPause
            nextHeartbeat = now
            connection.limitSilence(mustPause)
        }
        guard isPaused, connection.heartbeat > .zero else { return }
        if connection.isPeerGone { throw .connectionLost("the peer has ended the connection") }
        if now >= nextHeartbeat {
            try connection.sendHeartbeat()
            nextHeartbeat = now + connection.heartbeat / 2
        }
    }

    private func cancelled(_ tag: String) -> RabbitMQError {
        let queue = Int(tag).flatMap { core.subscriptions.indices.contains($0) ? core.subscriptions[$0].queue : nil }
        return .consumerCancelled(queue: queue ?? "an unknown queue")
    }
}
