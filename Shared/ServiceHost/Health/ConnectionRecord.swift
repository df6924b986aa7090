import RabbitMQ

/// What the metrics say of one connection to the broker. Pure: states and times in, figures out.
struct ConnectionRecord {
    private(set) var reconnects: Int64 = 0
    private(set) var isUp = false
    private var blockedBefore = Duration.zero
    private var blockedSince: ContinuousClock.Instant?

    mutating func changed(_ state: ConnectionState, at now: ContinuousClock.Instant) {
        blockedBefore = blocked(at: now)
        blockedSince = nil
        isUp = false
        switch state {
        case .connected(let generation):
            isUp = true
            // The same generation is told again when an alarm ends.
            reconnects = Int64(generation - 1)
        case .blocked: blockedSince = now
        case .connecting, .suspended, .closed: break
        }
    }

    /// In all, up to now.
    func blocked(at now: ContinuousClock.Instant) -> Duration { blockedBefore + (blockedSince.map { $0.duration(to: now) } ?? .zero) }
}
