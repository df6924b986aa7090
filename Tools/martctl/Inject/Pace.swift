/// So many messages a second, evenly. Pure: moments are given.
struct Pace {
    let perSecond: Double
    private let start: ContinuousClock.Instant
    private var count = 0

    init(perSecond: Double, from start: ContinuousClock.Instant) {
        self.perSecond = perSecond
        self.start = start
    }

    /// The moment for the next message. What was held up is made up for.
    mutating func next() -> ContinuousClock.Instant {
        defer { count += 1 }
        return start + .seconds(Double(count) / perSecond)
    }
}
