package import Primitives

/// When the timers fire: at start, at each new business date, when a handler asks, and again after a failure, later each time. While no clock is
/// believed there is no date (nil), and those that wait for none fire when a handler asks.
package struct TimerSchedule {
    package init() {}

    private static let firstRetry = Duration.seconds(1)
    private static let longestRetry = Duration.seconds(300)

    private var doneOn: BusinessDate?
    /// What the process before has put off is taken up at once.
    private var isRequested = true
    private var retry: (at: ContinuousClock.Instant, delay: Duration)?

    package func isDue(on today: BusinessDate?, at now: ContinuousClock.Instant) -> Bool {
        if let retry, now < retry.at { return false }
        return isRequested || retry != nil || (today != nil && doneOn != today)
    }

    package mutating func request() { isRequested = true }

    /// - Parameter more: whether a timer says that more may be due.
    package mutating func fired(on today: BusinessDate?, more: Bool) {
        // What failed may have waited for a date: it has not been tried again.
        if today != nil || retry != nil { doneOn = today }
        isRequested = more
        retry = nil
    }

    /// A timer threw: what is due stays due.
    package mutating func failed(at now: ContinuousClock.Instant) {
        let delay = min(retry.map { $0.delay * 2 } ?? Self.firstRetry, Self.longestRetry)
        retry = (now + delay, delay)
    }
}
