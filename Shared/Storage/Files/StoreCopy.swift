import GRDBSQLite

/// A copy of one moment of a store, made by SQLite's online backup: all pages in one step are one snapshot.
enum StoreCopy {
    /// - Parameters:
    ///   - live: a connection to the store.
    ///   - target: a file that is not there yet; it is its owner's alone.
    static func make(of live: OpaquePointer, to target: String) throws {
        // SQLite would make it readable by all; the journal beside it gets the same rights.
        try DurableFile.create(target)
        var copy: OpaquePointer?
        defer { sqlite3_close(copy) }
        try check(sqlite3_open_v2(target, &copy, SQLITE_OPEN_READWRITE, nil), copy)
        guard let backup = sqlite3_backup_init(copy, "main", live, "main") else { throw failure(copy) }
        let result = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        if result != SQLITE_DONE { throw failure(copy) }
    }

    static func check(_ code: Int32, _ handle: OpaquePointer?) throws {
        if code != SQLITE_OK { throw failure(handle) }
    }

    private static func failure(_ handle: OpaquePointer?) -> StoreError {
        StoreError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)), statement: "online backup")
    }
}
