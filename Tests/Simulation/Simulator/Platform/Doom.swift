import Foundation
import GRDB
import GRDBSQLite

/// The files of a store, byte by byte.
struct DiskImage {
    private let store: Data
    private let log: Data

    /// - Parameter isLogged: whether what is only in the write-ahead log belongs to it.
    init(of path: String, isLogged: Bool = true) throws {
        store = try Data(contentsOf: URL(fileURLWithPath: path))
        log = isLogged ? (try? Data(contentsOf: URL(fileURLWithPath: path + "-wal"))) ?? Data() : Data()
    }

    /// - Parameter garbage: what a write that was under way has left at the end of the log.
    func put(to path: String, tearing garbage: [UInt8] = []) throws {
        try store.write(to: URL(fileURLWithPath: path))
        try (log + garbage).write(to: URL(fileURLWithPath: path + "-wal"))
    }
}

/// A death amid a transaction. When so many rows have changed, what the disk holds then is kept; the process goes on for a moment, and then the disk is
/// put back to that, as if nothing had been done after it. If it does not come to so many changes, it dies after the commit.
final class Doom {
    private var changesLeft: Int
    /// Only changes of this table count, if one is named.
    private let table: String?
    private let path: String
    private(set) var remains: DiskImage?
    private(set) var failure: (any Error)?

    init(afterChanges count: Int, of table: String? = nil, path: String) {
        (changesLeft, self.table, self.path) = (count, table, path)
    }

    var hasCome: Bool { remains != nil }

    /// Must live as long as the connection.
    func watch(_ pool: DatabasePool) {
        pool.writeWithoutTransaction { db in
            _ = sqlite3_update_hook(
                db.sqliteConnection,
                { doom, _, _, table, _ in
                    guard let doom, let table else { return }
                    Unmanaged<Doom>.fromOpaque(doom).takeUnretainedValue().changed(String(cString: table))
                }, Unmanaged.passUnretained(self).toOpaque())
        }
    }

    static func forget(_ pool: DatabasePool) {
        pool.writeWithoutTransaction { db in _ = sqlite3_update_hook(db.sqliteConnection, nil, nil) }
    }

    private func changed(_ changed: String) {
        if hasCome || (table != nil && table != changed) { return }
        changesLeft -= 1
        if changesLeft > 0 { return }
        do { remains = try DiskImage(of: path) } catch { failure = error }
    }
}
