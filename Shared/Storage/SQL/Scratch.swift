internal import GRDBSQLite

/// Memory for the texts and blobs of statements while they run: SQLite reads them here instead of allocating and freeing a copy of each.
///
/// Used as a stack, for while one statement gives its rows another may run.
@usableFromInline
final class Scratch {
    private static let capacity = 64 << 10

    private let bytes = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    /// What is kept ends here. Whoever runs a statement sets it back when the statement is done.
    @usableFromInline var end = 0

    @usableFromInline init() {}

    deinit { bytes.deallocate() }

    /// A copy that lives until `end` is set back. What does not fit is left to SQLite: the destructor says that it has to copy (`SQLITE_TRANSIENT`,
    /// which C's header cannot export to Swift).
    func keep(_ value: UnsafeRawBufferPointer) -> (UnsafeRawPointer, sqlite3_destructor_type?) {
        guard let address = value.baseAddress, value.count <= Self.capacity - end else {
            return (value.baseAddress ?? UnsafeRawPointer(bytes), unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
        let copy = bytes + end
        copy.copyMemory(from: address, byteCount: value.count)
        end += value.count
        return (UnsafeRawPointer(copy), nil)
    }
}
