import Foundation
import Glibc
import Synchronization

/// A process that we started: own session, output in a file, no descriptor of ours but standard input.
///
/// `posix_spawn` instead of `Foundation.Process`, whose closing of descriptors races with other threads on Linux.
final class ChildProcess: Sendable {
    let pid: pid_t
    private let ended = Mutex<Int32?>(nil)

    init(_ command: [String], environment: [String: String] = [:], output: String) throws {
        var all = ProcessInfo.processInfo.environment
        all["TEST_RUN"] = TestRun.tag
        all.merge(environment) { $1 }
        _ = TestRun.folder
        pid = try Self.spawn(command, environment: all, input: nil, output: output)
    }

    /// The exit code, 128 + signal when a signal ended it, nil while it lives.
    var exitCode: Int32? {
        ended.withLock { ended in
            if ended != nil { return ended }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7f
            ended = signal == 0 ? (status >> 8) & 0xff : 128 + signal
            return ended
        }
    }

    /// Sends a signal unless the process has ended (and its pid may be a stranger's).
    func send(_ signal: Int32) {
        ended.withLock { if $0 == nil { _ = Glibc.kill(pid, signal) } }
    }

    /// Waits for the end; kills it and throws when the limit has passed.
    @discardableResult
    func waitForExit(_ limit: Duration) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while true {
            if let exitCode { return exitCode }
            if ContinuousClock.now >= deadline {
                send(SIGKILL)
                throw SupportError("process \(pid) did not end within \(limit) and was killed")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs a command to its end and returns its output; throws when it fails or takes longer than the limit.
    static func run(_ command: [String], environment: [String: String] = [:], limit: Duration) async throws -> String {
        let output = TestRun.folder.appendingPathComponent("command-\(UUID().uuidString).out")
        defer { try? FileManager.default.removeItem(at: output) }
        let process = try ChildProcess(command, environment: environment, output: output.path)
        let text = { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }
        do {
            let code = try await process.waitForExit(limit)
            guard code == 0 else { throw SupportError("exit code \(code)") }
            return text()
        } catch {
            throw SupportError("\(command.joined(separator: " ")): \(error)\n\(text())")
        }
    }

    static func spawn(_ command: [String], environment: [String: String], input: Int32?, output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        _ = addCloseFrom(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A test runner blocks or ignores signals as it likes; the child starts with all of them unblocked and at their defaults.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(setSession | Int32(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)))

        var arguments = command.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in arguments + variables { free(string) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw SupportError("cannot start \(command[0]): \(String(cString: strerror(code)))") }
        return pid
    }

    // Glibc's module leaves out what needs _GNU_SOURCE, hence these two.

    private static let setSession: Int32 = 0x80  // POSIX_SPAWN_SETSID

    private typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32
    private static let addCloseFrom = unsafeBitCast(
        dlsym(nil, "posix_spawn_file_actions_addclosefrom_np"), to: AddCloseFrom.self)
}
