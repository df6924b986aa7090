import Contracts
import Messaging
import Storage
import StrictJSON

/// `send-again`: a person has mended what kept a message from leaving, and wants the relay to try it once more.
enum SendAgainCommand {
    static func entry(of service: String) -> HandlerEntry {
        HandlerEntry(
            name: MessageName(service, "send-again"), channel: .commands, input: SendAgainRequest.self,
            decode: { envelope throws(InvalidData) in
                let request = try FieldReader.read(SendAgainRequest.self, from: envelope.data)
                return .init(subject: service, businessKey: nil) { try choose(request, in: $0) }
            },
            isKeptWhenRejected: { _ in false })
    }

    private static let select = SQL(
        """
        SELECT kind, position, CASE kind WHEN 'event' THEN (SELECT body IS NOT NULL FROM outbox WHERE position = setAside.position)
            ELSE (SELECT body IS NOT NULL FROM reply WHERE position = setAside.position) END
        FROM setAside WHERE state = 'set-aside' AND (?1 IS NULL OR kind = ?1) ORDER BY number
        """)
    private static let update = SQL(
        "UPDATE setAside SET state = 'sending', decidedBy = ?, decision = ? WHERE kind = ? AND position = ?")

    private static func choose(_ request: SendAgainRequest, in tx: Transaction) throws -> Outcome {
        var rows = try tx.all(select, request.kind?.rawValue) { row in
            (kind: row.text(0), position: row.int(1), isKept: row.intOrNil(2) == 1)
        }
        if let ids = request.setAsideIds {
            let wanted = Set(ids)
            rows = rows.filter { wanted.contains(SetAside.id($0.kind, $0.position)) }
            if let missing = wanted.subtracting(rows.map { SetAside.id($0.kind, $0.position) }).min() {
                return .rejected(Rejection(.notFound, "\(missing) is not set aside", field: "setAsideIds"))
            }
            if let gone = rows.first(where: { !$0.isKept }) {
                let days = gone.kind == SetAsideKind.event.rawValue ? Retention.eventDays : Retention.replyDays
                return .rejected(
                    Rejection(
                        .tooLate, "the body of \(SetAside.id(gone.kind, gone.position)) was kept for \(days) days", field: "setAsideIds"))
            }
        }
        rows.removeAll { !$0.isKept }
        if !request.dryRun, !rows.isEmpty {
            for row in rows { try tx.execute(update, request.by, request.reason, row.kind, row.position) }
            tx.requestSendAgain()
        }
        return .answered(
            JSONWriter.object { json in
                json.member("dryRun", request.dryRun)
                json.member("count", rows.count)
                // What a person can look at; the rest is in the list.
                json.member("setAsideIds", rows.prefix(1000).map { SetAside.id($0.kind, $0.position) })
            })
    }
}
