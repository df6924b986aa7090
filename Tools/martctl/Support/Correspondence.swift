import RabbitMQ
import Synchronization

/// Which commands of a batch are out and which replies have come. Shared by the threads of both connections and the task that waits.
final class Correspondence: Sendable {
    private struct State: Sendable {
        /// Counts batches, so that a late confirm of an earlier batch is told apart.
        var batch: UInt64 = 0
        var messages: [OutgoingMessage] = []
        var indices: [String: Int] = [:]
        var answers: [Answer?] = []
        var answered = 0
        var lost: [Int] = []
        var refusal: String?
    }

    /// How a batch stands.
    struct Standing {
        var answered: Int
        /// What has to be published again.
        var lost: [Int]
        /// Why one of them will never reach a service.
        var refusal: String?
    }

    private let state = Mutex(State())
    /// A sign that something has changed; holds at most one.
    let changes: AsyncStream<Void>
    private let sign: AsyncStream<Void>.Continuation

    init() { (changes, sign) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func touch() { sign.yield() }

    /// Begins a batch; what an earlier one still waits for is forgotten.
    func begin(_ messages: [OutgoingMessage]) {
        state.withLock { state in
            state = State(batch: state.batch + 1, messages: messages, answers: Array(repeating: nil, count: messages.count))
            for (index, message) in messages.enumerated() { state.indices[message.properties.correlationId ?? ""] = index }
        }
    }

    /// Messages of the batch with tokens for their confirms.
    func letters(_ indices: some Sequence<Int>) -> [(token: UInt64, message: OutgoingMessage)] {
        state.withLock { state in indices.map { (state.batch << 32 | UInt64($0), state.messages[$0]) } }
    }

    func unanswered() -> [Int] { state.withLock { state in state.answers.indices.filter { state.answers[$0] == nil } } }

    func answers() -> [Answer] { state.withLock { $0.answers.compactMap(\.self) } }

    func standing() -> Standing {
        state.withLock { state in
            defer { state.lost = [] }
            return Standing(answered: state.answered, lost: state.lost, refusal: state.refusal)
        }
    }

    func settled(_ settlements: [RabbitMQPublisher.Settlement]) {
        state.withLock { state in
            for settlement in settlements where settlement.token >> 32 == state.batch {
                let index = Int(settlement.token & 0xFFFF_FFFF)
                switch settlement.outcome {
                case .confirmed: break
                case .lost, .nacked: state.lost.append(index)
                case .returned(_, let text):
                    state.refusal = "no service takes \(state.messages[index].routingKey): its queue is not on the broker (\(text))"
                case .invalid(let reason): state.refusal = "\(state.messages[index].routingKey) cannot be sent: \(reason)"
                }
            }
        }
        touch()
    }

    func replied(_ deliveries: [Delivery]) {
        state.withLock { state in
            for delivery in deliveries {
                // A reply may come twice, and late ones of an earlier batch are of no interest.
                guard let id = delivery.properties.correlationId, let index = state.indices[id], state.answers[index] == nil,
                    let answer = Answer(delivery.body)
                else { continue }
                state.answers[index] = answer
                state.answered += 1
            }
        }
        touch()
    }
}
