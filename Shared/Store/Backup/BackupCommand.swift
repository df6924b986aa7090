import Contracts
import Messaging
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
                let key = request.backupName.map { (key: BusinessKey("backup", $0), canonical: FieldWriter.bytes(of: request)) }
                return .init(subject: request.backupName ?? service, businessKey: key) { try write(request, in: $0) }
            },
            isKeptWhenRejected: { _ in false })
    }

    private static let next = SQL("SELECT coalesce(max(number), 0) + 1 FROM backup")
    private static let insert = SQL(
        "INSERT INTO backup (number, name, requestedBy, requestedAt, state) VALUES (?, ?, ?, ?, 'requested') ON CONFLICT (name) DO NOTHING")

    private static func write(_ request: BackupRequest, in tx: Transaction) throws -> Outcome {
        let number = try tx.first(next) { $0.int(0) } ?? 1
        let name = request.backupName ?? "\(BackupName.stamp(tx.outbox.stamp))-\(number)"
        guard try tx.execute(insert, number, name, request.by, tx.outbox.stamp) == 1 else {
            return .rejected(Rejection(.conflict, "a backup \(name) was asked for before", field: "name"))
        }
        tx.requestBackup()
        return .answered(JSONWriter.object { $0.member("name", name) })
    }
}
