/// Which deliveries of a channel are unsettled, how much memory they take, and what to tell the broker. Pure: no C.
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
    /// What the unsettled deliveries take. Bytes.
    package private(set) var bytesInHand = 0
    /// Bytes of the deliveries from `settledThrough + 1` on, which stands at `firstSize`; 0 of those that are settled.
    private var sizes: [UInt32] = []
    private var firstSize = 0

    package init() {}

    /// Notes that everything up to a tag has been delivered, of sizes that do not matter.
    package mutating func deliver(through tag: UInt64) {
        if tag > delivered { deliver(Array(repeating: 0, count: Int(tag - delivered))) }
    }

    /// Notes the next deliveries.
    /// - Parameter bytes: what each of them takes.
    package mutating func deliver(_ bytes: [UInt32]) {
        delivered += UInt64(bytes.count)
        for size in bytes { bytesInHand += Int(size) }
        sizes.append(contentsOf: bytes)
    }

    private mutating func forgetSize(of tag: UInt64) {
        let place = firstSize + Int(tag - settledThrough - 1)
        bytesInHand -= Int(sizes[place])
        sizes[place] = 0
    }

    private mutating func settle(through end: UInt64) {
        let next = firstSize + Int(end - settledThrough)
        for place in firstSize..<next { bytesInHand -= Int(sizes[place]) }
        (firstSize, settledThrough) = (next, end)
        // Each is moved once at most.
        if firstSize > sizes.count / 2 {
            sizes.removeFirst(firstSize)
            firstSize = 0
        }
    }

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
        forgetSize(of: tag)
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
        if end > settledThrough { settle(through: end) }
        for tag in single.sorted() where tag > end {
            actions.append(.acknowledge(tag: tag, multiple: false))
            settledBeyond.insert(tag)
            forgetSize(of: tag)
        }
        single.removeAll()
        if !settledBeyond.isEmpty { settledBeyond = settledBeyond.filter { $0 > end } }
        return actions
    }
}
