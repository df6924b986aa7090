public import Contracts
public import Messaging

/// Counts of what was decided, for the metrics.
public struct Tally: Sendable {
    public struct Key: Sendable, Hashable {
        public var name: MessageName
        public var outcome: RecordedOutcome
    }

    public private(set) var handled: [Key: Int64] = [:]
    public private(set) var parked: [ParkReason: Int64] = [:]

    public init() {}

    mutating func count(_ name: MessageName, _ outcome: RecordedOutcome) { handled[Key(name: name, outcome: outcome), default: 0] += 1 }
    mutating func countParked(_ reason: ParkReason) { parked[reason, default: 0] += 1 }

    mutating func add(_ other: Tally) {
        handled.merge(other.handled, uniquingKeysWith: +)
        parked.merge(other.parked, uniquingKeysWith: +)
    }
}
