public import Foundation

/// Runs a command to its end and returns what it prints; throws, with its output, when it fails or takes longer than the limit.
@discardableResult
public func runTool(_ command: [String], environment: [String: String] = [:], limit: Duration = .seconds(60)) async throws -> String {
    try await ChildProcess.run(command, environment: environment, limit: limit)
}

/// A file of the repository, by its path from the root.
public func repositoryFile(_ path: String) -> URL { TestRun.repository.appendingPathComponent(path) }
