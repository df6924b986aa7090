import Logging
import RabbitMQ

/// Waiting for connections, and saying well why there is none.
enum Connecting {
    /// The library's own log would come between the lines of a command; what matters of it is said by `wait`.
    static let logger = Logger(label: "martctl") { _ in SwiftLogNoOpLogHandler() }

    /// Returns when all are connected; throws when one is refused for good, or the time is over.
    static func wait(within patience: Duration, _ states: () -> [ConnectionState]) async throws {
        let deadline = ContinuousClock.now + patience
        while true {
            let states = states()
            let errors = states.compactMap(Self.error)
            if let refused = errors.first(where: { !$0.isRetriable }) { throw Failure(.unavailable, sentence(refused)) }
            if states.allSatisfy(Self.isConnected) { return }
            if ContinuousClock.now >= deadline {
                throw Failure(.unavailable, errors.first.map(sentence) ?? "the broker does not answer within \(patience)")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func isConnected(_ state: ConnectionState) -> Bool {
        switch state {
        case .connected, .blocked: true
        case .connecting, .suspended, .closed: false
        }
    }

    private static func error(_ state: ConnectionState) -> RabbitMQError? {
        if case .connecting(let error) = state { error } else { nil }
    }

    static func sentence(_ error: RabbitMQError) -> String {
        let reason = error.replyText ?? error.context
        return switch error.code {
        case .notFound:
            "the broker does not know the platform's exchanges: `make up`, or `martctl topology apply` (\(reason))"
        case .authenticationRefused: "the broker refuses user, password or virtual host: see AMQP_URL (\(reason))"
        case .accessRefused: "the broker's permissions do not allow this (\(reason))"
        case .tlsFailed: "no trusted connection to the broker: see AMQP_URL, AMQP_CA, AMQP_CERT and AMQP_KEY (\(reason))"
        default: "the broker cannot be reached: is it up (`make up`), and AMQP_URL right? (\(reason))"
        }
    }
}
