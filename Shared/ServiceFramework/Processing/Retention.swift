import Messaging
import Primitives
import Storage

/// Lets go of bodies that nobody asks for any more: replies after 30 days, events after 400. Keys, outcomes and the ledger stay for ever.
///
/// Each business date leaves a mark of how far outbox and replies had come when it began; what lies before an old enough mark is old enough.
/// So no row needs a time or an index for this.
struct Retention: Timer {
    static let replyDays = 30
    static let eventDays = 400
    private static let rowsAtOnce: Int64 = 1000

    let name = "retention"

    private static let mark = SQL("INSERT INTO dayMark (day, outbox, reply) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    private static let oldReplies = SQL("SELECT reply FROM dayMark WHERE day <= ? ORDER BY day DESC LIMIT 1")
    private static let oldEvents = SQL("SELECT outbox FROM dayMark WHERE day <= ? ORDER BY day DESC LIMIT 1")
    private static let cleared = SQL("SELECT outbox, reply FROM retention WHERE id = 1")
    private static let clearReplies = SQL("UPDATE reply SET body = NULL WHERE position > ? AND position <= ?")
    private static let clearEvents = SQL("UPDATE outbox SET body = NULL WHERE position > ? AND position <= ?")
    private static let save = SQL("UPDATE retention SET outbox = ?, reply = ? WHERE id = 1")
    private static let sent = SQL("SELECT eventsSent, repliesSent FROM progress WHERE id = 1")

    func fire(in tx: Transaction) throws -> Bool {
        try tx.execute(Self.mark, tx.today, tx.outbox.position, tx.lastReply)
        let sent = try tx.first(Self.sent) { SentMarks(events: $0.int(0), replies: $0.int(1)) } ?? SentMarks(events: 0, replies: 0)
        let done = try tx.first(Self.cleared) { SentMarks(events: $0.int(0), replies: $0.int(1)) } ?? SentMarks(events: 0, replies: 0)
        let replies = min(try tx.first(Self.oldReplies, tx.today.adding(days: -Self.replyDays)) { $0.int(0) } ?? 0, sent.replies)
        let events = min(try tx.first(Self.oldEvents, tx.today.adding(days: -Self.eventDays)) { $0.int(0) } ?? 0, sent.events)
        let nextReply = max(done.replies, min(replies, done.replies + Self.rowsAtOnce))
        let nextEvent = max(done.events, min(events, done.events + Self.rowsAtOnce))
        if nextReply == done.replies, nextEvent == done.events { return false }
        try tx.execute(Self.clearReplies, done.replies, nextReply)
        try tx.execute(Self.clearEvents, done.events, nextEvent)
        try tx.execute(Self.save, nextEvent, nextReply)
        return nextReply < replies || nextEvent < events
    }
}
