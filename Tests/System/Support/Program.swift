import Foundation
import Glibc
import TestSupport

/// A program of this build run to its end with arguments, its two outputs apart.
struct Program {
    let exitCode: Int32
    let output: String
    let error: String

    static func run(_ name: String, _ arguments: [String], environment: [String: String] = [:]) async throws -> Program {
        let folder = try TemporaryFolder("program")
        let files = ["output", "error"].map { folder.file($0).path }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in zip([1, 2] as [Int32], files) {
            posix_spawn_file_actions_addopen(&actions, descriptor, file, O_WRONLY | O_CREAT, 0o644)
        }
        let path = binaries.appendingPathComponent(name).path
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in words + variables { free(string) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, path, &actions, nil, &words, &variables) == 0 else { throw SupportError("cannot start \(path)") }
        let process = pid
        do {
            let code = try await eventually("\(name) \(arguments.joined(separator: " ")) ends") { () -> Int32? in
                var status: Int32 = 0
                guard waitpid(process, &status, WNOHANG) == process else { return nil }
                return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
            }
            return Program(
                exitCode: code, output: try String(contentsOfFile: files[0], encoding: .utf8),
                error: try String(contentsOfFile: files[1], encoding: .utf8))
        } catch {
            Glibc.kill(process, SIGKILL)
            throw error
        }
    }

    /// Where the services of this build lie, as `TestSupport` finds them.
    static let binaries: URL = {
        if let given = ProcessInfo.processInfo.environment["BIN_DIR"] { return URL(fileURLWithPath: given) }
        return URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }()
}
