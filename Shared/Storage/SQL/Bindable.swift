public import GRDBSQLite
public import Primitives

/// A value that a statement's parameter can take.
public protocol Bindable {
    /// Binds the value to the parameter at `index`, counted from 1, and returns SQLite's result code.
    func bind(to parameters: Parameters, at index: Int32) -> Int32
}

/// The parameters of a statement about to be run.
public struct Parameters {
    @usableFromInline let statement: OpaquePointer
    @usableFromInline let scratch: Scratch
    /// Of the value that was added last.
    @usableFromInline var index: Int32 = 0
    /// SQLite's code for the first value that could not be bound.
    @usableFromInline var result = SQLITE_OK

    @usableFromInline init(of statement: OpaquePointer, _ scratch: Scratch) {
        self.statement = statement
        self.scratch = scratch
    }

    /// The next value, in the order of the statement's question marks.
    @inlinable @inline(__always)
    public mutating func add(_ value: borrowing some Bindable) {
        index += 1
        if result == SQLITE_OK { result = value.bind(to: self, at: index) }
    }

    fileprivate func bind(_ number: Int64, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, number) }

    fileprivate func bind(text: UnsafeBufferPointer<UInt8>, at index: Int32) -> Int32 {
        // A text without bytes may have no address, and a null pointer would bind NULL.
        guard text.count > 0 else { return sqlite3_bind_text(statement, index, "", 0, nil) }
        let (bytes, destructor) = scratch.keep(UnsafeRawBufferPointer(text))
        return sqlite3_bind_text(statement, index, bytes.assumingMemoryBound(to: CChar.self), Int32(text.count), destructor)
    }

    package func bind(blob: UnsafeRawBufferPointer, at index: Int32) -> Int32 {
        guard blob.count > 0 else { return sqlite3_bind_zeroblob(statement, index, 0) }
        let (bytes, destructor) = scratch.keep(blob)
        return sqlite3_bind_blob(statement, index, bytes, Int32(blob.count), destructor)
    }
}

extension String: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 {
        // Without a copy, of which there would be dozens per message; only a string that is none of Swift's own needs one.
        if let result = utf8.withContiguousStorageIfAvailable({ parameters.bind(text: $0, at: index) }) { return result }
        var text = self
        return text.withUTF8 { parameters.bind(text: $0, at: index) }
    }
}

extension Int64: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { parameters.bind(self, at: index) }
}

extension Int: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { parameters.bind(Int64(self), at: index) }
}

extension Bool: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { parameters.bind(self ? 1 : 0, at: index) }
}

extension [UInt8]: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { withUnsafeBytes { parameters.bind(blob: $0, at: index) } }
}

extension Optional: Bindable where Wrapped: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 {
        switch self {
        case .some(let value): value.bind(to: parameters, at: index)
        case .none: sqlite3_bind_null(parameters.statement, index)
        }
    }
}

/// Whole rupiah, as INTEGER.
extension Rupiah: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { amount.bind(to: parameters, at: index) }
}

/// Days since 1970-01-01, as INTEGER, so that dates compare and index as numbers.
extension BusinessDate: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { Int64(day).bind(to: parameters, at: index) }
}

/// Milliseconds since 1970-01-01T00:00:00Z, as INTEGER.
extension Instant: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { milliseconds.bind(to: parameters, at: index) }
}

extension Choice where Self: Bindable {
    public func bind(to parameters: Parameters, at index: Int32) -> Int32 { rawValue.bind(to: parameters, at: index) }
}

extension Programme: Bindable {}
extension ProductKind: Bindable {}
extension PermitKind: Bindable {}
extension Agency: Bindable {}
extension Tender: Bindable {}
extension Liability: Bindable {}
extension HoldReason: Bindable {}
