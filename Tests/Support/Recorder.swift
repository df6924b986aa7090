/// What came from elsewhere, in order. Tests wait for what they expect; nothing polls.
public final class Recorder<Item: Sendable>: Sendable {
    private let watched = Watched<[Item]>([])

    public init() {}

    public var items: [Item] { watched.state }

    public func add(_ items: [Item]) { watched.change { $0 += items } }

    /// Waits until all items together satisfy a condition.
    public func wait(
        _ what: String, limit: Duration = .seconds(30), until isMatch: @escaping @Sendable ([Item]) -> Bool
    ) async throws {
        do {
            try await watched.wait(what, limit: limit, until: isMatch)
        } catch {
            let items = items
            throw SupportError("\(error); \(items.count) so far, the last: \(items.suffix(5))")
        }
    }

    /// Waits for the first item that satisfies a condition.
    @discardableResult
    public func first(
        _ what: String, limit: Duration = .seconds(30), where isMatch: @escaping @Sendable (Item) -> Bool
    ) async throws -> Item {
        try await wait(what, limit: limit) { $0.contains(where: isMatch) }
        guard let item = items.first(where: isMatch) else { throw SupportError("\(what): gone") }
        return item
    }
}
