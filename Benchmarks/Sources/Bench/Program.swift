import Foundation
import Synchronization

/// A process that a benchmark started, with its output in a file.
///
/// By `posix_spawn`: Foundation's `Process` waits for every heir of a descriptor of its own, and a daemon that the command leaves behind is one.
final class Program {
    let pid: pid_t
    let httpPort: Int
    private let log: String
    private var ending: Int32?
    /// What an interrupted benchmark has to end.
    private static let running = Mutex<Set<pid_t>>([])

    init(_ command: [String], environment: [String: String] = [:], log: URL, httpPort: Int = 0) throws {
        self.httpPort = httpPort
        self.log = log.path
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log.path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The child starts with all signals unblocked and at their defaults, whatever our runtime does with them.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, every) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&every)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &every)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var arguments = command.map { strdup($0) } + [nil]
        var variables = all.map { strdup("\($0)=\($1)") } + [nil]
        defer { for string in arguments + variables { free(string) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, command[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw BenchError("cannot start \(command[0]): \(String(cString: strerror(code)))") }
        self.pid = pid
        Self.running.withLock { _ = $0.insert(pid) }
    }

    deinit { if isRunning { kill(pid, SIGKILL) } }

    /// The exit code, or 128 + signal; nil while it runs.
    var exitCode: Int32? {
        if let ending { return ending }
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        Self.running.withLock { _ = $0.remove(pid) }
        ending = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        return ending
    }
    var isRunning: Bool { exitCode == nil }

    /// SIGTERM, and waits; SIGKILL after 20 s.
    func end() {
        if isRunning { kill(pid, SIGTERM) }
        for _ in 0..<4000 where isRunning { pause(milliseconds: 5) }
        if isRunning { kill(pid, SIGKILL) }
    }

    static func killAll() {
        for pid in running.withLock({ $0 }) { kill(pid, SIGKILL) }
    }

    var logTail: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(10).joined(separator: "\n")
    }

    /// Waits until `/readyz` answers 200.
    func awaitReady() throws {
        for _ in 0..<600 {
            if !isRunning { throw BenchError("a service ended: \(logTail)") }
            if (try? Program.run(["/usr/bin/curl", "-sf", "http://127.0.0.1:\(httpPort)/readyz"])) != nil { return }
            pause(milliseconds: 30)
        }
        throw BenchError("a service is not ready: \(logTail)")
    }

    /// Runs a command to its end; answers its output without the last line end.
    @discardableResult
    static func run(_ command: [String]) throws -> String {
        let file = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("bench-\(UUID().uuidString).out")
        defer { try? FileManager.default.removeItem(at: file) }
        let program = try Program(command, log: file)
        while program.isRunning { pause(milliseconds: 2) }
        let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .newlines)
        guard program.exitCode == 0 else { throw BenchError("\(command.joined(separator: " ")) failed: \(text)") }
        return text
    }
}

/// Blocks the benchmark's own thread; what is measured runs in other processes.
func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }
