import Logging
import Messaging
import RabbitMQ
import Synchronization

/// Watches how a connection comes about, and ends the process where waiting cannot help.
///
/// A broker that is merely absent is waited for. For good refused is: credentials five times at start, a topology conflict, and the service's
/// `.owner` queue held by another instance for longer than two heartbeats (a shorter time may be the broker not having noticed our last death).
final class Refusals: Sendable {
    private static let loginAttempts = 5

    private struct State {
        var refusedLogins = 0
        var lockedSince: ContinuousClock.Instant?
        var wasConnected = false
    }

    private let state = Mutex(State())
    private let patience: Duration
    private let logger: Logger

    init(heartbeat: Duration, logger: Logger) {
        patience = heartbeat * 2
        self.logger = logger
    }

    func changed(_ connection: ConnectionState) {
        state.withLock { state in
            switch connection {
            case .connected:
                state.wasConnected = true
                state.refusedLogins = 0
                state.lockedSince = nil
            case .connecting(let error?): judge(error, &state)
            default: return
            }
        }
    }

    private func judge(_ error: RabbitMQError, _ state: inout State) {
        switch error.code {
        case .authenticationRefused where !state.wasConnected:
            state.refusedLogins += 1
            if state.refusedLogins >= Self.loginAttempts {
                FatalExit.now(.unavailable, "the broker refuses the credentials or virtual host: \(error)", logger)
            }
        case .resourceLocked:
            let since = state.lockedSince ?? .now
            state.lockedSince = since
            if since.duration(to: .now) > patience {
                FatalExit.now(.unavailable, "another instance of this service is running on the broker: \(error)", logger)
            }
        case .preconditionFailed:
            FatalExit.now(.unavailable, "the broker's topology conflicts with the contract: \(error)", logger)
        default: state.lockedSince = nil
        }
    }
}
