/// How long batches of events take from being handed over to the confirm of their last. Pure; one entry a batch, not a message.
struct ConfirmTimes {
    private var waiting: [(last: Int64, since: ContinuousClock.Instant)] = []

    mutating func handedOver(through position: Int64, at now: ContinuousClock.Instant) { waiting.append((position, now)) }

    /// The batches that have left, now that everything up to `mark` has.
    mutating func left(through mark: Int64, at now: ContinuousClock.Instant) -> [Duration] {
        let count = waiting.prefix { $0.last <= mark }.count
        if count == 0 { return [] }
        defer { waiting.removeFirst(count) }
        return waiting.prefix(count).map { $0.since.duration(to: now) }
    }

    /// What is sent again starts anew.
    mutating func forget() { waiting.removeAll(keepingCapacity: true) }
}
