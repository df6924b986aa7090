import RabbitMQ
import StrictJSON

/// How many lines of a file have gone which way.
struct InjectFigures: Sendable {
    /// Replies with one status and code.
    struct Verdict: Sendable, Hashable, Comparable {
        let status: String
        let code: String

        static func < (left: Verdict, right: Verdict) -> Bool { (left.status, left.code) < (right.status, right.code) }
    }

    struct Replies: Sendable, Equatable {
        var count = 0
        /// The line that got it first, and what was said to it.
        let firstLine: Int
        let firstMessage: String
    }

    /// A line that was no message, or that no queue takes.
    struct Trouble: Sendable, Equatable {
        let line: Int
        let what: String
    }

    fileprivate(set) var lines = 0
    fileprivate(set) var bad = 0
    fileprivate(set) var sent = 0
    fileprivate(set) var confirmed = 0
    fileprivate(set) var unroutable = 0
    fileprivate(set) var answered = 0
    /// Messages that are not done with.
    fileprivate(set) var open = 0
    /// Those of them whose reply has not come.
    fileprivate(set) var unanswered = 0
    fileprivate(set) var verdicts: [Verdict: Replies] = [:]
    /// The first of them.
    fileprivate(set) var troubles: [Trouble] = []

    private static let keptTroubles = 8

    var rejected: Int { verdicts.filter { $0.key.status == "rejected" }.reduce(0) { $0 + $1.value.count } }
    /// Grows with everything that the world says.
    var progress: Int { confirmed + unroutable + bad + answered }
    /// Whether every line was a message, every message arrived, and every command was accepted.
    var isClean: Bool { bad == 0 && unroutable == 0 && open == 0 && rejected == 0 }

    fileprivate mutating func note(_ line: Int, _ what: String) {
        if troubles.count < Self.keptTroubles { troubles.append(Trouble(line: line, what: what)) }
    }
}

/// What became of every line: which messages are out, confirmed, returned, answered. Pure: the world's answers in, figures out.
struct InjectLedger: Sendable {
    private struct Pending {
        let line: Int
        let message: OutgoingMessage
        let expectsReply: Bool
        var isConfirmed = false
        var isAnswered = false

        var isDone: Bool { isConfirmed && (isAnswered || !expectsReply) }
    }

    private(set) var figures = InjectFigures()
    private var pending: [UInt64: Pending] = [:]
    private var lost: [UInt64] = []

    mutating func addBad(_ what: String) {
        figures.lines += 1
        figures.bad += 1
        figures.note(figures.lines, what)
    }

    /// - Returns: the token under which the answers come.
    mutating func add(_ message: OutgoingMessage, expectsReply: Bool) -> UInt64 {
        figures.lines += 1
        figures.sent += 1
        figures.open += 1
        if expectsReply { figures.unanswered += 1 }
        let token = UInt64(figures.lines)
        pending[token] = Pending(line: figures.lines, message: message, expectsReply: expectsReply)
        return token
    }

    /// A message that is not done with, to be published (again).
    func letter(_ token: UInt64) -> (message: OutgoingMessage, expectsReply: Bool)? {
        pending[token].map { ($0.message, $0.expectsReply) }
    }

    var openTokens: [UInt64] { pending.keys.sorted() }

    mutating func settled(_ settlements: [RabbitMQPublisher.Settlement]) {
        for settlement in settlements {
            guard let entry = pending[settlement.token] else { continue }
            switch settlement.outcome {
            case .confirmed:
                // A second publish of the same message is confirmed a second time.
                if !entry.isConfirmed { figures.confirmed += 1 }
                pending[settlement.token]?.isConfirmed = true
                closeIfDone(settlement.token)
            case .lost, .nacked: lost.append(settlement.token)
            case .returned:
                figures.unroutable += 1
                figures.note(entry.line, "no queue takes \(entry.message.routingKey) on \(entry.message.exchange)")
                close(settlement.token)
            case .invalid(let reason):
                figures.sent -= 1
                figures.bad += 1
                figures.note(entry.line, "cannot be sent: \(reason)")
                close(settlement.token)
            }
        }
    }

    /// - Returns: the line that is answered; nil for a reply that came a second time, or to nobody.
    mutating func replied(_ token: UInt64, _ answer: Answer) -> Int? {
        guard let entry = pending[token], entry.expectsReply, !entry.isAnswered else { return nil }
        figures.answered += 1
        figures.unanswered -= 1
        let verdict = InjectFigures.Verdict(status: answer.status, code: answer.code)
        figures.verdicts[verdict, default: .init(firstLine: entry.line, firstMessage: answer.message)].count += 1
        pending[token]?.isAnswered = true
        closeIfDone(token)
        return entry.line
    }

    /// What has to be published again.
    mutating func takeLost() -> [UInt64] {
        defer { lost = [] }
        return lost
    }

    private mutating func closeIfDone(_ token: UInt64) { if pending[token]?.isDone == true { close(token) } }

    private mutating func close(_ token: UInt64) {
        guard let entry = pending.removeValue(forKey: token) else { return }
        figures.open -= 1
        if entry.expectsReply, !entry.isAnswered { figures.unanswered -= 1 }
    }
}
