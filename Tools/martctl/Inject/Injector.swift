import Primitives
import RabbitMQ
import StrictJSON
import Synchronization

/// Publishes messages in order, confirmed and pipelined, and gathers the replies to commands as they come.
final class Injector: Sendable {
    /// Most messages that are sent and neither confirmed nor, if they are commands, answered.
    static let window = 4096

    private let publisher: RabbitMQPublisher
    private let consumer: RabbitMQConsumer
    private let board: Board
    private let notice = AlarmNotice()
    private let replyKey: String
    private let patience: Duration
    private let onReply: @Sendable (_ line: Int, Answer) -> Void
    private let helpers = Mutex<[Task<Void, Never>]>([])

    /// - Parameters:
    ///   - patience: how long to wait without anything coming back.
    ///   - onReply: told of every reply, with the number of the line that it answers.
    init(_ broker: RabbitMQConfiguration, patience: Duration, onReply: @escaping @Sendable (_ line: Int, Answer) -> Void) {
        var ids = UUIDv7Generator()
        // `reply.<user>.…`: a secured broker lets a user bind to no other replies. The line's number follows, so that replies find their
        // line whatever their correlation id is.
        let replyKey = "reply.\(broker.user).\(ids.next())"
        let board = Board()
        self.replyKey = replyKey
        self.board = board
        self.patience = patience
        self.onReply = onReply
        publisher = RabbitMQPublisher(
            configuration: broker, logger: Connecting.logger,
            setup: { try $0.declareExchange("mart.commands", type: "topic", durable: true, passive: true) },
            onSettled: { settlements in board.change { $0.settled(settlements) } })
        consumer = RabbitMQConsumer(
            configuration: broker, subscriptions: [.init(queue: "", prefetch: 2000, exclusive: true)], logger: Connecting.logger,
            setup: { try OwnQueue.declare(on: $0, exchange: "mart.replies", keys: ["\(replyKey).#"]) })
    }

    var figures: InjectFigures { board.figures }

    /// Returns when messages can be sent and replies be received.
    func connect(within patience: Duration) async throws {
        publisher.start()
        consumer.start()
        try await Connecting.wait(within: patience) { [consumer.state, publisher.state] }
        let replies = Task { await gatherReplies() }
        let clock = Task { await board.tick() }
        helpers.withLock { $0 = [replies, clock] }
    }

    private func gatherReplies() async {
        while let batch = try? await consumer.nextBatch(max: 500), let last = batch.last {
            for delivery in batch {
                guard let token = delivery.routingKey.split(separator: ".").last.flatMap({ UInt64($0) }), let answer = Answer(delivery.body)
                else { continue }
                if let line = board.change({ $0.replied(token, answer) }) { onReply(line, answer) }
            }
            consumer.acknowledge(through: last)
        }
    }

    func addBad(_ what: String) { board.change { $0.addBad(what) } }

    /// Sends a message once there is room for it.
    func send(_ line: InjectLine, expectsReply: Bool) async throws {
        try await wait { $0.open < Self.window }
        publish([board.change { $0.add(line.message, expectsReply: expectsReply) }])
    }

    /// Returns when every message is confirmed or returned, and every command answered.
    func finish(progress: (InjectFigures) -> Void) async throws {
        try await wait(progress: progress) { $0.open == 0 }
    }

    /// The same message again has no second effect and gets its first reply.
    private func publish(_ tokens: [UInt64]) {
        let letters = board.read { ledger in tokens.compactMap { token in ledger.letter(token).map { (token, $0) } } }
        publisher.enqueue(
            letters.map { token, letter in
                var message = letter.message
                if letter.expectsReply { message.properties.replyTo = "\(replyKey).\(token)" }
                return (token, message)
            })
    }

    private func wait(progress: (InjectFigures) -> Void = { _ in }, until isDone: (InjectFigures) -> Bool) async throws {
        if isDone(board.figures) { return }
        var waiting = Waiting(patience: patience)
        for await _ in board.changes {
            let figures = board.figures
            progress(figures)
            notice.tell(publisher.alarm)
            if isDone(figures) { return }
            switch waiting.next(answered: figures.progress, lost: board.change { $0.takeLost() }.map(Int.init), at: .now) {
            case .wait: break
            case .publish(let tokens): publish(tokens.map(UInt64.init))
            case .publishUnanswered: publish(board.read { $0.openTokens })
            case .giveUp:
                let alarm = publisher.alarm.map { $0 + "; " } ?? ""
                throw Failure(.tryAgain, alarm + "nothing has come back for \(patience); \(figures.open) messages are not done with")
            }
        }
    }

    func close() async {
        await publisher.shutdown(timeout: publisher.alarm == nil ? .seconds(5) : .zero)
        await consumer.shutdown(timeout: .seconds(5))
        for helper in helpers.withLock({ $0 }) {
            helper.cancel()
            await helper.value
        }
    }
}

/// The ledger, shared by the threads of both connections and the task that waits.
private final class Board: Sendable {
    private let state = Mutex(InjectLedger())
    /// A sign that something has changed; holds at most one.
    let changes: AsyncStream<Void>
    private let sign: AsyncStream<Void>.Continuation

    init() { (changes, sign) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    var figures: InjectFigures { state.withLock { $0.figures } }

    /// In place: a copy of the ledger would make the next change copy all of it.
    func read<Value: Sendable>(_ body: (borrowing InjectLedger) -> Value) -> Value { state.withLock { body($0) } }

    @discardableResult
    func change<Value: Sendable>(_ body: (inout InjectLedger) -> Value) -> Value {
        defer { sign.yield() }
        return state.withLock { body(&$0) }
    }

    /// Whoever waits looks up now and then, to notice that nothing comes.
    func tick() async {
        while (try? await Task.sleep(for: .milliseconds(50))) != nil { sign.yield() }
    }
}
