/// Waits until a read side of another process says what it must: the only place where a test may poll.
///
/// Inside our own process wait for the event itself instead.
///
/// ```swift
/// try await expectEventually("the sale is settled") {
///     try await stack["settlement"].get("/v1/settlements/\(sale)").status == 200
/// }
/// ```
public func expectEventually(
    _ what: String, timeout: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    try await eventually(what, timeout: timeout) { try await condition() ? true : nil }
}

/// The same for a value: waits until the body returns one. An error of the body means "not yet" and is told at the end.
@discardableResult
public func eventually<Value>(
    _ what: String, timeout: Duration = .seconds(60), _ value: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + timeout
    var lastError: (any Error)?
    repeat {
        do {
            if let value = try await value() { return value }
            lastError = nil
        } catch {
            lastError = error
        }
        try await Task.sleep(for: .milliseconds(20))
    } while ContinuousClock.now < deadline
    throw SupportError("within \(timeout) it did not happen that \(what)" + (lastError.map { "; last error: \($0)" } ?? ""))
}
