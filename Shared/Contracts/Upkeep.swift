// Commands to every service that concern its store as a whole: a backup of it, and its events sent once more.

/// Data of `backup-store`.
public struct BackupRequest: Record {
    /// Names the backup's files; made from the time where it is absent.
    public var backupName: String?
    public var by = ""
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("name", &backupName)
        try f.text("by", &by)
    }
}
