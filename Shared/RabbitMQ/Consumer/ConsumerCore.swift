import Logging

/// What a consumer's callers and its thread share.
final class ConsumerCore: Sendable {
    typealias Subscription = RabbitMQConsumer.Subscription
    typealias Waiter = CheckedContinuation<Result<[Delivery], RabbitMQError>, Never>

    /// A wish of the caller about one delivery.
    struct Request: Sendable {
        var kind: AcknowledgementLedger.Request
        var tag: UInt64
        var generation: Int
    }

    let control: ConnectionControl
    let subscriptions: [Subscription]
    let byteBudget: Int
    let maintained: @Sendable () -> [Declaration]
    private let shared = Monitor(Shared())

    struct Shared: Sendable {
        /// Read and not taken: from `taken` on.
        var buffer: [Delivery] = []
        var taken = 0
        var requests: [Request] = []
        var isHandingOut = true
        var isWoken = false
        var isThreadWaiting = false
        var lastWaiter: UInt64 = 0
        var waiters: [(id: UInt64, max: Int, waiter: Waiter)] = []
        var marks = DeliveryMarks()
    }

    /// How far the deliveries of the connection have come, as its thread noted at its last turn.
    struct DeliveryMarks: Sendable {
        var generation = 0
        /// By subscription; empty before the first connection.
        var lastTags: [UInt64] = []
        var settledThrough: UInt64 = 0
        /// Whether reading pauses, or a message is coming in.
        var isHeldUp = false
    }

    init(
        configuration: RabbitMQConfiguration, subscriptions: [Subscription], byteBudget: Int, logger: Logger,
        setup: @escaping @Sendable (SetupChannel) throws -> Void, maintained: @escaping @Sendable () -> [Declaration],
        onStateChange: (@Sendable (ConnectionState) -> Void)?
    ) {
        control = ConnectionControl(
            configuration: configuration, logger: logger, role: "consumer", setup: setup, onStateChange: onStateChange)
        self.subscriptions = subscriptions
        self.byteBudget = byteBudget
        self.maintained = maintained
    }

    var state: ConnectionState { control.state }

    var progress: RabbitMQConsumer.Progress? {
        guard case .connected(let generation) = control.state else { return nil }
        let marks = shared.withLock { $0.marks }
        guard marks.generation == generation else { return nil }
        let queues = zip(subscriptions, marks.lastTags).map { subscription, tag in
            RabbitMQConsumer.Progress.Queue(
                name: subscription.queue, lastDelivered: tag, isInHand: marks.isHeldUp || tag > marks.settledThrough)
        }
        return .init(generation: generation, queues: queues)
    }

    func start() {
        control.start {
            ConnectionLoop(control: self.control, client: ConsumerClient(core: self)).run()
        }
    }

    func reconnect(reason: String) { control.reconnect(reason: reason) }

    func suspend(reason: String) {
        control.suspend(reason: reason)
        dropBuffered()
    }

    func resume() { control.resume() }

    func requestStop(timeout: Duration) {
        stopConsuming()
        control.requestStop(timeout: timeout)
    }

    func shutdown(timeout: Duration) async {
        requestStop(timeout: timeout)
        await control.waitForEnd()
    }

    func nextBatch(max: Int, timeout: Duration) -> [Delivery] {
        precondition(max > 0, "A batch of nothing")
        return shared.wait(until: .now() + timeout) { shared in
            if let batch = shared.take(max: max) {
                shared.isThreadWaiting = false
                return batch
            }
            shared.isThreadWaiting = true
            return nil
        } ?? []
    }

    func nextBatch(max: Int) async throws(RabbitMQError) -> [Delivery] {
        precondition(max > 0, "A batch of nothing")
        let id = shared.withLock { shared in
            shared.lastWaiter += 1
            return shared.lastWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in
                let result: Result<[Delivery], RabbitMQError>? = shared.withLock { shared in
                    if Task.isCancelled { return .failure(.cancelled()) }
                    if let batch = shared.take(max: max) { return .success(batch) }
                    shared.waiters.append((id, max, waiter))
                    return nil
                }
                if let result { waiter.resume(returning: result) }
            }
        } onCancel: {
            let waiter: Waiter? = shared.withLock { shared in
                guard let index = shared.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return shared.waiters.remove(at: index).waiter
            }
            waiter?.resume(returning: .failure(.cancelled()))
        }
        return try result.get()
    }

    func wake() {
        serve { $0.isWoken = true }
    }

    func stopConsuming() {
        serve { shared in
            shared.isHandingOut = false
            shared.buffer = []
            shared.taken = 0
        }
    }

    func settle(_ kind: AcknowledgementLedger.Request, _ delivery: Delivery) {
        let request = Request(kind: kind, tag: delivery.deliveryTag, generation: delivery.generation)
        shared.withLock { $0.note(request) }
        control.wakeUp.wake()
    }

    /// Makes a change, then wakes those whom it concerns.
    private func serve(_ change: (inout Shared) -> Void) {
        var served: [(waiter: Waiter, batch: [Delivery])] = []
        let isThreadWaiting = shared.withLock { shared in
            change(&shared)
            while let first = shared.waiters.first, let batch = shared.take(max: first.max) {
                served.append((first.waiter, batch))
                shared.waiters.removeFirst()
            }
            let isWaiting = shared.isThreadWaiting
            shared.isThreadWaiting = false
            return isWaiting
        }
        if isThreadWaiting { shared.notify() }
        for (waiter, batch) in served { waiter.resume(returning: .success(batch)) }
    }
}

extension ConsumerCore.Shared {
    mutating func append(_ deliveries: inout [Delivery]) {
        if buffer.isEmpty { return swap(&buffer, &deliveries) }
        // A caller that never empties the buffer must not keep what it has taken for ever.
        if taken > buffer.count / 2 {
            buffer.removeFirst(taken)
            taken = 0
        }
        buffer.append(contentsOf: deliveries)
    }

    mutating func note(_ request: ConsumerCore.Request) {
        // A later range includes the earlier one, so that they do not pile up while the thread is busy.
        if request.kind == .acknowledgeThrough, let last = requests.last, last.kind == .acknowledgeThrough,
            last.generation == request.generation
        {
            requests[requests.count - 1].tag = max(last.tag, request.tag)
        } else {
            requests.append(request)
        }
    }

    /// - Returns: `nil` when there is reason to wait; nothing when woken or stopped.
    mutating func take(max: Int) -> [Delivery]? {
        if !isHandingOut { return [] }
        let count = buffer.count - taken
        if count == 0 {
            if !isWoken { return nil }
            isWoken = false
            return []
        }
        isWoken = false
        var batch: [Delivery] = []
        if taken == 0, count <= max {
            // The usual case: no copy.
            swap(&batch, &buffer)
        } else {
            let end = taken + min(max, count)
            batch = Array(buffer[taken..<end])
            taken = end
            if taken == buffer.count {
                buffer = []
                taken = 0
            }
        }
        return batch
    }
}

// For the I/O thread.
extension ConsumerCore {
    var hasRequests: Bool { shared.withLock { !$0.requests.isEmpty } }

    /// - Parameter note: updates how far the deliveries have come, under the same lock.
    func takeRequests(into requests: inout [Request], noting note: (inout DeliveryMarks) -> Void = { _ in }) {
        shared.withLock { shared in
            swap(&requests, &shared.requests)
            note(&shared.marks)
        }
    }

    /// Hands over what has been read; wakes a waiting caller once.
    func handOver(_ deliveries: inout [Delivery]) {
        serve { shared in
            if !shared.isHandingOut { return }
            shared.append(&deliveries)
        }
        deliveries.removeAll(keepingCapacity: true)
    }

    /// The connection is gone, and with it what nobody has taken: it will come again.
    func dropBuffered() {
        shared.withLock { shared in
            shared.buffer = []
            shared.taken = 0
        }
    }
}
