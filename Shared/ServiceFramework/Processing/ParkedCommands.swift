import Contracts
import Messaging
import Storage
import StrictJSON

/// `replay-parked` and `discard-parked`, which every service understands.
enum ParkedCommands {
    static func entries(of service: String) -> [HandlerEntry] {
        [entry(MessageName(service, "replay-parked"), .replay), entry(MessageName(service, "discard-parked"), .discard)]
    }

    private enum Decision: String {
        case replay = "replaying"
        case discard = "discarded"
    }

    private static func entry(_ name: MessageName, _ decision: Decision) -> HandlerEntry {
        HandlerEntry(
            name: name, channel: .commands, input: ParkedSelection.self,
            decode: { envelope throws(InvalidData) in
                let selection = try FieldReader.read(ParkedSelection.self, from: envelope.data)
                return .init(subject: name.service, businessKey: nil) { try decide(decision, selection, in: $0) }
            },
            isKeptWhenRejected: { _ in false })
    }

    private static let select = SQL(
        """
        SELECT position, parkedId, reason FROM parked
        WHERE state = 'parked' AND (?1 IS NULL OR reason = ?1) AND (?2 IS NULL OR type = ?2) ORDER BY position
        """)
    private static let selectOne = SQL(
        """
        SELECT position, parkedId, reason FROM parked
        WHERE parkedId = ?3 AND state = 'parked' AND (?1 IS NULL OR reason = ?1) AND (?2 IS NULL OR type = ?2)
        """)
    /// How many ids the reply lists; it counts them all.
    private static let listed = 1000
    private static let update = SQL("UPDATE parked SET state = ?, decidedBy = ?, decision = ? WHERE parkedId = ?")

    private static func decide(_ decision: Decision, _ selection: ParkedSelection, in tx: Transaction) throws -> Outcome {
        if let reason = selection.filter?.reason, ParkReason(rawValue: reason) == nil {
            let known = ParkReason.allCases.map(\.rawValue).joined(separator: ", ")
            return .rejected(Rejection(.invalid, "filter.reason must be one of \(known)", field: "filter.reason"))
        }
        func row(_ row: StatementRow) -> (position: Int64, id: String, reason: String) { (row.int(0), row.text(1), row.text(2)) }
        let filter = selection.filter
        var rows: [(position: Int64, id: String, reason: String)] = []
        if let wanted = selection.parkedIds {
            for id in Set(wanted).sorted() {
                guard let found = try tx.first(selectOne, filter?.reason, filter?.type, id, read: row) else {
                    return .rejected(Rejection(.notFound, "\(id) is not parked", field: "parkedIds"))
                }
                rows.append(found)
            }
            rows.sort { $0.position < $1.position }
        } else {
            rows = try tx.all(select, filter?.reason, filter?.type, read: row)
        }
        if decision == .replay, selection.parkedIds != nil, let cut = rows.first(where: { $0.reason == ParkReason.oversize.rawValue }) {
            return .rejected(Rejection(.notAllowed, "\(cut.id) was over-size and is kept only in part", field: "parkedIds"))
        }
        if decision == .replay { rows.removeAll { $0.reason == ParkReason.oversize.rawValue } }
        if !selection.dryRun {
            for row in rows { try tx.execute(update, decision.rawValue, selection.by, selection.reason, row.id) }
            if decision == .replay { tx.requestReplay() }
        }
        let details = JSONWriter.object { json in
            json.member("dryRun", selection.dryRun)
            json.member("count", rows.count)
            json.member("parkedIds", rows.prefix(listed).map(\.id))
        }
        return .answered(details)
    }
}
