/// Runs the body, and throws when it takes longer than the limit, so that a test that would hang fails instead.
///
/// The body is cancelled then; it must be of a kind that ends when it is cancelled, as everything awaitable should.
public func withTimeLimit<Value: Sendable>(
    _ limit: Duration, _ what: String, _ body: @Sendable @escaping () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await Task.sleep(for: limit)
            throw SupportError("\(what) took longer than \(limit)")
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { preconditionFailure("a group of two tasks is never empty") }
        return first
    }
}
