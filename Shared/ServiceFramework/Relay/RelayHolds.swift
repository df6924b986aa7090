import Primitives

/// Destinations that take nothing at present. Pure: moments are milliseconds of a clock that never goes back.
///
/// Nothing is sent there until a pause is over, which grows each time; then one message goes, and when it is taken, two, four, and so on. So a
/// queue that is full for a day sees a few copies of one message, and not each of them a thousand times.
package struct RelayHolds {
    package enum Cause: Sendable, Equatable {
        /// The broker nacked: a queue is full, or has no leader.
        case full
        /// It came back, although the contract names a consumer.
        case unroutable
        /// The rights for it are missing, or the exchange is.
        case forbidden
    }

    struct Hold {
        let cause: Cause
        let since: Int64
        var attempt = 0
        /// The end of the pause.
        var until: Int64
        /// How many may go after it, how many have, and how many of these were taken.
        var allowed = 1
        var sent = 0
        var taken = 0
    }

    static let longestPause: Int64 = 30_000
    /// So many taken in a row, and the window is open again.
    private static let trust = 64

    private(set) var holds: [RelayDestination: Hold] = [:]
    private var random: SplitMix64

    package init(seed: UInt64) { random = SplitMix64(seed: seed) }

    package var isEmpty: Bool { holds.isEmpty }
    func isHeld(_ destination: RelayDestination) -> Bool { holds[destination] != nil }
    func isForbidden(_ destination: RelayDestination) -> Bool { holds[destination]?.cause == .forbidden }

    /// A message was refused. Answers whether a pause begins; what was on its way before the hold does not prolong it.
    mutating func refused(_ destination: RelayDestination, _ cause: Cause, at now: Int64) -> Bool {
        guard let hold = holds[destination], hold.cause == cause else {
            holds[destination] = Hold(cause: cause, since: now, until: now + pause(cause, 0))
            return true
        }
        if now < hold.until { return false }
        let attempt = hold.attempt + 1
        holds[destination] = Hold(
            cause: cause, since: hold.since, attempt: attempt, until: now + pause(cause, attempt))
        return true
    }

    /// A message was taken.
    mutating func passed(_ destination: RelayDestination, at now: Int64) {
        guard var hold = holds[destination], now >= hold.until, hold.sent > 0 else { return }
        hold.taken += 1
        if hold.taken >= hold.allowed {
            // The next refusal does not begin where this one had got to.
            (hold.allowed, hold.attempt, hold.sent, hold.taken) = (hold.allowed * 2, max(0, hold.attempt - 2), 0, 0)
        }
        holds[destination] = hold.allowed > Self.trust ? nil : hold
    }

    /// A message was lost with its connection: that says nothing.
    mutating func lost(_ destination: RelayDestination) {
        if let sent = holds[destination]?.sent, sent > 0 { holds[destination]?.sent = sent - 1 }
    }

    /// Whether one more message may go there now; if so it counts as sent.
    mutating func take(_ destination: RelayDestination, at now: Int64) -> Bool {
        guard let hold = holds[destination] else { return true }
        guard now >= hold.until, hold.sent < hold.allowed else { return false }
        holds[destination]?.sent += 1
        return true
    }

    /// Forgets those for which nothing waits any more.
    mutating func keep(_ destinations: Set<RelayDestination>) {
        holds = holds.filter { destinations.contains($0.key) || $0.value.sent > $0.value.taken }
    }

    /// A forbidden destination whose pause is over; it is tried alone, since the channel may be closed for it.
    func dueAlone(at now: Int64) -> RelayDestination? {
        holds.first { $0.value.cause == .forbidden && now >= $0.value.until && $0.value.sent == 0 }?.key
    }

    /// Whether something may go that could not before.
    func isDue(at now: Int64) -> Bool { holds.values.contains { now >= $0.until && $0.sent < $0.allowed } }

    /// When the next pause ends.
    func nextEnd(after now: Int64) -> Int64? { holds.values.lazy.map(\.until).filter { $0 > now }.min() }

    private mutating func pause(_ cause: Cause, _ attempt: Int) -> Int64 {
        RelayPause.length(first: cause == .full ? 100 : 1000, attempt, random: random.next())
    }
}

enum RelayPause {
    /// Doubles with each attempt up to half a minute; between half and all of that, so that not all come at once.
    static func length(first: Int64, _ attempt: Int, random: UInt64) -> Int64 {
        let full = min(RelayHolds.longestPause, first << Int64(min(attempt, 12)))
        return full / 2 + Int64(random % UInt64(full / 2 + 1))
    }
}
