public import Testing

/// A test that starts processes of its own waits for one of a few places, so that each that runs has enough of the machine to be judged.
///
/// The library starts all tests at once. Thirty marts on two cores starve one another, and the time that one of them waits
/// would count against the limits that it is tested for.
///
/// ```swift
/// @Suite(.processes(minutes: 2)) struct ClockTests { … }
/// ```
public struct ProcessesTrait: SuiteTrait, TestTrait, TestScoping {
    let limit: Duration

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await Places.shared.take()
        do {
            try await withoutActuallyEscaping(function) { body in
                try await withTimeLimit(limit, "\(test.displayName ?? test.name)") { try await body() }
            }
        } catch {
            await Places.shared.giveBack()
            throw error
        }
        await Places.shared.giveBack()
    }
}

extension Trait where Self == ProcessesTrait {
    /// - Parameter minutes: the limit of each test, from when it has its place.
    public static func processes(minutes: Int) -> Self { Self(limit: .seconds(60 * minutes)) }
}

/// First come, first served.
private actor Places {
    static let shared = Places()

    private var free = 3
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
