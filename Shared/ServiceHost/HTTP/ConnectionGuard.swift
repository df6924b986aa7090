import NIOCore

/// Stands before everything else on a reader's connection and holds it to the limits: sizes by the bytes that come, times by whose turn it
/// is. What a request is, its partner behind the decoder says (`RequestGuard`).
///
/// As long as we work for the client there is no time limit. All others are the client's: to send a request, to take its answer, to send
/// another one, to go.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private enum Phase {
        /// Nothing of a request is there.
        case idle
        /// A part of a request is there.
        case asking
        /// A whole request is there, and its answer is not.
        case working
        /// The answer goes out.
        case answering
        /// Everything is said; what still comes is not heard.
        case leaving
    }

    private let limits: HTTPLimits
    private let connections: Connections
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var timer: Scheduled<Void>?
    /// Bytes since the last request was complete.
    private var received = 0
    /// Requests whose answer is not written yet.
    private var unanswered = 0
    /// Answers that are written, and not taken by the client yet.
    private var untaken = 0
    private var isDeaf = false
    /// The whole process is.
    private var isEnding = false
    /// Says why nothing more is heard, where nothing else is being said.
    var refuse: ((HTTPRefusal) -> Void)?
    /// The connection ends with the answer that is due.
    private(set) var endsWithAnswer = false

    init(_ limits: HTTPLimits, _ connections: Connections) {
        self.limits = limits
        self.connections = connections
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        connections.left(context.channel)
        self.context = nil
        refuse = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        connections.joined(context.channel)
        enter(.idle, limits.requestTime)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        connections.left(context.channel)
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isDeaf { return }
        received += unwrapInboundIn(data).readableBytes
        if phase == .idle { enter(.asking, limits.requestTime) }
        // The decoder reads it at once, and a request that is complete with it sets the count to zero.
        context.fireChannelRead(data)
        if received > limits.requestSize { fail(.tooLarge) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The process ends: from now on there is no more time for anything than for a farewell.
        if event is ChannelShouldQuiesceEvent {
            isEnding = true
            enter(phase, limits.farewellTime)
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests and answers, told by the partner

    /// - Parameter isLast: nothing is heard after it.
    func requestCame(isLast: Bool) {
        received = 0
        unanswered += 1
        if isLast {
            endsWithAnswer = true
            isDeaf = true
        }
        if phase == .asking || phase == .idle { enter(.working) }
    }

    func answerBegins() { if phase == .working { enter(.answering, limits.answerTime) } }

    func answerIsWritten() {
        unanswered = max(0, unanswered - 1)
        untaken += 1
    }

    func answerIsTaken() {
        untaken -= 1
        guard untaken == 0, phase != .leaving else { return }
        if unanswered > 0 {
            enter(.working)
        } else if endsWithAnswer {
            leave()
        } else if received > 0 {
            enter(.asking, limits.requestTime)
        } else {
            enter(.idle, limits.idleTime)
        }
    }

    /// Nothing more is heard on this connection. What is being answered is answered first.
    func fail(_ refusal: HTTPRefusal) {
        if isDeaf { return }
        isDeaf = true
        endsWithAnswer = true
        if unanswered == 0, untaken == 0 {
            enter(.answering, limits.answerTime)
            refuse?(refusal)
        }
    }

    // MARK: Time

    private func leave() {
        isDeaf = true
        enter(.leaving, limits.farewellTime)
        context?.close(mode: .output, promise: nil)
    }

    private func enter(_ phase: Phase, _ time: TimeAmount? = nil) {
        self.phase = phase
        timer?.cancel()
        guard let context else { return }
        connections.turn(context.channel, isTheirs: time != nil)
        guard let time = isEnding ? limits.farewellTime : time else { return }
        // All of it happens on this connection's own event loop.
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self?.timeIsOver() }
    }

    private func timeIsOver() {
        if phase == .asking, !isEnding { fail(.tooSlow) } else { context?.close(promise: nil) }
    }
}
