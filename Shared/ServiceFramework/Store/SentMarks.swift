/// Positions up to which events and replies have left.
public struct SentMarks: Sendable, Hashable {
    public var events: Int64
    public var replies: Int64
    /// Positions up to which the resyncs of this process have left, by number.
    public var resyncs: [Int64: Int64]
    /// What was passed over, and what was sent after all, since that was written to the store.
    public var setAside: [SetAside.Note] = []

    public init(events: Int64, replies: Int64, resyncs: [Int64: Int64] = [:]) {
        self.events = events
        self.replies = replies
        self.resyncs = resyncs
    }
}
