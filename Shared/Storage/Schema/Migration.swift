public import GRDB

/// One step of a store's schema.
public struct Migration: Sendable {
    public let name: String
    public let sql: String
    /// What SQL alone cannot do, after it and in the same transaction.
    private let work: (@Sendable (Database) throws -> Void)?

    public init(_ name: String, _ sql: String = "", then work: (@Sendable (Database) throws -> Void)? = nil) {
        self.name = name
        self.sql = sql
        self.work = work
    }

    /// Takes the step, in a transaction of the caller's.
    public func run(in db: Database) throws {
        if !sql.isEmpty { try db.execute(sql: sql) }
        try work?(db)
    }
}
