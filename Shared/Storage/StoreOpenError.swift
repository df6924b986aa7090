/// Why a store cannot be used; exit code 69.
public enum StoreOpenError: Error, Sendable, CustomStringConvertible {
    case inUse(path: String)
    case newer(path: String)
    /// A restore was interrupted between taking the old store away and putting the new one in its place.
    case halfRestored(path: String)
    /// There was a store, and there is none now.
    case missing(path: String, evidence: String)
    /// An older copy, or another store, lies in its place.
    case putBack(path: String, fault: String)
    case damaged(path: String, reason: String)
    case failed(path: String, reason: String)

    package init(_ error: any Error, path: String) {
        self =
            StoreError.isCorruption(error) ? .damaged(path: path, reason: "\(error)") : .failed(path: path, reason: "\(error)")
    }

    public var description: String {
        switch self {
        case .inUse(let path): "the store in \(path) is in use by another process"
        case .newer(let path): "the store \(path) was written by a newer version of this service"
        case .halfRestored(let path): "the store \(path) was being restored and that was interrupted: repeat the restore"
        case .missing(let path, let evidence):
            "the store \(path) is missing: \(evidence). Put it back, or restore a backup (martctl restore); to begin anew with an empty "
                + "one, as a new life, start once with \(Beginning.store.flag)"
        case .putBack(let path, let fault):
            "the store \(path) is not the one that it should be: \(fault). Put the right one back, or restore a backup (martctl restore); "
                + "to go on with this one, as a new life, start once with \(Beginning.life.flag)"
        case .damaged(let path, let reason): "the store \(path) is damaged and must be restored from a backup: \(reason)"
        case .failed(let path, let reason): "the store \(path) cannot be opened: \(reason)"
        }
    }
}
