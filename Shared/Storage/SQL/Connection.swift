public import GRDBSQLite

/// Prepared statements over one SQLite connection.
///
/// Speaks to SQLite directly, on the connection that GRDB owns: per message this is several microseconds cheaper than GRDB's statements
/// (docs/decisions/0003-sqlite.md). Not thread-safe: it belongs to whoever may use the connection.
public final class Connection {
    @usableFromInline let handle: OpaquePointer
    @usableFromInline var statements: [OpaquePointer?] = []
    @usableFromInline let scratch = Scratch()

    package init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { for statement in statements { sqlite3_finalize(statement) } }

    /// Runs a statement that returns no rows; answers how many rows it changed.
    @inlinable @discardableResult
    public func execute<each Value: Bindable>(_ sql: SQL, _ values: repeat each Value) throws(StoreError) -> Int {
        let statement = try prepared(sql)
        let kept = scratch.end
        defer { scratch.end = kept }
        let parameters = Parameters(of: statement, scratch)
        var index: Int32 = 0
        // Not a loop over the pack, which would copy each value first.
        repeat try bind(each values, to: parameters, after: &index, sql)
        let result = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard result == SQLITE_DONE else { throw error(result, sql) }
        return Int(sqlite3_changes(handle))
    }

    /// The same for statements that run for every message: by a closure, for the compiler makes a call through a table of each value of a list,
    /// and copies it.
    @inlinable @discardableResult
    public func execute(_ sql: SQL, binding values: (inout Parameters) -> Void) throws(StoreError) -> Int {
        let statement = try prepared(sql)
        let kept = scratch.end
        defer { scratch.end = kept }
        var parameters = Parameters(of: statement, scratch)
        values(&parameters)
        assert(parameters.index == sqlite3_bind_parameter_count(statement), "\(parameters.index) values for \(sql.text)")
        try check(parameters.result, sql)
        let result = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard result == SQLITE_DONE else { throw error(result, sql) }
        return Int(sqlite3_changes(handle))
    }

    /// The first row, or nil.
    @inlinable
    public func first<T, each Value: Bindable>(
        _ sql: SQL, _ values: repeat each Value, read: (StatementRow) throws -> T
    ) throws -> T? {
        let statement = try prepared(sql)
        let kept = scratch.end
        defer {
            sqlite3_reset(statement)
            scratch.end = kept
        }
        let parameters = Parameters(of: statement, scratch)
        var index: Int32 = 0
        repeat try bind(each values, to: parameters, after: &index, sql)
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return try read(StatementRow(statement: statement))
        case SQLITE_DONE: return nil
        case let result: throw error(result, sql)
        }
    }

    /// Every row, in order.
    @inlinable
    public func all<T, each Value: Bindable>(
        _ sql: SQL, _ values: repeat each Value, read: (StatementRow) throws -> T
    ) throws -> [T] {
        let statement = try prepared(sql)
        let kept = scratch.end
        defer {
            sqlite3_reset(statement)
            scratch.end = kept
        }
        let parameters = Parameters(of: statement, scratch)
        var index: Int32 = 0
        repeat try bind(each values, to: parameters, after: &index, sql)
        var rows: [T] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(try read(StatementRow(statement: statement)))
            case SQLITE_DONE: return rows
            case let result: throw error(result, sql)
            }
        }
    }

    @inlinable @inline(__always)
    func bind(_ value: borrowing some Bindable, to parameters: Parameters, after index: inout Int32, _ sql: SQL) throws(StoreError) {
        index += 1
        try check(value.bind(to: parameters, at: index), sql)
    }

    /// Key of the row inserted last.
    public var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Rows inserted, updated and deleted on this connection since it was opened.
    package var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    @usableFromInline
    func prepared(_ sql: SQL) throws(StoreError) -> OpaquePointer {
        if sql.index < statements.count, let statement = statements[sql.index] { return statement }
        return try prepare(sql)
    }

    private func prepare(_ sql: SQL) throws(StoreError) -> OpaquePointer {
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v3(handle, sql.text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard result == SQLITE_OK, let statement else { throw error(result, sql) }
        while statements.count <= sql.index { statements.append(nil) }
        statements[sql.index] = statement
        return statement
    }

    @usableFromInline
    func check(_ result: Int32, _ sql: SQL) throws(StoreError) {
        if result != SQLITE_OK { throw error(result, sql) }
    }

    @usableFromInline
    func error(_ result: Int32, _ sql: SQL) -> StoreError {
        let extended = sqlite3_extended_errcode(handle)
        return StoreError(
            code: extended == SQLITE_OK ? result : extended, message: String(cString: sqlite3_errmsg(handle)), statement: sql.text)
    }
}
