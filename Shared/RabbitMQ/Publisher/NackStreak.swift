/// Decides when a channel that only nacks is given up. Pure.
///
/// On a 3.10 cluster a channel whose first publish falls into an election is nacked until the dead node returns; a new one works. A full
/// queue nacks too and is not helped by that, so the time doubles with each connection that brought no ack.
struct NackStreak {
    private let period: Duration
    private var factor = 1
    private var startedAt: MonotonicTime?

    init(period: Duration) { self.period = period }

    mutating func acked() {
        startedAt = nil
        factor = 1
    }

    /// - Returns: whether to open a new connection.
    mutating func nacked(at now: MonotonicTime) -> Bool {
        guard let startedAt else {
            startedAt = now
            return false
        }
        if now - startedAt < period * factor { return false }
        factor = min(factor * 2, 32)
        self.startedAt = nil
        return true
    }

    /// A new connection: its nacks count anew.
    mutating func reconnected() { startedAt = nil }
}
