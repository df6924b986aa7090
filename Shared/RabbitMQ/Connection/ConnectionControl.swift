import Logging
import Synchronization

/// What the threads of one publisher or consumer share about its connection: state, stop and reconnect requests, the watchdog's socket.
final class ConnectionControl: Sendable {
    let configuration: RabbitMQConfiguration
    let logger: Logger
    /// Appended to the connection's name: "publisher" or "consumer".
    let role: String
    let wakeUp = WakeUp()
    private let setup: @Sendable (SetupChannel) throws -> Void
    private let onStateChange: (@Sendable (ConnectionState) -> Void)?
    private let shared = Monitor(Shared())
    /// When the I/O thread turned last. Apart from `shared`, as it is written in every turn.
    private let lastTurn = Atomic<Int64>(0)

    struct Shared: Sendable {
        var state = ConnectionState.connecting(lastError: nil)
        var isStarted = false
        var isEnded = false
        var stopDeadline: MonotonicTime?
        var reconnectReason: String?
        /// Why there shall be no connection.
        var suspension: String?
        var generation = 0
        /// The socket that the watchdog may cut; gone before the descriptor is closed, so that no stranger's is hit.
        var socket: Int32?
        var heartbeat: Duration = .zero
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    init(
        configuration: RabbitMQConfiguration, logger: Logger, role: String, setup: @escaping @Sendable (SetupChannel) throws -> Void,
        onStateChange: (@Sendable (ConnectionState) -> Void)?
    ) {
        self.configuration = configuration
        self.logger = logger
        self.role = role
        self.setup = setup
        self.onStateChange = onStateChange
    }

    var state: ConnectionState { shared.withLock { $0.state } }

    /// Starts the I/O thread and the watchdog, once.
    func start(_ body: @escaping @Sendable () -> Void) {
        let isFirst = shared.withLock { shared in
            if shared.isStarted || shared.isEnded { return false }
            shared.isStarted = true
            return true
        }
        if !isFirst { return }
        turned(at: .now())
        NativeThread.start(name: "amqp-\(role)", stackBytes: RabbitMQLimits.threadStackBytes, body)
        NativeThread.start(name: "amqp-watchdog", stackBytes: RabbitMQLimits.watchdogStackBytes) { self.watch() }
    }

    func reconnect(reason: String) {
        shared.withLock { $0.reconnectReason = reason }
        wakeUp.wake()
    }

    /// Drops the connection, in order, until `resume()`.
    func suspend(reason: String) {
        shared.withLock { shared in
            shared.suspension = reason
            // The connection that is there now must end, also when it is resumed before the thread has seen this.
            shared.reconnectReason = reason
        }
        wakeUp.wake()
    }

    func resume() {
        shared.withLock { $0.suspension = nil }
        wakeUp.wake()
    }

    /// - Returns: whether the thread runs and will end by itself. If not, it never ran and never will.
    @discardableResult
    func requestStop(timeout: Duration) -> Bool {
        let deadline = MonotonicTime.now() + timeout
        let isRunning = shared.withLock { shared in
            // An earlier deadline stays.
            shared.stopDeadline = min(shared.stopDeadline ?? deadline, deadline)
            if !shared.isStarted {
                shared.isEnded = true
                shared.state = .closed
            }
            return shared.isStarted && !shared.isEnded
        }
        shared.notify()
        wakeUp.wake()
        return isRunning
    }

    /// Waits until the thread has ended (or the watchdog has given it up).
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let isEnded = shared.withLock { shared in
                if !shared.isEnded { shared.waitingForEnd.append(continuation) }
                return shared.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }
}

// For the I/O thread.
extension ConnectionControl {
    var stopDeadline: MonotonicTime? { shared.withLock { $0.stopDeadline } }
    func takeReconnectReason() -> String? {
        shared.withLock { shared in
            defer { shared.reconnectReason = nil }
            return shared.reconnectReason
        }
    }

    var suspension: String? { shared.withLock { $0.suspension } }

    /// One look at all, as it is done in every turn.
    func requests() -> (stopDeadline: MonotonicTime?, reconnectReason: String?, isSuspended: Bool) {
        shared.withLock { shared in
            defer { shared.reconnectReason = nil }
            return (shared.stopDeadline, shared.reconnectReason, shared.suspension != nil)
        }
    }

    var hasRequests: Bool {
        shared.withLock { $0.stopDeadline != nil || $0.reconnectReason != nil || $0.suspension != nil }
    }

    func turned(at now: MonotonicTime) { lastTurn.store(now.nanoseconds, ordering: .relaxed) }

    func runSetup(on connection: NativeConnection) throws(RabbitMQError) {
        let channel = SetupChannel(connection) { self.turned(at: .now()) }
        do {
            try setup(channel)
        } catch let error as RabbitMQError {
            throw error
        } catch {
            throw .setupFailed(error)
        }
        try channel.finish()
    }

    /// Lets the watchdog guard a socket; with `nil` before it is closed.
    func guardSocket(_ socket: Int32?, heartbeat: Duration) {
        shared.withLock { shared in
            shared.socket = socket
            shared.heartbeat = heartbeat
        }
    }

    /// What the connection being made will be, once it is entered as connected.
    var nextGeneration: Int { shared.withLock { $0.generation + 1 } }

    func enter(_ state: ConnectionState) {
        let isNew = shared.withLock { shared in
            if case .connected(let generation) = state { shared.generation = generation }
            defer { shared.state = state }
            // Every failed attempt is told, also one that fails as the one before: who counts attempts must see each.
            if case .connecting(.some) = state { return true }
            return shared.state != state
        }
        if isNew { onStateChange?(state) }
    }

    /// The thread's last act.
    func ended() {
        enter(.closed)
        let waiting = shared.withLock { shared in
            shared.isEnded = true
            defer { shared.waitingForEnd = [] }
            return shared.waitingForEnd
        }
        shared.notify()
        for continuation in waiting { continuation.resume() }
    }
}

// The watchdog's thread: it knows only the socket. `shutdown` on it frees a thread that hangs in a write to a frozen peer.
extension ConnectionControl {
    private enum Finding {
        case ended
        case cut(silence: Duration)
        case giveUp([CheckedContinuation<Void, Never>])
    }

    private func watch() {
        while true {
            let finding = shared.wait(until: .now() + RabbitMQLimits.watchdogPeriod) { shared in self.look(&shared) }
            switch finding {
            case nil: continue
            case .ended: return
            case .cut(let silence):
                logger.error(
                    "the connection's thread hangs; its socket is cut",
                    metadata: [LogKey.role: "\(role)", LogKey.duration: "\(silence)"])
            case .giveUp(let waiting):
                logger.error("the connection's thread did not end in time", metadata: [LogKey.role: "\(role)"])
                for continuation in waiting { continuation.resume() }
            }
        }
    }

    private func look(_ shared: inout Shared) -> Finding? {
        if shared.isEnded { return .ended }
        let now = MonotonicTime.now()
        let silence = now - MonotonicTime(nanoseconds: lastTurn.load(ordering: .relaxed))
        let isOverdue = shared.stopDeadline.map { now > $0 + RabbitMQLimits.stopGrace } ?? false
        if let socket = shared.socket, isOverdue || silence > shared.heartbeat * RabbitMQLimits.watchdogHeartbeats {
            SocketCutter.cut(socket)
            shared.socket = nil
            return .cut(silence: silence)
        }
        if isOverdue, !shared.waitingForEnd.isEmpty {
            defer { shared.waitingForEnd = [] }
            return .giveUp(shared.waitingForEnd)
        }
        return nil
    }
}
