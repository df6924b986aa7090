import TestSupport
import Testing

/// Tests that share one stack and do not break it. They take turns, so that counts on it hold.
@Suite(.serialized, .timeLimit(.minutes(5)))
enum SharedMartTests {}

/// The stack that they share, with a stranger connected to it. Its business clock starts on the day after the opening.
struct SharedMart: Sendable {
    let stack: Stack
    let client: MartClient

    static var one: SharedMart {
        get async throws { try await start.value }
    }

    private static let start = Task {
        let stack = try await Stack.start(environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
        return SharedMart(stack: stack, client: try await MartClient.connect(to: stack.amqpURL))
    }
}
