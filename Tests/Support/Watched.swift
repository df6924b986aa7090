import Synchronization

/// State that several threads change and tasks wait for; nothing polls.
public final class Watched<State: Sendable>: Sendable {
    private struct Waiter {
        var id: Int
        var isMet: @Sendable (State) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }
    private struct Inner {
        var state: State
        var waiters: [Waiter] = []
        var lastId = 0
    }
    private let inner: Mutex<Inner>

    public init(_ state: State) { inner = Mutex(Inner(state: state)) }

    public var state: State { inner.withLock { $0.state } }

    public func read<Value: Sendable>(_ body: (State) -> Value) -> Value { inner.withLock { body($0.state) } }

    @discardableResult
    public func change<Value: Sendable>(_ body: (inout State) -> Value) -> Value {
        let (value, ready) = inner.withLock { inner in
            let value = body(&inner.state)
            let ready = inner.waiters.filter { $0.isMet(inner.state) }
            if !ready.isEmpty { inner.waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } } }
            return (value, ready)
        }
        for waiter in ready { waiter.continuation.resume() }
        return value
    }

    /// Waits until the condition holds; throws when the limit has passed.
    public func wait(_ what: String, limit: Duration, until isMet: @escaping @Sendable (State) -> Bool) async throws {
        try await withTimeLimit(limit, what) { await self.wait(isMet) }
    }

    /// Returns when the condition holds, or when cancelled.
    private func wait(_ isMet: @escaping @Sendable (State) -> Bool) async {
        let id = inner.withLock { inner in
            inner.lastId += 1
            return inner.lastId
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = inner.withLock { inner in
                    if Task.isCancelled || isMet(inner.state) { return true }
                    inner.waiters.append(Waiter(id: id, isMet: isMet, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = inner.withLock { inner in
                inner.waiters.firstIndex { $0.id == id }.map { inner.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }
}
