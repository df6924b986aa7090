/// Which deliveries of a channel are unsettled, and what to tell the broker. Pure: no C.
///
/// The broker numbers deliveries from 1 without gaps, and closes the channel when a settled or unknown number is settled: everything
/// superfluous is left out here. Many acknowledgements become one with `multiple`.
package struct AcknowledgementLedger {
    /// What the consumer's caller asked for.
    package enum Request: Sendable {
        case acknowledgeThrough, acknowledge, requeue, discard
    }

    /// What to send, in this order.
    package enum Action: Equatable {
        case acknowledge(tag: UInt64, multiple: Bool)
        case reject(tag: UInt64, requeue: Bool)
    }

    /// Everything up to here is settled.
    package private(set) var settledThrough: UInt64 = 0
    /// What is settled beyond.
    private var settledBeyond: Set<UInt64> = []
    /// The highest tag delivered.
    package private(set) var delivered: UInt64 = 0
    /// To be acknowledged at the next `flush`: everything up to here, and these.
    private var through: UInt64 = 0
    private var single: Set<UInt64> = []

    package init() {}

    /// Notes that everything up to a tag has been delivered.
    package mutating func deliver(through tag: UInt64) { delivered = max(delivered, tag) }

    /// Notes a request. Acknowledgements wait for `flush`, rejections do not.
    /// - Returns: what to send now. Nothing when the tag is settled or about to be, or was never delivered.
    package mutating func note(_ request: Request, tag: UInt64) -> Action? {
        guard tag > settledThrough, tag <= delivered else { return nil }
        if request == .acknowledgeThrough {
            through = max(through, tag)
            return nil
        }
        if tag <= through || settledBeyond.contains(tag) || single.contains(tag) { return nil }
        if request == .acknowledge {
            single.insert(tag)
            return nil
        }
        settledBeyond.insert(tag)
        return .reject(tag: tag, requeue: request == .requeue)
    }

    /// What to send for the acknowledgements noted since the last time: one for all up to the first gap, and one for each beyond.
    package mutating func flush() -> [Action] {
        var actions: [Action] = []
        var end = max(through, settledThrough)
        while single.contains(end + 1) || settledBeyond.contains(end + 1) { end += 1 }
        // The broker knows only unsettled numbers: the highest of them within the range.
        var tag = end
        while tag > settledThrough, settledBeyond.contains(tag) { tag -= 1 }
        if tag > settledThrough { actions.append(.acknowledge(tag: tag, multiple: true)) }
        settledThrough = end
        for tag in single.sorted() where tag > end {
            actions.append(.acknowledge(tag: tag, multiple: false))
            settledBeyond.insert(tag)
        }
        single.removeAll()
        if !settledBeyond.isEmpty { settledBeyond = settledBeyond.filter { $0 > end } }
        return actions
    }
}
