import GRDB
import GRDBSQLite

/// What SQLite refused to do.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// SQLite's extended result code.
    public let code: Int32
    public let message: String
    /// The statement, without values.
    public let statement: String

    public init(code: Int32, message: String, statement: String) {
        self.code = code
        self.message = message
        self.statement = statement
    }

    /// A broken constraint is the fault of the message that was being handled; everything else (busy, full, I/O, corrupt) is the store's.
    public var isFaultOfMessage: Bool {
        switch code & 0xFF {
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_ERROR, SQLITE_MISUSE: true
        default: false
        }
    }

    public var isConstraint: Bool { code & 0xFF == SQLITE_CONSTRAINT }

    public var description: String { "\(message) (SQLite \(code)) in: \(statement)" }
}

extension StoreError {
    /// What went wrong, for whoever may read it: of the store's errors, ours or GRDB's, without the statement.
    public static func reason(_ error: any Error) -> String {
        switch error {
        case let error as StoreError: "\(error.message) (SQLite \(error.code))"
        case let error as DatabaseError: "\(error.message ?? "the store failed") (SQLite \(error.extendedResultCode.rawValue))"
        default: "\(error)"
        }
    }

    /// The file is damaged; trying again cannot help.
    public var isCorruption: Bool { code & 0xFF == SQLITE_CORRUPT || code & 0xFF == SQLITE_NOTADB }

    /// The same of any error, ours or GRDB's.
    public static func isCorruption(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError: error.isCorruption
        case let error as DatabaseError: [SQLITE_CORRUPT, SQLITE_NOTADB].contains(error.resultCode.rawValue)
        default: false
        }
    }
}
