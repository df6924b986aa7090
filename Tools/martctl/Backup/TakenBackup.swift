import Audit
import StrictJSON

/// A backup as its service tells of it.
struct TakenBackup {
    let service: String
    let state: String
    private let told: JSONValue

    init(service: String, _ told: JSONValue) {
        self.service = service
        self.told = told
        state = told["state"]?.string ?? "unknown"
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("service", service)
            json.key("backup")
            json.raw(told.rawBytes)
        }
    }

    static func screen(_ backups: [TakenBackup]) -> String {
        var table = Table([.left, .left, .right, .right, .left], header: ["file", "of", "events", "bytes", "sha256"])
        for backup in backups where backup.state == "done" {
            let manifest = backup.told["manifest"]
            table.row(
                backup.told.text("file"), manifest?.text("source") ?? "–", manifest?.text("lastSequence") ?? "–",
                manifest?.text("size") ?? "–", "\(manifest?.text("sha256").prefix(12) ?? "–")…")
        }
        let failures = backups.filter { $0.state != "done" }.map { Paragraph.text("✗ \($0.service): \($0.told.text("error"))", indent: 2) }
        let done = backups.count - failures.count
        let verdict =
            failures.isEmpty
            ? "\(done) backup\(done == 1 ? "" : "s") taken and checked; each lies in its service's BACKUP_DIR"
            : "\(failures.count) of \(backups.count) failed"
        return ([table.text, ""] + failures + ["  \(verdict)"]).joined(separator: "\n") + "\n"
    }
}
