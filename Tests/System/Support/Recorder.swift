import Synchronization
import TestSupport

/// What came from elsewhere, in order. Tests wait for what they expect; nothing polls.
final class Recorder<Item: Sendable>: Sendable {
    private struct Waiter {
        var id: Int
        var isMatch: @Sendable ([Item]) -> Bool
        var continuation: CheckedContinuation<Void, Never>
    }
    private struct State {
        var items: [Item] = []
        var waiters: [Waiter] = []
        var lastId = 0
    }
    private let state = Mutex(State())

    var items: [Item] { state.withLock { $0.items } }

    func add(_ items: [Item]) {
        let ready = state.withLock { state in
            state.items += items
            let ready = state.waiters.filter { $0.isMatch(state.items) }
            state.waiters.removeAll { waiter in ready.contains { $0.id == waiter.id } }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Waits until all items together satisfy a condition.
    func wait(_ what: String, limit: Duration = .seconds(20), until isMatch: @escaping @Sendable ([Item]) -> Bool) async throws {
        do {
            try await withTimeLimit(limit, what) { await self.match(isMatch) }
        } catch {
            throw Failure("\(error); \(items.count) so far, the last: \(items.suffix(3))")
        }
    }

    /// Waits for the first item that satisfies a condition.
    func first(_ what: String, limit: Duration = .seconds(20), where isMatch: @escaping @Sendable (Item) -> Bool) async throws -> Item {
        try await wait(what, limit: limit) { $0.contains(where: isMatch) }
        guard let item = items.first(where: isMatch) else { throw Failure("\(what): gone") }
        return item
    }

    /// Returns at the match, or when cancelled.
    private func match(_ isMatch: @escaping @Sendable ([Item]) -> Bool) async {
        let id = state.withLock { state in
            state.lastId += 1
            return state.lastId
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || isMatch(state.items) { return true }
                    state.waiters.append(Waiter(id: id, isMatch: isMatch, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let index = state.waiters.firstIndex { $0.id == id }
                return index.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
