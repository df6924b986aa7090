import Logging

/// What a publisher's callers and its thread share.
final class PublisherCore: Sendable {
    typealias Batch = [(token: UInt64, message: OutgoingMessage)]
    typealias Settlement = RabbitMQPublisher.Settlement
    typealias Waiter = CheckedContinuation<Result<PublishReceipt, RabbitMQError>, Never>

    /// Set in the tokens of `publish`, so that their outcomes find the waiting task.
    static let waiterBit: UInt64 = 1 << 63

    let control: ConnectionControl
    let settings: PublisherLimits
    private let onSettled: (@Sendable ([Settlement]) -> Void)?
    private let mail = Monitor(Mail())

    private struct Mail: Sendable {
        var batches: [Batch] = []
        /// Handed in and not settled, wherever they are.
        var unsettled = 0
        var isClosed = false
        var lastWaiter: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
    }

    init(
        configuration: RabbitMQConfiguration, logger: Logger, settings: PublisherLimits,
        setup: @escaping @Sendable (SetupChannel) throws -> Void, onSettled: (@Sendable ([Settlement]) -> Void)?,
        onStateChange: (@Sendable (ConnectionState) -> Void)?
    ) {
        precondition(settings.window > 0 && settings.maxQueued > 0, "A limit of nothing")
        control = ConnectionControl(
            configuration: configuration, logger: logger, role: "publisher", setup: setup, onStateChange: onStateChange)
        self.settings = settings
        self.onSettled = onSettled
    }

    var state: ConnectionState { control.state }

    func start() {
        control.start {
            ConnectionLoop(control: self.control, client: PublisherClient(core: self)).run()
        }
    }

    func reconnect(reason: String) { control.reconnect(reason: reason) }

    func requestStop(timeout: Duration) {
        if !control.requestStop(timeout: timeout) { close() }
    }

    func shutdown(timeout: Duration) async {
        requestStop(timeout: timeout)
        await control.waitForEnd()
    }

    func enqueue(_ batch: Batch) {
        if batch.isEmpty { return }
        let isTaken = mail.withLock { mail in
            if mail.isClosed || mail.unsettled + batch.count > settings.maxQueued { return false }
            mail.unsettled += batch.count
            mail.batches.append(batch)
            return true
        }
        if isTaken { return control.wakeUp.wake() }
        onSettled?(batch.map { Settlement(token: $0.token, outcome: .lost) })
    }

    func publish(_ message: OutgoingMessage) async throws(RabbitMQError) -> PublishReceipt {
        let id = mail.withLock { mail in
            mail.lastWaiter += 1
            return mail.lastWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: Waiter) in register(id, waiter, message) }
        } onCancel: {
            // May come before the registration, which looks for it.
            let waiter = mail.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.resume(returning: .failure(.cancelled()))
        }
        return try result.get()
    }

    private func register(_ id: UInt64, _ waiter: Waiter, _ message: OutgoingMessage) {
        let refusal: RabbitMQError? = mail.withLock { mail in
            if mail.isClosed { return .shutDown() }
            if mail.unsettled >= settings.maxQueued { return .overloaded(limit: settings.maxQueued) }
            // Under the lock: a cancellation after this finds the waiter.
            if Task.isCancelled { return .cancelled() }
            mail.unsettled += 1
            mail.waiters[id] = waiter
            mail.batches.append([(token: id | Self.waiterBit, message: message)])
            return nil
        }
        if let refusal { waiter.resume(returning: .failure(refusal)) } else { control.wakeUp.wake() }
    }

    /// The thread has ended or never ran: nobody will take the mail any more.
    func close() {
        let rest = mail.withLock { mail in
            mail.isClosed = true
            defer { mail.batches = [] }
            return mail.batches
        }
        settle(rest.joined().map { Settlement(token: $0.token, outcome: .lost) }, generation: 0)
    }
}

// For the I/O thread.
extension PublisherCore {
    var hasMail: Bool { mail.withLock { !$0.batches.isEmpty } }

    /// Everything handed in is settled.
    var isIdle: Bool { mail.withLock { $0.unsettled == 0 } }

    /// Moves all mail to the end of a queue.
    func takeMail(into queue: inout [Batch]) {
        mail.withLock { mail in
            if mail.batches.isEmpty { return }
            if queue.isEmpty {
                swap(&queue, &mail.batches)
            } else {
                queue.append(contentsOf: mail.batches)
                mail.batches.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Tells the callers what became of their messages; one call for all.
    func settle(_ settlements: [Settlement], generation: Int) {
        if settlements.isEmpty { return }
        var resumptions: [(waiter: Waiter, outcome: PublishOutcome)] = []
        let hasWaiters = settlements.contains { $0.token & Self.waiterBit != 0 }
        mail.withLock { mail in
            mail.unsettled -= settlements.count
            if !hasWaiters { return }
            for settlement in settlements where settlement.token & Self.waiterBit != 0 {
                // A cancelled one is gone already.
                if let waiter = mail.waiters.removeValue(forKey: settlement.token & ~Self.waiterBit) {
                    resumptions.append((waiter, settlement.outcome))
                }
            }
        }
        for (waiter, outcome) in resumptions { waiter.resume(returning: Self.result(outcome, generation: generation)) }
        guard let onSettled else { return }
        let others = hasWaiters ? settlements.filter { $0.token & Self.waiterBit == 0 } : settlements
        if !others.isEmpty { onSettled(others) }
    }

    private static func result(_ outcome: PublishOutcome, generation: Int) -> Result<PublishReceipt, RabbitMQError> {
        switch outcome {
        case .confirmed: .success(PublishReceipt(generation: generation))
        case .returned(let replyCode, let text): .failure(.unroutable(replyCode: replyCode, text: text))
        case .nacked: .failure(.nacked())
        case .lost: .failure(.connectionLost("the connection ended before the confirm"))
        case .invalid(let reason): .failure(.invalidMessage(reason))
        }
    }
}
