import Logging

/// What differs between a publisher and a consumer; called on the I/O thread only.
protocol ConnectionClient: AnyObject {
    /// The connection is there and the setup done. Prepares its use.
    func begin(_ connection: NativeConnection, generation: Int) throws(RabbitMQError)
    /// Reads, writes and hands over what there is, without waiting.
    /// - Returns: whether there may be more to do at once.
    func turn(_ connection: NativeConnection, now: MonotonicTime) throws(RabbitMQError) -> Bool
    /// The last thing on a good connection, before it is closed in order.
    func finish(_ connection: NativeConnection) throws(RabbitMQError)
    /// Settles what cannot be done now: there is no connection.
    func settleWithoutConnection()
    /// The thread ends: settles everything, and takes nothing more.
    func end()
    /// Whether other threads have handed in something.
    var hasWork: Bool { get }
    /// Whether what comes in is a reason to wake.
    var isReading: Bool { get }
    /// Whether nothing is waiting for the broker, so that a shutdown need not wait.
    var isIdle: Bool { get }
}

/// Connects, turns, reconnects, until told to stop. One per I/O thread; `run()` is the thread.
final class ConnectionLoop {
    private let control: ConnectionControl
    private let client: any ConnectionClient
    private var schedule = ReconnectSchedule()
    private var random = SystemRandomNumberGenerator()
    private var attempt: Int
    private var connectedAt: MonotonicTime?
    private var lastLogged: (error: RabbitMQError, time: MonotonicTime)?

    init(control: ConnectionControl, client: any ConnectionClient) {
        self.control = control
        self.client = client
        // Not everybody at the first host.
        attempt = Int.random(in: 0..<max(1, control.configuration.hosts.count))
    }

    func run() {
        while control.stopDeadline == nil {
            connectedAt = nil
            if let reason = control.suspension { waitUntilResumed(reason) }
            do {
                try connectAndTurn()
                client.settleWithoutConnection()
            } catch {
                // First the state, so that who sees a lost message sees that there is no connection.
                control.enter(.connecting(lastError: error))
                client.settleWithoutConnection()
                if let connectedAt { schedule.connectionEnded(after: .now() - connectedAt) }
                attempt += 1
                waitBeforeNextAttempt(after: error)
            }
        }
        client.end()
        control.ended()
    }

    /// Returns when told to stop or to do without a connection, throws when the connection ends otherwise.
    private func connectAndTurn() throws(RabbitMQError) {
        if control.stopDeadline != nil { return }
        control.turned(at: .now())
        let host = control.configuration.hosts.isEmpty ? nil : control.configuration.host(attempt: attempt)
        guard let host else { throw .invalidConfiguration("no host") }
        let connection = try NativeConnection.open(
            control.configuration, host: host, name: "\(control.configuration.connectionName) \(control.role)")
        control.turned(at: .now())
        control.guardSocket(connection.socket, heartbeat: connection.heartbeat)
        // Before the connection is released, which closes the descriptor.
        defer { control.guardSocket(nil, heartbeat: .zero) }
        try control.runSetup(on: connection)
        let generation = control.nextGeneration
        try client.begin(connection, generation: generation)
        control.logger.info(
            "connected",
            metadata: [
                LogKey.role: "\(control.role)", LogKey.host: "\(host.name):\(host.port)", LogKey.generation: "\(generation)",
            ])
        connectedAt = .now()
        lastLogged = nil
        control.enter(.connected(generation: generation))
        try turn(connection)
        close(connection)
    }

    private func close(_ connection: NativeConnection) {
        do {
            try client.finish(connection)
            try connection.close(within: control.configuration.rpcTimeout) { control.turned(at: .now()) }
        } catch {
            control.logger.warning(
                "the connection was not closed in order", metadata: [LogKey.role: "\(control.role)", LogKey.error: "\(error)"])
        }
    }

    private func turn(_ connection: NativeConnection) throws(RabbitMQError) {
        while true {
            let now = MonotonicTime.now()
            control.turned(at: now)
            let (stopDeadline, reconnectReason, isSuspended) = control.requests()
            if isSuspended { return }
            if let reconnectReason {
                // In order, so that acknowledgements given before the request reach the broker.
                close(connection)
                throw .connectionLost("dropped on request: \(reconnectReason)")
            }
            let isBusy = try client.turn(connection, now: now)
            if let stopDeadline, client.isIdle || now >= stopDeadline { return }
            if isBusy { continue }
            control.wakeUp.announceSleep()
            if client.hasWork || stopDeadline == nil && control.hasRequests {
                control.wakeUp.cancelSleep()
            } else {
                let rest = stopDeadline.map { ($0 - now).pollMilliseconds } ?? RabbitMQLimits.turnMilliseconds
                control.wakeUp.sleep(
                    socket: connection.socket, isReading: client.isReading, milliseconds: min(rest, RabbitMQLimits.turnMilliseconds))
            }
        }
    }

    private func waitUntilResumed(_ reason: String) {
        control.enter(.suspended(reason: reason))
        control.logger.warning("suspended", metadata: [LogKey.role: "\(control.role)", LogKey.reason: "\(reason)"])
        while control.stopDeadline == nil, control.suspension != nil {
            client.settleWithoutConnection()
            control.wakeUp.announceSleep()
            if client.hasWork || control.stopDeadline != nil || control.suspension == nil {
                control.wakeUp.cancelSleep()
            } else {
                control.wakeUp.sleep(socket: nil, milliseconds: RabbitMQLimits.turnMilliseconds)
            }
        }
        // What was asked of the connection that is gone does not concern the next one.
        _ = control.takeReconnectReason()
        if control.stopDeadline == nil { control.enter(.connecting(lastError: nil)) }
    }

    /// A broker that is away fails the same way some hundred times in the first minute.
    private func log(_ error: RabbitMQError, retryIn delay: Duration, now: MonotonicTime) {
        let isRepeated = lastLogged.map { $0.error == error && now - $0.time < RabbitMQLimits.repeatedLogPeriod } ?? false
        if !isRepeated { lastLogged = (error, now) }
        control.logger.log(
            level: isRepeated ? .debug : .warning, "not connected",
            metadata: [LogKey.role: "\(control.role)", LogKey.error: "\(error)", LogKey.retryIn: "\(delay)"])
    }

    private func waitBeforeNextAttempt(after error: RabbitMQError) {
        let now = MonotonicTime.now()
        let delay = schedule.delay(after: now, random: random.next())
        log(error, retryIn: delay, now: now)
        _ = control.takeReconnectReason()
        let end = now + delay
        while control.stopDeadline == nil, control.suspension == nil {
            client.settleWithoutConnection()
            let rest = end - .now()
            if rest <= .zero { return }
            control.wakeUp.announceSleep()
            if client.hasWork || control.stopDeadline != nil || control.suspension != nil {
                control.wakeUp.cancelSleep()
            } else {
                control.wakeUp.sleep(socket: nil, milliseconds: rest.pollMilliseconds)
            }
        }
    }
}
