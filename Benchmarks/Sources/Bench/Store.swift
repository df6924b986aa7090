import CSQLite
import Foundation

/// Looks into a store that nobody writes any more.
enum Store {
    static func number(_ sql: String, in file: URL) throws -> Int {
        var handle: OpaquePointer?
        var statement: OpaquePointer?
        defer {
            sqlite3_finalize(statement)
            sqlite3_close(handle)
        }
        guard sqlite3_open(file.path, &handle) == SQLITE_OK, sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK,
            sqlite3_step(statement) == SQLITE_ROW
        else { throw BenchError("\(file.path): \(String(cString: sqlite3_errmsg(handle)))") }
        return Int(sqlite3_column_int64(statement, 0))
    }

    /// What every contender must have written for each sale.
    static func verify(_ file: URL, sales: Int) throws {
        let expected = [
            "SELECT count(*) FROM inbox": sales, "SELECT count(*) FROM posting": sales, "SELECT count(*) FROM saleLine": sales,
            "SELECT count(*) FROM entry": 3 * sales, "SELECT count(*) FROM outbox": sales,
            "SELECT coalesce(sum(amount), 0) FROM entry": 0, "SELECT count(*) FROM unbalancedPosting": 0,
            "SELECT max(eventsSent) <= \(sales) FROM progress": 1,
        ]
        for (sql, count) in expected {
            let found = try number(sql, in: file)
            if found != count { throw BenchError("\(file.path): \(sql) is \(found), not \(count)") }
        }
    }
}
