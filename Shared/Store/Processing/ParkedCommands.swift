import Contracts
import Messaging
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
        SELECT parkedId, reason, type FROM parked
        WHERE state = 'parked' AND (?1 IS NULL OR reason = ?1) AND (?2 IS NULL OR type = ?2) ORDER BY position
        """)
    private static let update = SQL("UPDATE parked SET state = ?, decidedBy = ?, decision = ? WHERE parkedId = ?")

    private static func decide(_ decision: Decision, _ selection: ParkedSelection, in tx: Transaction) throws -> Outcome {
        if let reason = selection.filter?.reason, ParkReason(rawValue: reason) == nil {
            let known = ParkReason.allCases.map(\.rawValue).joined(separator: ", ")
            return .rejected(Rejection(.invalid, "filter.reason must be one of \(known)", field: "filter.reason"))
        }
        let wanted = selection.parkedIds.map { Set($0) }
        var rows = try tx.all(select, selection.filter?.reason, selection.filter?.type) { (id: $0.text(0), reason: $0.text(1)) }
        if let wanted {
            rows = rows.filter { wanted.contains($0.id) }
            if let missing = wanted.subtracting(rows.map(\.id)).sorted().first {
                return .rejected(Rejection(.notFound, "\(missing) is not parked", field: "parkedIds"))
            }
        }
        if decision == .replay, wanted != nil, let cut = rows.first(where: { $0.reason == ParkReason.oversize.rawValue }) {
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
            json.member("parkedIds", rows.map(\.id))
        }
        return .answered(details)
    }
}
