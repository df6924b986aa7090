public import Contracts
public import Messaging
public import Primitives

/// Counts of what was decided, for the metrics. Kept by place in the index: counting a message is one addition.
public struct Tally: Sendable {
    /// A kind of message: what the index names, or what came by a channel and is nothing that the service knows.
    public struct Kind: Sendable {
        public let channel: Incoming.Channel
        public let name: MessageName?
    }

    public let kinds: [Kind]
    private var counts: [Int64]
    public private(set) var parked: [ParkReason: Int64] = [:]
    public private(set) var rejected: [ReplyCode: Int64] = [:]
    public private(set) var timers: [String: TimerRuns] = [:]
    public internal(set) var refusedReplies: Int64 = 0
    /// By the sender's clock, of the messages of the last transaction.
    public private(set) var oldest: Instant?

    public struct TimerRuns: Sendable, Equatable {
        public var fired: Int64 = 0
        public var failed: Int64 = 0
    }

    private static let outcomes = RecordedOutcome.allCases.count
    private static let channels: [Incoming.Channel] = [.commands, .events, .dead]

    /// Nothing, of no kinds.
    public init() { self.init([]) }

    /// - Parameter entries: the service's, each at its `place`.
    init(_ entries: [HandlerEntry]) {
        kinds = entries.map { Kind(channel: $0.channel, name: $0.name) } + Self.channels.map { Kind(channel: $0, name: nil) }
        counts = Array(repeating: 0, count: kinds.count * Self.outcomes)
    }

    /// The same kinds, nothing counted.
    var emptied: Tally {
        var tally = self
        for place in tally.counts.indices { tally.counts[place] = 0 }
        tally.parked = [:]
        tally.rejected = [:]
        tally.timers = [:]
        tally.refusedReplies = 0
        tally.oldest = nil
        return tally
    }

    public func count(of kind: Int, _ outcome: RecordedOutcome) -> Int64 { counts[kind * Self.outcomes + Int(outcome.rawValue)] }

    mutating func count(_ entry: HandlerEntry, _ outcome: RecordedOutcome) {
        counts[entry.place * Self.outcomes + Int(outcome.rawValue)] += 1
    }

    /// - Parameter entry: nil if the service does not know its type.
    mutating func countParked(_ entry: HandlerEntry?, _ channel: Incoming.Channel) {
        let unknown = kinds.count - Self.channels.count + (Self.channels.firstIndex(of: channel) ?? 0)
        counts[(entry?.place ?? unknown) * Self.outcomes + Int(RecordedOutcome.parked.rawValue)] += 1
    }

    mutating func countParked(_ reason: ParkReason) { parked[reason, default: 0] += 1 }
    mutating func countRejected(_ code: ReplyCode) { rejected[code, default: 0] += 1 }

    mutating func countTimer(_ name: String, failed: Bool) {
        if failed { timers[name, default: TimerRuns()].failed += 1 } else { timers[name, default: TimerRuns()].fired += 1 }
    }

    mutating func note(sentAt: Instant) {
        guard let known = oldest, known <= sentAt else {
            oldest = sentAt
            return
        }
    }

    /// Adds the counts of a transaction that was committed.
    mutating func add(_ other: Tally) {
        for place in counts.indices { counts[place] += other.counts[place] }
        parked.merge(other.parked, uniquingKeysWith: +)
        rejected.merge(other.rejected, uniquingKeysWith: +)
        refusedReplies += other.refusedReplies
        oldest = other.oldest
    }
}
