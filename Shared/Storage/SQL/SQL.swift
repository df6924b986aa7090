import Synchronization

/// One SQL statement of a service. Kept in a `static let`, it is prepared once per connection and found again by index.
///
///     enum Statements {
///         static let insertLot = SQL("INSERT INTO lot (lotId, quantity) VALUES (?, ?)")
///     }
public final class SQL: Sendable {
    private static let count = Atomic<Int>(0)

    public let text: String
    /// Place in every connection's table of prepared statements.
    @usableFromInline let index: Int

    public init(_ text: String) {
        self.text = text
        index = Self.count.add(1, ordering: .relaxed).oldValue
    }
}
