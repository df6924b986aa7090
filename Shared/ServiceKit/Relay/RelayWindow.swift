/// What the relay has on its way to the broker. Pure: settlements in, decisions out.
///
/// Streams of events, of replies, and of events that are sent once more, each in the order of its positions. The mark of a stream is the position up to which everything has left;
/// positions confirmed beyond it are remembered until the gap closes. After a loss the stream starts again behind its mark, and skips what is
/// confirmed already.
package struct RelayWindow {
    package struct Stream {
        /// Everything up to here has left for good.
        package private(set) var mark: Int64
        /// The last position handed to the publisher (or skipped).
        package private(set) var handedOver: Int64
        package private(set) var inFlight = 0
        private var beyond: Set<Int64> = []
        /// Handed-over positions above the mark, in order.
        private var waiting: [Int64] = []
        private var firstWaiting = 0

        init(mark: Int64) {
            self.mark = mark
            handedOver = mark
        }

        /// Whether the position still has to be sent.
        func isPending(_ position: Int64) -> Bool { position > mark && !beyond.contains(position) }

        mutating func handOver(_ position: Int64, isSent: Bool) {
            handedOver = position
            waiting.append(position)
            if isSent { inFlight += 1 } else { leave(position) }
        }

        mutating func settled(_ position: Int64, hasLeft: Bool) {
            inFlight -= 1
            if hasLeft { leave(position) }
        }

        /// Confirms usually come in order, so the common case is one comparison.
        private mutating func leave(_ position: Int64) {
            if firstWaiting < waiting.count, waiting[firstWaiting] == position {
                mark = position
                firstWaiting += 1
                while firstWaiting < waiting.count, beyond.remove(waiting[firstWaiting]) != nil {
                    mark = waiting[firstWaiting]
                    firstWaiting += 1
                }
                if firstWaiting > 4096 {
                    waiting.removeFirst(firstWaiting)
                    firstWaiting = 0
                }
            } else if position > mark {
                beyond.insert(position)
            }
        }

        /// Starts again behind the mark; only when nothing is in flight.
        mutating func rewind() {
            precondition(inFlight == 0, "rewinding while \(inFlight) messages are on their way")
            handedOver = mark
            waiting.removeAll(keepingCapacity: true)
            firstWaiting = 0
        }
    }

    package internal(set) var events: Stream
    package internal(set) var replies: Stream
    /// Of the resync that is under way; at rest otherwise.
    var resync = Stream(mark: 0)
    /// Something must be sent again: nothing more is handed over until what is in flight has settled.
    package private(set) var mustRewind = false
    private(set) var isUnroutable = false
    /// The same of an event that is sent once more.
    private(set) var isResyncUnroutable = false

    package init(events: Int64, replies: Int64) {
        self.events = Stream(mark: events)
        self.replies = Stream(mark: replies)
    }

    package var inFlight: Int { events.inFlight + replies.inFlight + resync.inFlight }

    package enum Result {
        case confirmed, notRouted, failed
    }

    /// - Parameter isConsumed: whether the contract names a consumer of the event.
    mutating func settle(event position: Int64, _ result: Result, isConsumed: Bool) {
        switch result {
        case .confirmed: events.settled(position, hasLeft: true)
        case .notRouted where !isConsumed: events.settled(position, hasLeft: true)
        case .notRouted:
            events.settled(position, hasLeft: false)
            isUnroutable = true
            mustRewind = true
        case .failed:
            events.settled(position, hasLeft: false)
            mustRewind = true
        }
    }

    /// A reply that came back has nobody waiting for it: that is final.
    mutating func settle(reply position: Int64, _ result: Result) {
        switch result {
        case .confirmed, .notRouted: replies.settled(position, hasLeft: true)
        case .failed:
            replies.settled(position, hasLeft: false)
            mustRewind = true
        }
    }

    /// Begins a resync behind a position; only when the one before has settled.
    mutating func begin(resyncAfter position: Int64) {
        precondition(resync.inFlight == 0, "a resync begins while \(resync.inFlight) messages of another are on their way")
        resync = Stream(mark: position)
    }

    /// Its consumer is named by whoever asked for it, so it must arrive.
    mutating func settle(resync position: Int64, _ result: Result) {
        resync.settled(position, hasLeft: result == .confirmed)
        if result == .confirmed { return }
        mustRewind = true
        if result == .notRouted { isResyncUnroutable = true }
    }

    /// Answers whether the topology has to be asserted first.
    package mutating func rewind() -> Bool {
        events.rewind()
        replies.rewind()
        resync.rewind()
        defer { (mustRewind, isUnroutable, isResyncUnroutable) = (false, false, false) }
        return isUnroutable || isResyncUnroutable
    }
}
