internal import GRDBSQLite
import Glibc
public import Primitives

/// The current row of a statement; valid only inside the closure that receives it. Columns count from 0.
public struct StatementRow {
    @usableFromInline let statement: OpaquePointer

    @usableFromInline package init(statement: OpaquePointer) { self.statement = statement }

    public func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    public func int(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }
    public func intOrNil(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }
    public func bool(_ column: Int32) -> Bool { int(column) != 0 }

    public func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(statement, column) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))), as: UTF8.self)
    }
    /// The text, where it is likely to be `known`, as in the row before: then nothing is made anew.
    public func text(_ column: Int32, likely known: String?) -> String {
        guard var known, let bytes = sqlite3_column_text(statement, column) else { return text(column) }
        let count = Int(sqlite3_column_bytes(statement, column))
        let isSame = known.withUTF8 { $0.count == count && memcmp($0.baseAddress ?? UnsafePointer(bytes), bytes, count) == 0 }
        return isSame ? known : text(column)
    }
    public func textOrNil(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    public func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column))))
    }

    public func rupiah(_ column: Int32) -> Rupiah { Rupiah(int(column)) }
    public func date(_ column: Int32) -> BusinessDate { BusinessDate(day: Int32(truncatingIfNeeded: int(column))) }
    public func dateOrNil(_ column: Int32) -> BusinessDate? { isNull(column) ? nil : date(column) }
    public func instant(_ column: Int32) -> Instant { Instant(milliseconds: int(column)) }

    /// A word of a fixed list; the schema's CHECK makes sure that it is one.
    public func choice<C: Choice>(_ column: Int32, _ type: C.Type = C.self) throws -> C {
        let word = text(column)
        guard let value = C(rawValue: word) else {
            throw StoreError(code: SQLITE_MISMATCH, message: "'\(word)' is no \(C.self)", statement: "column \(column)")
        }
        return value
    }
    public func choiceOrNil<C: Choice>(_ column: Int32, _ type: C.Type = C.self) throws -> C? { isNull(column) ? nil : try choice(column) }
}
