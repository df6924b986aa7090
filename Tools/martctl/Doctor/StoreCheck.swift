import StrictJSON

/// Is what is committed really on the disk?
enum StoreCheck {
    private static let largestLog: Int64 = 512 << 20

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        if facts.diagnoses.isEmpty { return [] }
        return (facts.diagnoses.flatMap(judge) + facts.heard.compactMap { putBack($0, facts) }).orFine(
            .durability, "every store writes ahead with synchronous=FULL, foreign keys on")
    }

    /// Nobody can have heard what a source has not said.
    private static func putBack(_ heard: DoctorFacts.Heard, _ facts: DoctorFacts) -> DoctorFinding? {
        guard let owner = facts.services.first(where: { $0.status?.source == heard.source }), let status = owner.status,
            status.lastSequence < heard.sequence
        else { return nil }
        return .fault(
            .durability,
            "\(heard.service) has heard event \(heard.sequence) of \(heard.source), and \(owner.service)'s store ends at "
                + "\(status.lastSequence): it was put back to an older copy",
            cure: "stop \(owner.service), put the newer store back or martctl restore a backup; docs/backup.md")
    }

    private static func judge(_ diagnosis: DoctorFacts.Diagnosis) -> [DoctorFinding] {
        guard let store = diagnosis.json["store"] else { return [] }
        var findings: [DoctorFinding] = []
        if store["journalMode"]?.string != "wal" || store["synchronous"]?.int64 != 2 {
            findings.append(
                .fault(
                    .durability,
                    "\(diagnosis.service)'s store has journal_mode=\(store.text("journalMode")), synchronous=\(store.text("synchronous"))",
                    cure: "do not use this build: a power loss can take back what was acknowledged"))
        }
        if store["foreignKeys"]?.bool != true {
            findings.append(
                .fault(.durability, "\(diagnosis.service)'s store does not check foreign keys", cure: "do not use this build"))
        }
        if store.number("walBytes") > largestLog {
            findings.append(
                .warning(
                    .durability, "\(diagnosis.service)'s write-ahead log has grown to \(HostCheck.size(store.number("walBytes")))",
                    cure: "something reads without an end: keep other programs away from its file, restart the service"))
        }
        return findings
    }
}
