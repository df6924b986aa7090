import Logging

/// The publisher's side of its connection: writes what is handed in, keeps the window, reads confirms. On the I/O thread only.
final class PublisherClient: ConnectionClient {
    private let core: PublisherCore
    private var tracker: ConfirmTracker
    private var nacks: NackStreak
    private var reader = FrameReader(sources: [], generation: 0)
    private var generation = 0
    private var isBlocked = false

    /// Taken from the mail and not yet written: from `position` in the batch at `head` on.
    private var queue: [PublisherCore.Batch] = []
    private var head = 0
    private var position = 0

    init(core: PublisherCore) {
        self.core = core
        tracker = ConfirmTracker(window: core.settings.window)
        nacks = NackStreak(period: core.settings.nackPeriod)
    }

    var hasWork: Bool { core.hasMail }
    var isReading: Bool { true }
    var isIdle: Bool { core.isIdle }

    func begin(_ connection: NativeConnection, generation: Int) throws(RabbitMQError) {
        try connection.selectConfirms()
        // Numbers begin anew with the channel.
        tracker = ConfirmTracker(window: core.settings.window)
        reader = FrameReader(sources: [], generation: generation)
        nacks.reconnected()
        self.generation = generation
        isBlocked = false
    }

    func turn(_ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) -> Bool {
        core.takeMail(into: &queue)
        try write(connection, now: now)
        let isMoreToRead = try read(connection, now: now)
        if let since = tracker.waitingSince, !isBlocked, now - since > core.settings.confirmTimeout {
            throw .confirmTimeout(after: core.settings.confirmTimeout)
        }
        handOver()
        return isMoreToRead || (!queue.isEmpty && hasRoom && !isBlocked)
    }

    func finish(_ connection: NativeConnection) throws(RabbitMQError) {}

    func settleWithoutConnection() {
        core.takeMail(into: &queue)
        tracker.abandon()
        while let (batch, place) = next() { tracker.settlements.append(.init(token: batch[place].token, outcome: .lost)) }
        handOver()
    }

    func end() {
        settleWithoutConnection()
        core.close()
    }

    private var hasRoom: Bool { tracker.hasRoom && tracker.inFlight < core.settings.window }

    private func write(_ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) {
        var messages = 0
        var bytes = 0
        let isMany = !isBlocked && hasSeveral
        if isMany { try connection.gather(true) }
        while !isBlocked, hasRoom, let (batch, place) = next() {
            bytes += try write(batch[place].message, token: batch[place].token, connection, now: now)
            messages += 1
            if messages >= RabbitMQLimits.messagesBetweenReads || bytes >= RabbitMQLimits.bytesBetweenReads {
                // A large queue must not look like a hung thread to the watchdog.
                core.control.turned(at: .now())
                _ = try read(connection, now: now)
                (messages, bytes) = (0, 0)
            }
        }
        if isMany { try connection.gather(false) }
    }

    /// - Returns: the size of the body.
    private func write(
        _ message: borrowing OutgoingMessage, token: UInt64, _ connection: NativeConnection, now: MonotonicTime
    ) throws(RabbitMQError) -> Int {
        if let reason = message.reasonNotToSend(frameMax: connection.frameMax) {
            tracker.settlements.append(.init(token: token, outcome: .invalid(reason: reason)))
            return 0
        }
        // Noted first: when the write fails, the message counts as lost.
        tracker.publish(token: token, returnKey: message.mandatory ? message.returnKey : nil, at: now)
        try connection.publish(message)
        return message.body.count
    }

    private var hasSeveral: Bool { head < queue.count && (queue.count - head > 1 || queue[head].count - position > 1) }

    /// Where the next message is; to hand it out would be to copy it once more.
    private func next() -> (batch: PublisherCore.Batch, place: Int)? {
        while head < queue.count {
            if position < queue[head].count {
                defer { position += 1 }
                return (queue[head], position)
            }
            // Gives the messages' memory back as soon as their batch is written.
            queue[head] = []
            head += 1
            position = 0
        }
        queue.removeAll(keepingCapacity: true)
        head = 0
        return nil
    }

    /// - Returns: whether it stopped before everything was read.
    private func read(_ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) -> Bool {
        for _ in 0..<RabbitMQLimits.framesPerTurn {
            switch try reader.next(from: connection) {
            case .nothing: return false
            case .progress: return true
            case .confirmed(let tag, let multiple, let isNack): try confirm(tag, multiple: multiple, isNack: isNack, now: now)
            case .returned(let replyCode, let text, let key):
                do {
                    try tracker.giveBack(returnKey: key, replyCode: replyCode, text: text)
                } catch {
                    throw .protocolViolation("the broker returned a message that was not sent")
                }
            case .blocked(let reason): block(reason)
            case .unblocked: unblock(now: now)
            case .consumerStarted, .consumerCancelled: throw .protocolViolation("a consumer's method on a publisher's channel")
            }
        }
        return true
    }

    private func confirm(_ tag: UInt64, multiple: Bool, isNack: Bool, now: MonotonicTime) throws(RabbitMQError) {
        do {
            try tracker.confirm(sequence: tag, multiple: multiple, isNack: isNack)
        } catch {
            throw .protocolViolation("the broker confirmed number \(tag), which is not in flight")
        }
        if !isNack {
            nacks.acked()
        } else if nacks.nacked(at: now) {
            throw .connectionLost("the broker only nacks")
        }
    }

    private func block(_ reason: String) {
        isBlocked = true
        core.control.logger.warning("the broker takes no messages", metadata: [LogKey.reason: "\(reason)"])
        core.control.enter(.blocked(reason: reason))
    }

    private func unblock(now: MonotonicTime) {
        isBlocked = false
        tracker.restartClock(at: now)
        core.control.logger.info("the broker takes messages again")
        core.control.enter(.connected(generation: generation))
    }

    private func handOver() {
        if tracker.settlements.isEmpty { return }
        let settlements = tracker.settlements
        tracker.settlements = []
        core.settle(settlements, generation: generation)
    }
}
