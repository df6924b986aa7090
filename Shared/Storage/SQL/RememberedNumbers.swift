/// Numbers of rows that never change or go once they are there, such as sources and accounts: asked for once, then remembered.
package final class RememberedNumbers {
    /// By statement and text.
    private var numbers: [[String: Int64]] = []

    /// Anyone may make up names, so the memory for them is bounded.
    package init() {}

    private static let most = 10_000

    /// What `sql` finds for a text: one number, or nothing, which is not remembered.
    package func number(_ sql: SQL, _ text: String, in connection: Connection) throws -> Int64? {
        try number(sql, text) { try connection.first(sql, text) { $0.int(0) } }
    }

    /// The same of a statement without parameters. Whoever changes what it counts forgets it.
    package func number(_ sql: SQL, in connection: Connection) throws -> Int64? {
        try number(sql, "") { try connection.first(sql) { $0.int(0) } }
    }

    package func forget(_ sql: SQL) {
        if sql.index < numbers.count { numbers[sql.index] = [:] }
    }

    @inline(__always)
    private func number(_ sql: SQL, _ text: String, find: () throws -> Int64?) throws -> Int64? {
        while numbers.count <= sql.index { numbers.append([:]) }
        if let number = numbers[sql.index][text] { return number }
        guard let number = try find() else { return nil }
        if numbers[sql.index].count >= Self.most { numbers[sql.index] = [:] }
        numbers[sql.index][text] = number
        return number
    }

    /// After a rollback, numbers given in it mean nothing.
    package func forget() { numbers = [] }
}
