import Synchronization

/// Something that happens once and that tasks may wait for.
final class Completion: Sendable {
    private struct State {
        var isComplete = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isComplete: Bool { state.withLock { $0.isComplete } }

    func complete() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isComplete = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isComplete = state.withLock { state in
                if !state.isComplete { state.waiters.append(continuation) }
                return state.isComplete
            }
            if isComplete { continuation.resume() }
        }
    }

    /// Answers whether it happened before the deadline.
    func wait(until deadline: ContinuousClock.Instant) async -> Bool {
        while !isComplete, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
        return isComplete
    }
}
