import Logging
import Messaging
import RabbitMQ
import Synchronization

/// Watches how a connection comes about, and ends the process where waiting cannot help.
///
/// A broker that is merely absent is waited for, and so is whatever a connection ends with while it runs. `RefusalRecord` says what is left.
final class Refusals: Sendable {
    private let record: Mutex<RefusalRecord>
    private let logger: Logger

    init(of service: String, heartbeat: Duration, logger: Logger) {
        record = Mutex(RefusalRecord(ownerQueue: TopologySetup.ownerQueue(of: service), heartbeat: heartbeat))
        self.logger = logger
    }

    func changed(_ connection: ConnectionState) {
        if let reason = record.withLock({ $0.changed(connection, at: .now) }) { FatalExit.now(.unavailable, reason, logger) }
    }
}

/// What a connection was refused so far. Pure: states and times in, the reason to end the process out.
///
/// For good refused is: credentials or virtual host five times at start; a declaration that differs from what is there; and the service's `.owner`
/// queue, held by another instance for longer than three heartbeats (the broker may take as long to notice that the last one died).
/// Everything else that the broker closes a channel or connection for (a delivery that was held for too long, a message that is too large, rights
/// taken away, a queue that is gone or another's for now, an error of its own, a limit that is reached) ends the connection and no more.
struct RefusalRecord {
    private static let loginAttempts = 5
    private static let ownerHeartbeats = 3

    private let ownerQueue: String
    private let patience: Duration
    private var refusedLogins = 0
    private var lockedSince: ContinuousClock.Instant?
    private var wasConnected = false

    init(ownerQueue: String, heartbeat: Duration) {
        self.ownerQueue = ownerQueue
        patience = heartbeat * Self.ownerHeartbeats
    }

    /// - Returns: why waiting cannot help, if so.
    mutating func changed(_ connection: ConnectionState, at now: ContinuousClock.Instant) -> String? {
        switch connection {
        case .connected:
            wasConnected = true
            refusedLogins = 0
            lockedSince = nil
        case .connecting(let error?): return judge(error, at: now)
        case .connecting, .blocked, .suspended, .closed: break
        }
        return nil
    }

    private mutating func judge(_ error: RabbitMQError, at now: ContinuousClock.Instant) -> String? {
        if error.code == .resourceLocked, error.replyText?.contains("'\(ownerQueue)'") == true {
            let since = lockedSince ?? now
            lockedSince = since
            return since.duration(to: now) > patience ? "another instance of this service is running on the broker: \(error)" : nil
        }
        lockedSince = nil
        switch error.code {
        case .authenticationRefused where !wasConnected:
            refusedLogins += 1
            return refusedLogins >= Self.loginAttempts ? "the broker refuses the credentials or virtual host: \(error)" : nil
        case .preconditionFailed where error.refused == .declaration && !error.isRetriable:
            return "the broker's topology conflicts with the contract: \(error)"
        default: return nil
        }
    }
}
