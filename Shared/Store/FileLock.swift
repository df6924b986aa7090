#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Held for the life of the process; the kernel lets go of it even after `kill -9`.
final class FileLock: Sendable {
    private let descriptor: Int32

    init(folder: String, service: String) throws(StoreOpenError) {
        do {
            try Folder.create(folder)
        } catch {
            throw .failed(path: folder, reason: "\(error)")
        }
        descriptor = Glibc.open("\(folder)/\(service).lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .failed(path: folder, reason: String(cString: strerror(errno))) }
        // Thrown with every property set, so deinit closes it; a second close could hit a stranger's descriptor.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse(path: folder) }
    }

    deinit { close(descriptor) }
}

enum Folder {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// With its parents; readable by the owner alone.
    static func create(_ path: String) throws {
        var built = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            built += (built.isEmpty || built.hasSuffix("/") ? "" : "/") + part
            if mkdir(built, 0o750) != 0, errno != EEXIST {
                throw Failure(description: "folder \(built) cannot be made: \(String(cString: strerror(errno)))")
            }
        }
    }
}
