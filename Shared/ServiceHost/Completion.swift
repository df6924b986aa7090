import Synchronization

/// Something that happens once and that tasks may wait for.
final class Completion: Sendable {
    private struct State {
        var isComplete = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter = 0
    }

    private let state = Mutex(State())

    var isComplete: Bool { state.withLock { $0.isComplete } }

    func complete() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            state.isComplete = true
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Waits until it has happened, or until the deadline; answers whether it has happened. A task that is cancelled goes on waiting.
    @discardableResult
    func wait(until deadline: ContinuousClock.Instant? = nil) async -> Bool {
        await withCheckedContinuation { continuation in
            let waiter: Int? = state.withLock { state in
                if state.isComplete { return nil }
                state.lastWaiter += 1
                state.waiters[state.lastWaiter] = continuation
                return state.lastWaiter
            }
            guard let waiter else { return continuation.resume() }
            guard let deadline else { return }
            Task {
                try? await Task.sleep(until: deadline, clock: .continuous)
                state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
            }
        }
        return isComplete
    }
}
