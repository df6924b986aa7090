import Contracts
import Messaging
import Storage
import StrictJSON

/// `backup-store`: writes down that a backup is wanted. It is taken after the commit, outside of any transaction of the writer; what has become
/// of it is told by `/v1/backups`.
enum BackupCommand {
    static func entry(of service: String) -> HandlerEntry {
        let name = MessageName(service, "backup-store")
        return HandlerEntry(
            name: name, channel: .commands, input: BackupRequest.self,
            decode: { envelope throws(InvalidData) in
                let request = try FieldReader.read(BackupRequest.self, from: envelope.data)
                // No business key: a name is used once, whoever asks again, so that nobody takes an old backup for a new one.
                return .init(subject: request.backupName ?? service, businessKey: nil) { try write(request, in: $0) }
            },
            isKeptWhenRejected: { _ in false })
    }

    private static let next = SQL("SELECT coalesce(max(number), 0) + 1 FROM backup")
    private static let used = SQL("SELECT state FROM backup WHERE name = ?")
    private static let insert = SQL(
        "INSERT INTO backup (number, name, requestedBy, requestedAt, state) VALUES (?, ?, ?, ?, 'requested') ON CONFLICT (name) DO NOTHING")

    private static func write(_ request: BackupRequest, in tx: Transaction) throws -> Outcome {
        let number = try tx.first(next) { $0.int(0) } ?? 1
        let name = request.backupName ?? "\(BackupName.stamp(tx.outbox.stamp))-\(number)"
        guard try tx.execute(insert, number, name, request.by, tx.outbox.stamp) == 1 else {
            let state = try tx.first(used, name) { $0.text(0) } ?? ""
            return .rejected(
                Rejection(.conflict, "the backup name \(name) is used (\(state)): choose another one", field: "name"))
        }
        tx.requestBackup()
        return .answered(JSONWriter.object { $0.member("name", name) })
    }
}
