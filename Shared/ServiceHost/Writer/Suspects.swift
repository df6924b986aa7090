package import RabbitMQ

/// Deliveries that came back after this process's predecessor died: one of them may have killed it.
package struct Suspects {
    /// Only the first connection brings them back; later redeliveries come from lost connections.
    private static let generation = 1
    package let isArmed: Bool
    /// Whether the first connection, with its small prefetch, may still be the one there is.
    package private(set) var isWatching: Bool
    private var connectedAt: ContinuousClock.Instant?

    package init(isArmed: Bool) {
        self.isArmed = isArmed
        isWatching = isArmed
    }

    package func contains(_ delivery: Delivery) -> Bool { isArmed && delivery.redelivered && delivery.generation == Self.generation }

    /// Looks once a turn whether the first connection has done its work: a turn without suspects, once it has lasted for a while, by when everything
    /// that came back has arrived, for it comes first.
    /// - Returns: true once: now is the time for a connection with the full prefetch.
    mutating func areThrough(
        hadSuspect: Bool, _ state: ConnectionState, at now: ContinuousClock.Instant, after patience: Duration
    ) -> Bool {
        guard isWatching, case .connected(let generation) = state else { return false }
        if generation > Self.generation {
            isWatching = false
            return false
        }
        let since = connectedAt ?? now
        connectedAt = since
        if hadSuspect || since.duration(to: now) < patience { return false }
        isWatching = false
        return true
    }
}
