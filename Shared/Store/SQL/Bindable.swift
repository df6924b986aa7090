public import GRDBSQLite
public import Primitives

/// A value that a statement's parameter can take.
public protocol Bindable {
    /// Binds the value to the parameter at `index`, counted from 1, and returns SQLite's result code.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

/// SQLite copies the bytes before the call returns (`SQLITE_TRANSIENT`, which C's header cannot export to Swift).
@usableFromInline nonisolated(unsafe) let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension String: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        var text = self
        return text.withUTF8 { bytes in
            // A text without bytes has no address, and a null pointer would bind NULL.
            guard let start = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, copied) }
            return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                sqlite3_bind_text(statement, index, $0, Int32(bytes.count), copied)
            }
        }
    }
}

extension Int64: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, self) }
}

extension Int: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, Int64(self)) }
}

extension Bool: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, self ? 1 : 0) }
}

extension [UInt8]: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        withUnsafeBytes { bytes in
            bytes.isEmpty
                ? sqlite3_bind_zeroblob(statement, index, 0)
                : sqlite3_bind_blob(statement, index, bytes.baseAddress, Int32(bytes.count), copied)
        }
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .some(let value): value.bind(to: statement, at: index)
        case .none: sqlite3_bind_null(statement, index)
        }
    }
}

/// Whole rupiah, as INTEGER.
extension Rupiah: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { amount.bind(to: statement, at: index) }
}

/// Days since 1970-01-01, as INTEGER, so that dates compare and index as numbers.
extension BusinessDate: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { Int64(day).bind(to: statement, at: index) }
}

/// Milliseconds since 1970-01-01T00:00:00Z, as INTEGER.
extension Instant: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { milliseconds.bind(to: statement, at: index) }
}

extension Choice where Self: Bindable {
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { rawValue.bind(to: statement, at: index) }
}

extension Programme: Bindable {}
extension ProductKind: Bindable {}
extension PermitKind: Bindable {}
extension Agency: Bindable {}
extension Tender: Bindable {}
extension Liability: Bindable {}
extension HoldReason: Bindable {}
