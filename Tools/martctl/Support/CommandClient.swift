import Messaging
import Primitives
import RabbitMQ
import Synchronization

/// Sends commands, confirmed and pipelined, and gathers their replies from a queue of its own on `mart.replies`.
final class CommandClient: Sendable {
    private let publisher: RabbitMQPublisher
    private let consumer: RabbitMQConsumer
    private let correspondence = Correspondence()
    private let notice = AlarmNotice()
    private let source: String
    private let replyTo: String
    private let ids = Mutex(UUIDv7Generator())
    private let helpers = Mutex<[Task<Void, Never>]>([])

    /// - Parameter source: the CloudEvents source of what it sends.
    init(_ broker: RabbitMQConfiguration, source: String) {
        self.source = source
        // `reply.<user>.…`: a secured broker lets a user bind to no other replies.
        let key = "reply.\(broker.user).\(ids.withLock { $0.next() })"
        replyTo = key
        var settings = PublisherLimits()
        settings.maxQueued = 1 << 20
        let correspondence = correspondence
        publisher = RabbitMQPublisher(
            configuration: broker, logger: Connecting.logger, settings: settings,
            setup: { try $0.declareExchange("mart.commands", type: "topic", durable: true, passive: true) },
            onSettled: { correspondence.settled($0) })
        consumer = RabbitMQConsumer(
            configuration: broker, subscriptions: [.init(queue: "", prefetch: 2000, exclusive: true)], logger: Connecting.logger,
            setup: { try OwnQueue.declare(on: $0, exchange: "mart.replies", keys: [key]) })
    }

    /// Returns when commands can be sent and replies be received.
    func connect(within patience: Duration) async throws {
        publisher.start()
        consumer.start()
        try await Connecting.wait(within: patience) { [consumer.state, publisher.state] }
        let replies = Task { await gatherReplies() }
        let clock = Task { await tick() }
        helpers.withLock { $0 = [replies, clock] }
    }

    private func gatherReplies() async {
        while let batch = try? await consumer.nextBatch(max: 500), let last = batch.last {
            correspondence.replied(batch)
            consumer.acknowledge(through: last)
        }
    }

    /// Whoever waits looks up now and then, to notice that nothing comes.
    private func tick() async {
        while (try? await Task.sleep(for: .milliseconds(50))) != nil { correspondence.touch() }
    }

    /// Sends commands in order and waits for all their replies, which come in the same order.
    /// - Parameters:
    ///   - patience: how long to wait without any reply coming in.
    ///   - progress: told how many replies are there.
    func ask(_ requests: [Request], id: String? = nil, patience: Duration = .seconds(20), progress: (Int) -> Void = { _ in }) async throws
        -> [Answer]
    {
        if requests.isEmpty { return [] }
        let messages = requests.map { request in
            request.message(id: id ?? ids.withLock { $0.next() }, source: source, replyTo: replyTo)
        }
        // It would be parked over-size, and one more at each try.
        if let large = messages.first(where: { $0.body.count > Limits.commandSize }) {
            throw Failure(.usage, "\(large.routingKey) would have \(large.body.count) bytes; a command has \(Limits.commandSize) at most")
        }
        correspondence.begin(messages)
        publisher.enqueue(correspondence.letters(messages.indices))
        var waiting = Waiting(patience: patience)
        for await _ in correspondence.changes {
            let standing = correspondence.standing()
            if let refusal = standing.refusal { throw Failure(.unavailable, refusal) }
            notice.tell(publisher.alarm)
            progress(standing.answered)
            if standing.answered == messages.count { break }
            switch waiting.next(answered: standing.answered, lost: standing.lost, at: .now) {
            case .wait: break
            case .publish(let indices): publisher.enqueue(correspondence.letters(indices))
            case .publishUnanswered: publisher.enqueue(correspondence.letters(correspondence.unanswered()))
            case .giveUp:
                throw Failure(
                    .tryAgain,
                    (publisher.alarm.map { $0 + "; " } ?? "")
                        + "no reply within \(patience) to \(messages.count - standing.answered) of \(messages.count) commands"
                        + " (\(requests[0].name)); they may still be carried out")
            }
        }
        return correspondence.answers()
    }

    func close() async {
        // What a broker with an alarm has not taken by now, it will not take in a moment either.
        await publisher.shutdown(timeout: publisher.alarm == nil ? .seconds(5) : .zero)
        await consumer.shutdown(timeout: .seconds(5))
        for helper in helpers.withLock({ $0 }) {
            helper.cancel()
            await helper.value
        }
    }
}

/// When to publish again and when to give up. Pure: moments are given.
struct Waiting {
    enum Step {
        case wait
        case publish([Int])
        case publishUnanswered
        case giveUp
    }

    let patience: Duration
    private var answered = 0
    private var lost: [Int] = []
    private var lastProgress = ContinuousClock.now
    private var lastPublish = ContinuousClock.now
    private var hasAskedAgain = false

    init(patience: Duration) { self.patience = patience }

    mutating func next(answered: Int, lost newlyLost: [Int], at now: ContinuousClock.Instant) -> Step {
        lost += newlyLost
        if answered > self.answered {
            self.answered = answered
            lastProgress = now
        }
        if now - lastProgress > patience { return .giveUp }
        // Without a connection everything is lost at once: pausing keeps that from spinning.
        if !lost.isEmpty, now - lastPublish > .milliseconds(200) {
            defer { lost = [] }
            lastPublish = now
            return .publish(lost)
        }
        // The reply may have been lost with its queue. The same message again has no second effect and gets its first reply.
        if !hasAskedAgain, now - lastProgress > patience / 2 {
            hasAskedAgain = true
            lastPublish = now
            return .publishUnanswered
        }
        return .wait
    }
}

/// A queue that lives as long as its connection.
enum OwnQueue {
    /// Named by the broker (`amq.gen-…`), the only name that a secured broker lets a client declare. Consuming from the empty name
    /// means the queue declared last on the channel.
    static func declare(on channel: SetupChannel, exchange: String, keys: [String]) throws {
        let queue = try channel.declareQueue("", durable: false, exclusive: true, autoDelete: true).name
        for key in keys { try channel.bindQueue(queue, exchange: exchange, routingKey: key) }
    }
}
