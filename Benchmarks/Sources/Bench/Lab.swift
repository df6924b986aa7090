import Foundation
import RabbitMQ

/// A private broker and a folder for stores and logs, for as long as a benchmark runs.
struct Lab: Sendable {
    /// The repository.
    static let root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)

    let folder: URL
    let amqpURL: String
    let port: Int
    let brokerPid: Int32
    let configuration: RabbitMQConfiguration

    /// Starts the broker; uses the one of `BENCH_AMQP_URL`, whose process is `BENCH_BROKER_PID`, if they are there.
    init(_ name: String) throws {
        folder = Self.root.appendingPathComponent("var/bench/\(name)")
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let environment = ProcessInfo.processInfo.environment
        let pid: String
        if let given = environment["BENCH_AMQP_URL"] {
            (amqpURL, pid) = (given, environment["BENCH_BROKER_PID"] ?? "")
        } else {
            let broker = folder.appendingPathComponent("broker").path
            try Program.run([Self.script("broker"), "start", broker])
            amqpURL = try Program.run([Self.script("broker"), "url", broker])
            pid = try String(contentsOfFile: "\(broker)/rabbitmq.pid", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard let number = Int32(pid) else { throw BenchError("no process of the broker: '\(pid)'") }
        brokerPid = number
        configuration = try RabbitMQConfiguration(url: amqpURL)
        port = Int(configuration.hosts[0].port)
        endWhenInterrupted()
    }

    /// Neither broker nor contenders stay behind when somebody has had enough.
    private func endWhenInterrupted() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // The handler holds its source, which so lives as long as the process.
                withExtendedLifetime(source) { Program.killAll() }
                close()
                exit(128 + number)
            }
            source.resume()
        }
    }

    func close() { _ = try? Program.run([Self.script("broker"), "stop", folder.appendingPathComponent("broker").path]) }

    static func script(_ name: String) -> String { root.appendingPathComponent("scripts/\(name)").path }
    static func contender(_ name: String) -> String { root.appendingPathComponent("Benchmarks/Contenders/\(name)").path }
    /// A program that `Benchmarks/build` made.
    static func built(_ name: String) -> String { root.appendingPathComponent("Benchmarks/.build/contenders/\(name)").path }
    /// A program of the benchmarks' own package.
    static func program(_ name: String) -> String { root.appendingPathComponent("Benchmarks/.build/release/\(name)").path }
    static func service(_ name: String) -> String {
        let folder = ProcessInfo.processInfo.environment["BIN_DIR"] ?? root.appendingPathComponent(".build/release").path
        return "\(folder)/\(name)"
    }

    /// A service of ours on a store in `data`.
    func startService(_ name: String, data: URL, now: String? = nil) throws -> Program {
        let port = try Self.freePort()
        var environment = ["AMQP_URL": amqpURL, "DATA_DIR": data.path, "HTTP_PORT": "\(port)", "LOG_LEVEL": "warning"]
        if let now { environment["MART_NOW"] = now }
        return try Program(
            [Self.service(name)], environment: environment, log: folder.appendingPathComponent("\(name).log"), httpPort: port)
    }

    static func freePort() throws -> Int { Int(try Program.run([script("free-port")])) ?? 0 }

    /// Runs declarations and looks over a connection of its own.
    func withChannel<Value>(_ body: (SetupChannel) throws -> Value) throws -> Value {
        try SetupChannel.run(on: configuration, body)
    }

    /// Waits until the broker has nothing to do any more: what one round left behind must not burden the next.
    func awaitQuiet() {
        for _ in 0..<100 {
            let before = Usage(of: brokerPid)
            pause(milliseconds: 200)
            if Usage(of: brokerPid).cpu - before.cpu < .milliseconds(12) { return }
        }
    }
}
