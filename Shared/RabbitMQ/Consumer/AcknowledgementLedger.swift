/// Which deliveries of a channel are unsettled, and what to tell the broker. Pure: no C.
///
/// The broker numbers deliveries from 1 without gaps, and closes the channel when a settled or unknown number is settled: everything
/// superfluous is left out here. Many acknowledgements become one with `multiple`.
struct AcknowledgementLedger {
    /// What the consumer's caller asked for.
    enum Request: Sendable {
        case acknowledgeThrough, acknowledge, requeue, discard
    }

    /// What to send, in this order.
    enum Action: Equatable {
        case acknowledge(tag: UInt64, multiple: Bool)
        case reject(tag: UInt64, requeue: Bool)
    }

    /// Everything up to here is settled.
    private(set) var settledThrough: UInt64 = 0
    /// What is settled beyond.
    private var settledBeyond: Set<UInt64> = []
    /// The highest tag delivered.
    private(set) var delivered: UInt64 = 0
    /// The highest tag to acknowledge with all before it, not yet an action.
    private var through: UInt64 = 0

    /// Notes that everything up to a tag has been delivered.
    mutating func deliver(through tag: UInt64) { delivered = max(delivered, tag) }

    /// Notes a request. Those of `acknowledgeThrough` wait for `flush`, since a later one includes them.
    /// - Returns: what to send now. Nothing when the tag is settled, or was never delivered.
    mutating func note(_ request: Request, tag: UInt64) -> Action? {
        guard tag > settledThrough, tag <= delivered else { return nil }
        switch request {
        case .acknowledgeThrough:
            through = max(through, tag)
            return nil
        case .acknowledge, .requeue, .discard:
            if tag <= through || !settledBeyond.insert(tag).inserted { return nil }
            advance()
            return request == .acknowledge
                ? .acknowledge(tag: tag, multiple: false) : .reject(tag: tag, requeue: request == .requeue)
        }
    }

    /// What to send for the `acknowledgeThrough` requests noted since the last time.
    mutating func flush() -> Action? {
        guard through > settledThrough else { return nil }
        // The broker knows only unsettled numbers: the highest of them within the range.
        var tag = through
        while tag > settledThrough, settledBeyond.contains(tag) { tag -= 1 }
        let isAnyLeft = tag > settledThrough
        settledBeyond = settledBeyond.filter { $0 > through }
        settledThrough = through
        advance()
        return isAnyLeft ? .acknowledge(tag: tag, multiple: true) : nil
    }

    private mutating func advance() {
        while settledBeyond.remove(settledThrough + 1) != nil { settledThrough += 1 }
    }
}
