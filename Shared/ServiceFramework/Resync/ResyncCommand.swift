import Contracts
import Messaging
import Storage
import StrictJSON

/// `resync`: writes down that a range of the outbox is to be sent once more, for one consumer. The relay sends it, when nothing fresh waits.
///
/// The same messages under the same ids go to `mart.events` again, of the types that the consumer takes. Whoever had one drops it by its
/// (source, id); so it is safe to ask for too much, and to ask twice.
enum ResyncCommand {
    static func entry(of service: String) -> HandlerEntry {
        HandlerEntry(
            name: MessageName(service, "resync"), channel: .commands, input: ResyncRequest.self,
            decode: { envelope throws(InvalidData) in
                let request = try FieldReader.read(ResyncRequest.self, from: envelope.data)
                return .init(subject: service, businessKey: nil) { try write(request, service, in: $0) }
            },
            isKeptWhenRejected: { _ in false })
    }

    private static let insert = SQL(
        """
        INSERT INTO resync (consumer, startsAfter, endsAt, sent, requestedBy, requestedAt) VALUES (?, ?, ?, ?, ?, ?) RETURNING number
        """)
    private static let cleared = SQL("SELECT outbox FROM retention WHERE id = 1")
    private static let lifeStart = SQL("SELECT startsAfter FROM life WHERE source = ?")
    private static let dayStart = SQL("SELECT outbox FROM dayMark WHERE day <= ? ORDER BY day DESC LIMIT 1")
    private static let present = SQL("SELECT source FROM life ORDER BY number DESC LIMIT 1")

    private static func write(_ request: ResyncRequest, _ service: String, in tx: Transaction) throws -> Outcome {
        guard tx.topology.consumed(by: request.consumer).contains(where: { $0.service == service }) else {
            return .rejected(Rejection(.invalid, "\(request.consumer) consumes nothing of \(service)", field: "consumer"))
        }
        let last = tx.outbox.position
        let kept = try tx.first(cleared) { $0.int(0) } ?? 0
        var (after, through) = (kept, last)
        if let since = request.since {
            after = max(kept, try tx.first(dayStart, since) { $0.int(0) } ?? 0)
        } else if let from = request.fromSequence {
            let source = try request.source ?? tx.first(present) { $0.text(0) } ?? ""
            guard let start = try tx.first(lifeStart, source, read: { $0.int(0) }) else {
                return .rejected(Rejection(.notFound, "nothing was published as \(source)", field: "source"))
            }
            after = min(last, start + from - 1)
            if let to = request.toSequence { through = min(last, start + to) }
            if after < kept {
                return .rejected(
                    Rejection(
                        .tooLate, "bodies are kept for \(Retention.eventDays) days: ask for all, or since a later day",
                        field: "fromSequence"))
            }
        }
        through = max(through, after)
        let number = try tx.first(insert, request.consumer, after, through, after, request.by, tx.outbox.time) { $0.int(0) } ?? 0
        tx.requestResync()
        return .answered(
            JSONWriter.object { json in
                json.member("resyncId", "\(number)")
                json.member("events", through - after)
            })
    }
}
