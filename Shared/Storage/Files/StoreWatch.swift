import GRDB
import GRDBSQLite
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The files of an open store are no longer those that its names lead to. The process still has them; nobody else will find what it writes there.
public struct StoreChanged: Error, Sendable, Hashable, CustomStringConvertible {
    enum What: Sendable, Hashable {
        case gone, replaced
        case shrunk(from: Int64, to: Int64)
        case overwritten
        /// The write-ahead log or its shared memory: what was committed since the last checkpoint.
        case logGone, logReplaced
    }

    let what: What
    let path: String

    public var description: String {
        switch what {
        case .gone: "the store \(path) was moved or removed while the service ran"
        case .replaced: "another file was put in the place of the store \(path) while the service ran"
        case .shrunk(let from, let to): "the store \(path) was cut from \(from) bytes to \(to) while the service ran"
        case .overwritten: "the store \(path) was written over by another program while the service ran"
        case .logGone: "the write-ahead log \(path) was removed while the service ran"
        case .logReplaced: "another file was put in the place of the write-ahead log \(path) while the service ran"
        }
    }
}

/// Knows the files of an open store, and notices when their names lead to others.
///
/// A look is three calls of `stat` for each transaction, about two microseconds; a closer look, now and then, reads the store's head too.
package final class StoreWatch: Sendable {
    private let path: String
    private let lock: FileLock
    let held: HeldFile
    /// As SQLite names it, with links followed: there lies the log.
    private let log: Companion
    private let memory: Companion
    private let seen = Mutex(Seen())

    private struct Companion: Sendable {
        let path: String
        let identity: FileIdentity?

        init(_ path: String) {
            self.path = path
            identity = FileIdentity(path: path)
        }
    }

    /// These only grow: nothing vacuums a store.
    private struct Seen {
        var size: Int64 = 0
        var changes: UInt32?
    }

    /// - Parameter db: the connection that writes, which has written: the log is there.
    init(_ path: String, _ db: Database, held: HeldFile, lock: FileLock) throws {
        (self.path, self.held, self.lock) = (path, held, lock)
        let real = db.sqliteConnection.flatMap { sqlite3_db_filename($0, "main") }.map { String(cString: $0) } ?? path
        (log, memory) = (Companion(StoreFiles.log(of: real)), Companion(StoreFiles.memory(of: real)))
        try look()
    }

    /// Throws if the names lead to other files.
    package func check() throws(StoreChanged) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw StoreChanged(what: .gone, path: path) }
        guard FileIdentity(status) == held.identity else { throw StoreChanged(what: .replaced, path: path) }
        let (size, largest) = (Int64(status.st_size), seen.withLock { $0.size })
        if size < largest { throw StoreChanged(what: .shrunk(from: largest, to: size), path: path) }
        if size > largest { seen.withLock { $0.size = max($0.size, size) } }
        for companion in [log, memory] {
            guard let identity = companion.identity else { continue }
            guard let found = FileIdentity(path: companion.path) else { throw StoreChanged(what: .logGone, path: companion.path) }
            if found != identity { throw StoreChanged(what: .logReplaced, path: companion.path) }
        }
    }

    /// Looks closer: at what the file says of itself, and at the lock. By the thread that writes, for a checkpoint changes the head.
    func look() throws(StoreChanged) {
        try check()
        let head = held.head(28)
        // Of a file that SQLite writes with a log: its name, and twice the number 2.
        guard head.count == 28, head.starts(with: Array("SQLite format 3\0".utf8)), head[18] == 2, head[19] == 2 else {
            throw StoreChanged(what: .overwritten, path: path)
        }
        let changes = head[24...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let known = seen.withLock { seen in
            let known = seen.changes
            seen.changes = changes
            return known
        }
        // It counts, and may wrap around; an older copy has counted less.
        if let known, Int32(bitPattern: changes &- known) < 0 { throw StoreChanged(what: .overwritten, path: path) }
        lock.renew()
    }

    // MARK: What is left

    /// Whether all that was committed lies in files that somebody can find under some name: the store, and its log here or where the store is now.
    var isAllNamed: Bool {
        guard held.hasName else { return false }
        let logs = [log.path] + [realName.map(StoreFiles.log)].compactMap(\.self)
        return logs.contains { FileIdentity(path: $0) == log.identity }
    }

    /// Where the open file is now.
    private var realName: String? {
        guard let name = realpath("/proc/self/fd/\(held.descriptor)", nil) else { return nil }
        defer { free(name) }
        return String(cString: name)
    }

    /// The file in the store's place is the open one, and whole.
    var isInPlace: Bool { FileIdentity(path: path) == held.identity }

    /// The log and its memory, where their names still lead to them.
    var companionsInPlace: [String] {
        [log, memory].filter { $0.identity != nil && FileIdentity(path: $0.path) == $0.identity }.map(\.path)
    }

    /// Nothing lies where the log was.
    var isLogNameFree: Bool { !DurableFile.isThere(log.path) }
}
