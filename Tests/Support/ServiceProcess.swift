public import Foundation
import Glibc

/// A service executable of this build, running as a process of its own on a free HTTP port.
///
/// Its log and data outlive it: `restart()` starts it again on the same data, port and log.
public actor ServiceProcess {
    /// The product: `catalog`, `permits`, `consignment`, `settlement`.
    public nonisolated let name: String
    public nonisolated let port: Int
    /// The `DATA_DIR`.
    public nonisolated let dataFolder: URL
    public nonisolated let logFile: URL
    public nonisolated var url: String { "http://127.0.0.1:\(port)" }

    private let environment: [String: String]
    private let descriptors: Int?
    private var process: ChildProcess

    /// Starts the service; `waitUntilReady()` says when it serves.
    ///
    /// - Parameters:
    ///   - environment: on top of this process's own; `AMQP_URL`, `DATA_DIR` and `HTTP_PORT` are set unless given here.
    ///   - firstEnvironment: on top of that, for its first life alone.
    ///   - descriptors: how many file descriptors it may have, if fewer than usual.
    public init(
        _ name: String, amqpURL: String, folder: TemporaryFolder, environment: [String: String] = [:],
        firstEnvironment: [String: String] = [:], descriptors: Int? = nil
    ) throws {
        let port = environment["HTTP_PORT"].flatMap { Int($0) } ?? freePort()
        let dataFolder = environment["DATA_DIR"].map { URL(fileURLWithPath: $0) } ?? folder.file(name)
        self.name = name
        self.port = port
        self.dataFolder = dataFolder
        logFile = folder.file("\(name).log")
        self.environment = ["AMQP_URL": amqpURL, "DATA_DIR": dataFolder.path, "HTTP_PORT": String(port)].merging(environment) { $1 }
        self.descriptors = descriptors
        process = try Self.launch(name, self.environment.merging(firstEnvironment) { $1 }, [], descriptors, log: logFile)
    }

    private static func launch(
        _ name: String, _ environment: [String: String], _ arguments: [String], _ descriptors: Int?, log: URL
    ) throws -> ChildProcess {
        let command = [TestRun.program(name)] + arguments
        let limited = descriptors.map { ["/bin/bash", "-c", "ulimit -n \($0); exec \"$0\" \"$@\""] + command } ?? command
        return try ChildProcess(limited, environment: environment, output: log.path)
    }

    public var pid: Int32 { process.pid }

    /// Nil while it runs; 128 + signal when a signal ended it.
    public var exitCode: Int32? { process.exitCode }

    // MARK: Life

    /// Waits until `/readyz` answers 200; throws, with the end of the log, when the service dies or the time is over.
    public func waitUntilReady(timeout: Duration = .seconds(30)) async throws {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let code = exitCode { throw SupportError("\(name) ended with exit code \(code):\n\(logTail())") }
            if let answer = try? await get("/readyz"), answer.status == 200 { return }
            if ContinuousClock.now >= deadline { throw SupportError("\(name) is not ready after \(timeout):\n\(logTail())") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// SIGTERM; returns the exit code, and throws when it takes longer than the limit (it is killed then).
    @discardableResult
    public func terminate(timeout: Duration = .seconds(20)) async throws -> Int32 {
        process.send(SIGTERM)
        return try await waitForExit(timeout: timeout)
    }

    /// Waits for a service that ends by itself, such as one that is refused.
    public func waitForExit(timeout: Duration = .seconds(20)) async throws -> Int32 {
        do {
            return try await process.waitForExit(timeout)
        } catch {
            throw SupportError("\(name): \(error)\n\(logTail())")
        }
    }

    /// SIGKILL, and waits until it is gone.
    public func kill() async throws {
        process.send(SIGKILL)
        _ = try await waitForExit(timeout: .seconds(5))
    }

    /// Any other signal.
    public func signal(_ number: Int32) { process.send(number) }

    /// Freezes it: sockets stay open and nothing answers.
    public func pause() { process.send(SIGSTOP) }

    public func resume() { process.send(SIGCONT) }

    /// Starts it again on the same data, port and log, after ending it gracefully if it still runs.
    ///
    /// - Parameters:
    ///   - environment: on top of what it was started with at first, for this one life.
    ///   - arguments: for this one life.
    public func restart(environment more: [String: String] = [:], arguments: [String] = []) async throws {
        if exitCode == nil { try await terminate() }
        process = try Self.launch(name, environment.merging(more) { $1 }, arguments, descriptors, log: logFile)
    }

    // MARK: Looking at it

    /// GET of the read side.
    public nonisolated func get(
        _ path: String, headers: [String] = [], timeout: Duration = .seconds(5)
    ) async throws -> (status: Int, body: Data) {
        try await HTTPGet.send(path, headers: headers, port: port, limit: timeout)
    }

    /// GET that must answer 200, decoded from JSON.
    public nonisolated func get<Value: Decodable>(_ path: String, as type: Value.Type) async throws -> Value {
        let (status, body) = try await get(path)
        guard status == 200 else { throw SupportError("\(name) answers \(status) to \(path): \(String(decoding: body, as: UTF8.self))") }
        return try JSONDecoder().decode(type, from: body)
    }

    /// The last lines of its log.
    public nonisolated func logTail(lines: Int = 30) -> String {
        let text = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
    }
}
