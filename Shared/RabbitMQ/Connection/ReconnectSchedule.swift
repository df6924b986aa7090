/// When to try again after a failure. Pure: the moment and the random number are given.
///
/// Delays grow from `firstReconnectDelay` to at most `earlyReconnectDelay` in the first minute, and to `lateReconnectDelay` after it. Each is between
/// half and all of that, so that the clients of a broker that comes back do not all come at once.
struct ReconnectSchedule {
    private var failures = 0
    private var failingSince: MonotonicTime?

    /// A connection ended after it had lived so long; short lives count as failures.
    mutating func connectionEnded(after life: Duration) {
        if life >= RabbitMQLimits.stableConnection { self = ReconnectSchedule() }
    }

    /// - Returns: how long to wait before the next attempt.
    mutating func delay(after now: MonotonicTime, random: UInt64) -> Duration {
        let since = failingSince ?? now
        failingSince = since
        failures += 1
        let isEarly = now - since < RabbitMQLimits.earlyReconnectPeriod
        let limit = isEarly ? RabbitMQLimits.earlyReconnectDelay : RabbitMQLimits.lateReconnectDelay
        let full = min(limit.nanoseconds, RabbitMQLimits.firstReconnectDelay.nanoseconds << Int64(min(failures - 1, 16)))
        return .nanoseconds(full / 2 + Int64(random % UInt64(full / 2 + 1)))
    }
}
