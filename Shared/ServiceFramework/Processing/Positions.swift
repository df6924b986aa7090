/// How far the store has come, and what the open transaction has counted beside its rows. One value, so that a rollback puts it back whole.
struct Positions {
    /// Of the last event in the outbox; the next sequence follows from it.
    var events: Int64
    /// Of the last message in the inbox.
    var messages: Int64
    /// Of the last reply.
    var replies: Int64
    /// Of the last event before the message that is being judged: what follows are its own, and its reply waits for them.
    var eventsBefore: Int64 = 0
    /// Commands whose `reply_to` no reply may go to, since the start.
    var refusedReplies: Int64 = 0
    /// Messages that had been put off and that this transaction has parked: not yet counted.
    var parkedPutOff: [Decision] = []
}

/// The positions as they are now, for those who move them.
final class CurrentPositions {
    var now: Positions

    init(_ positions: Positions) { now = positions }
}
