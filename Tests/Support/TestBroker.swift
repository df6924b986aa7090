import Foundation
import Glibc
import Synchronization

/// A private RabbitMQ node on free ports of 127.0.0.1, run by `scripts/broker`.
///
/// ```swift
/// let place = try await TestBroker.shared.makeVirtualHost()   // most tests: one node, a virtual host each
/// let broker = try await TestBroker.start()                    // tests that break the node
/// ```
public final class TestBroker: Sendable {
    /// A virtual host that no other test uses.
    public struct VirtualHost: Sendable {
        public let name: String
        public let url: String
    }

    public let port: Int
    /// Where it speaks TLS, if it does.
    public let tlsPort: Int?
    private let folder: TemporaryFolder
    private let configuration: String
    private let readyHosts: Int
    private let usedHosts = Atomic<Int>(0)

    /// The one node of this process, started at the first use and ended with the process. Do not break it.
    public static var shared: TestBroker {
        get async throws { try await sharedStart.value }
    }

    private static let sharedStart = Task { try await start(virtualHosts: 64) }

    /// Starts a node of its own for a test that stops, kills or freezes it.
    ///
    /// - Parameters:
    ///   - virtualHosts: how many virtual hosts exist from the start; more are created when asked for, at about 2 s each.
    ///   - configuration: further lines of its `rabbitmq.conf`.
    public static func start(virtualHosts: Int = 4, configuration: String = "") async throws -> TestBroker {
        try await start(virtualHosts: virtualHosts, configuration: configuration, tlsPort: nil)
    }

    /// Many nodes at once: each keeps 64 MB of its queues' log instead of RabbitMQ's 512.
    private static let ownConfiguration = "raft.wal_max_size_bytes = 67108864\n"

    private static func start(virtualHosts: Int, configuration: String, tlsPort: Int?) async throws -> TestBroker {
        let configuration = ownConfiguration + configuration
        let folder = try TemporaryFolder("broker")
        let definitions = folder.file("definitions.json")
        try Definitions(virtualHosts: (1...virtualHosts).map(hostName)).write(to: definitions)
        // As the script would choose them, but each once in this process: two nodes that start at the same time must not choose the same.
        try "amqp_port=\(freePort())\ndistribution_port=\(freePort())\nepmd_port=\(freePort())\n"
            .write(to: folder.file("ports"), atomically: true, encoding: .utf8)
        _ = try await ChildProcess.run(
            [TestRun.script("broker"), "start", folder.path],
            environment: ["BROKER_DEFINITIONS": definitions.path, "BROKER_CONFIGURATION": configuration], limit: startLimit)
        return try TestBroker(folder: folder, configuration: configuration, readyHosts: virtualHosts, tlsPort: tlsPort)
    }

    /// Starts a node of its own that speaks TLS too, on a port of its own.
    ///
    /// - Parameter asksForCertificate: whether a client without a certificate is refused there.
    public static func start(virtualHosts: Int = 4, tls: TestCertificates, asksForCertificate: Bool = false) async throws -> TestBroker {
        let port = freePort()
        let configuration = """
            listeners.ssl.1 = 127.0.0.1:\(port)
            ssl_options.cacertfile = \(tls.authority)
            ssl_options.certfile = \(tls.path("server.pem"))
            ssl_options.keyfile = \(tls.path("server.key"))
            ssl_options.verify = \(asksForCertificate ? "verify_peer" : "verify_none")
            ssl_options.fail_if_no_peer_cert = \(asksForCertificate)
            """
        return try await start(virtualHosts: virtualHosts, configuration: configuration, tlsPort: port)
    }

    private init(folder: TemporaryFolder, configuration: String, readyHosts: Int, tlsPort: Int?) throws {
        self.folder = folder
        self.tlsPort = tlsPort
        self.configuration = configuration
        self.readyHosts = readyHosts
        let ports = try String(contentsOf: folder.file("ports"), encoding: .utf8)
        guard let line = ports.split(separator: "\n").first, let port = line.split(separator: "=").last.flatMap({ Int($0) }) else {
            throw SupportError("no port in \(ports)")
        }
        self.port = port
    }

    /// The URL of the default virtual host.
    public var url: String { url(of: "%2f") }

    private func url(of virtualHost: String) -> String { "amqp://guest:guest@127.0.0.1:\(port)/\(virtualHost)" }

    /// A virtual host of the test's own: at once while those created at the start last.
    public func makeVirtualHost() async throws -> VirtualHost {
        let number = usedHosts.add(1, ordering: .relaxed).newValue
        let name = Self.hostName(number)
        if number > readyHosts {
            try await control("add_vhost", name)
            try await control("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
        }
        return VirtualHost(name: name, url: url(of: name))
    }

    private static func hostName(_ number: Int) -> String { "mart\(number)" }

    // MARK: Breaking it

    /// Stops the node gracefully (SIGTERM).
    public func stop() async throws {
        try await script("stop")
    }

    /// Starts the node again on the same port and data.
    public func start() async throws {
        try await script("start")
    }

    /// Starts the node again on the same port and data; stops it first if it runs.
    public func restart() async throws {
        try await script("stop")
        try await script("start")
    }

    /// Ends the node at once with SIGKILL; `restart()` brings it back.
    ///
    /// A queue declared less than about a second before may come back without its state: wait 2 s after the first declaration.
    public func kill() async throws {
        let pid = try nodePid
        Glibc.kill(pid, SIGKILL)
        while isAlive(pid) { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// Freezes the node: its sockets stay open and nothing answers.
    public func pause() throws {
        Glibc.kill(try nodePid, SIGSTOP)
    }

    public func resume() throws {
        Glibc.kill(try nodePid, SIGCONT)
    }

    /// Runs `rabbitmqctl` against the node (about a second) and returns what it prints.
    @discardableResult
    public func control(_ arguments: String...) async throws -> String { try await control(arguments) }

    @discardableResult
    public func control(_ arguments: [String]) async throws -> String { try await script("control", arguments) }

    // MARK: -

    @discardableResult
    private func script(_ command: String, _ arguments: [String] = []) async throws -> String {
        try await ChildProcess.run(
            [TestRun.script("broker"), command, folder.path] + arguments, environment: ["BROKER_CONFIGURATION": configuration],
            limit: Self.startLimit)
    }

    private static let startLimit = Duration.seconds(90)

    private var nodePid: pid_t {
        get throws {
            let text = try String(contentsOf: folder.file("rabbitmq.pid"), encoding: .utf8)
            guard let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { throw SupportError("no pid in \(text)") }
            return pid
        }
    }

    /// A zombie counts as ended: the node is not our child, and who reaps it takes its time.
    private func isAlive(_ pid: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return status.split(separator: ")").last?.hasPrefix(" Z") == false
    }
}

/// The definitions file that a node imports at its first start.
private struct Definitions: Encodable {
    struct User: Encodable { let name = "guest", password = "guest", tags = "administrator" }
    struct VirtualHost: Encodable { let name: String }
    struct Permission: Encodable {
        let vhost: String
        let user = "guest", configure = ".*", write = ".*", read = ".*"
    }

    let users = [User()]
    let vhosts: [VirtualHost]
    let permissions: [Permission]

    init(virtualHosts: [String]) {
        vhosts = (["/"] + virtualHosts).map(VirtualHost.init)
        permissions = vhosts.map { Permission(vhost: $0.name) }
    }

    func write(to url: URL) throws {
        try JSONEncoder().encode(self).write(to: url)
    }
}
