/// One order of positions on its way to the broker. Pure.
///
/// Its mark is the position up to which everything has left. Positions that left beyond it are remembered until the gap closes; those that
/// failed, or were passed over for a time, are *holes*: handed over once, and to be sent yet.
package struct RelayStream {
    struct Hole: Equatable {
        let position: Int64
        let destination: RelayDestination
        let lane: RelayLane
        /// Of a reply that must not leave before these have.
        let awaited: OwnEvents?
    }

    /// Everything up to here has left for good.
    package private(set) var mark: Int64
    /// The last position handed to a publisher, or passed over.
    package private(set) var handedOver: Int64
    package private(set) var inFlight = 0
    /// In the order of their positions.
    private(set) var holes: [Hole] = []
    private var beyond: Set<Int64> = []
    /// Handed-over positions above the mark, in order.
    private var waiting: [Int64] = []
    private var firstWaiting = 0

    init(mark: Int64) {
        self.mark = mark
        handedOver = mark
    }

    /// How many have left beyond the mark.
    package var leftBeyond: Int { beyond.count }
    /// How far the stream has got ahead of what has not left.
    var reach: Int64 { handedOver - mark }

    /// The position is with a publisher.
    mutating func handOver(_ position: Int64) {
        handedOver = position
        waiting.append(position)
        inFlight += 1
    }

    /// The position need not be sent.
    mutating func pass(_ position: Int64) {
        handedOver = position
        waiting.append(position)
        leave(position)
    }

    /// The position is to be sent later.
    mutating func skip(_ position: Int64, _ destination: RelayDestination, _ lane: RelayLane, awaited: OwnEvents? = nil) {
        handedOver = position
        waiting.append(position)
        holes.append(Hole(position: position, destination: destination, lane: lane, awaited: awaited))
    }

    mutating func left(_ position: Int64) {
        inFlight -= 1
        leave(position)
    }

    /// It is to be sent again.
    mutating func failed(_ position: Int64, _ destination: RelayDestination, _ lane: RelayLane) {
        inFlight -= 1
        let hole = Hole(position: position, destination: destination, lane: lane, awaited: nil)
        // What is lost together comes back in order, mostly.
        let place = holes.last.map { $0.position < position } ?? true ? holes.count : holes.place(of: position)
        holes.insert(hole, at: place)
    }

    /// Holes that are with a publisher again.
    mutating func resent(_ positions: Set<Int64>) {
        let before = holes.count
        holes.removeAll { positions.contains($0.position) }
        inFlight += before - holes.count
    }

    /// A hole that is closed without sending it.
    mutating func giveUp(_ position: Int64) {
        holes.removeAll { $0.position == position }
        leave(position)
    }

    /// Whether all of these have left.
    func haveLeft(_ events: OwnEvents) -> Bool {
        let first = max(events.after, mark) + 1
        if first > events.through { return true }
        return !beyond.isEmpty && (first...events.through).allSatisfy(beyond.contains)
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
}

extension [RelayStream.Hole] {
    /// Where a position belongs.
    fileprivate func place(of position: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
