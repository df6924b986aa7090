/// Runs `martctl` of this build to its end and returns what it prints; throws, with its output, when it fails.
@discardableResult
public func martctl(
    _ arguments: String..., environment: [String: String] = [:], timeout: Duration = .seconds(60)
) async throws -> String {
    try await ChildProcess.run([TestRun.program("martctl")] + arguments, environment: environment, limit: timeout)
}
