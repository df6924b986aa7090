import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Held for the life of the process; the kernel lets go of it even after `kill -9`.
final class FileLock: Sendable {
    private let path: String
    private let descriptor: Mutex<Int32>

    init(folder: String, service: String) throws(StoreOpenError) {
        do {
            try Folder.create(folder)
        } catch {
            throw .failed(path: folder, reason: "\(error)")
        }
        path = "\(folder)/\(service).lock"
        let opened = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        descriptor = Mutex(opened)
        guard opened >= 0 else { throw .failed(path: folder, reason: String(cString: strerror(errno))) }
        // Thrown with every property set, so deinit closes it; a second close could hit a stranger's descriptor.
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .inUse(path: folder) : .failed(path: path, reason: String(cString: strerror(errno)))
        }
    }

    deinit { descriptor.withLock { release($0) } }

    /// A lock whose file was removed keeps nobody away: takes the one that has its name now. Where another process has that already, the store's
    /// own lock still keeps it away (`HeldFile`).
    func renew() {
        descriptor.withLock { descriptor in
            guard FileIdentity(path: path) != FileIdentity(descriptor: descriptor) else { return }
            let fresh = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            guard fresh >= 0 else { return }
            guard flock(fresh, LOCK_EX | LOCK_NB) == 0 else {
                close(fresh)
                return
            }
            release(descriptor)
            descriptor = fresh
        }
    }
}

/// Unlocks, and then closes: a process that this one is starting may have a copy of the descriptor yet, which would keep the lock.
private func release(_ descriptor: Int32) {
    flock(descriptor, LOCK_UN)
    close(descriptor)
}

/// Which file it is, whatever its name.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) { (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino)) }

    /// Nil if the name leads to nothing.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// E.g. `2049:131`.
    var text: String { "\(device):\(number)" }
}

/// A store's file, open and locked for this process alone, by whichever name it was found: a second name of it, or a lock file that somebody
/// removed, lets no second process in.
///
/// Stays open as long as SQLite has the file. Closing any descriptor of a file gives up all that this process has locked in it, SQLite's locks
/// included.
final class HeldFile: Sendable {
    let descriptor: Int32
    let identity: FileIdentity

    /// Makes the file, without content, where there is none.
    init(_ path: String) throws(StoreOpenError) {
        descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        let opened = FileIdentity(descriptor: descriptor)
        identity = opened ?? FileIdentity(stat())
        guard opened != nil else { throw .failed(path: path, reason: String(cString: strerror(errno))) }
        // Some file systems know no such locks; the lock file is there all the same.
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw .inUse(path: path) }
    }

    deinit { if descriptor >= 0 { release(descriptor) } }

    /// Whether it still has a name, if perhaps another one.
    var hasName: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    /// Its first bytes.
    func head(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = pread(descriptor, &bytes, count, 0)
        return Array(bytes.prefix(max(0, found)))
    }
}

enum Folder {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// With its parents; open to the owner alone.
    static func create(_ path: String) throws {
        var built = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            built += (built.isEmpty || built.hasSuffix("/") ? "" : "/") + part
            if mkdir(built, 0o700) != 0, errno != EEXIST {
                throw Failure(description: "folder \(built) cannot be made: \(String(cString: strerror(errno)))")
            }
        }
    }
}
