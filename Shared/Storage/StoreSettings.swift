import CLibCrypto
import GRDB

/// What the one connection that writes runs with, as SQLite itself says.
public struct StoreSettings: Sendable {
    public let sqliteVersion: String
    public let journalMode: String
    /// 2 is FULL: a commit is on the disk when it returns.
    public let synchronous: Int
    public let foreignKeys: Bool
    /// In bytes.
    public let pageSize: Int

    /// Bytes to which the write-ahead log shrinks again once no reader holds it; twice what it has grown to when a checkpoint is begun.
    public static let logLimit = 64 << 20

    init(_ db: Database) throws {
        sqliteVersion = try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? ""
        journalMode = try String.fetchOne(db, sql: "PRAGMA journal_mode") ?? ""
        synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous") ?? -1
        foreignKeys = try Bool.fetchOne(db, sql: "PRAGMA foreign_keys") ?? false
        pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0
    }

    /// The OpenSSL that digests messages here and speaks TLS below librabbitmq, e.g. `3.0.17`.
    public static var openSSLVersion: String {
        String(cString: OpenSSL_version(OPENSSL_VERSION)).split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }
}
