import Foundation
import RabbitMQ
import StrictJSON
import Synchronization
import TestSupport

/// Four real services on a virtual host of their own, watched over as a supervisor would: who dies is started again.
final class Mart: Sendable {
    static let services = ["catalog", "permits", "consignment", "settlement"]

    let broker: TestBroker
    let place: TestBroker.VirtualHost
    let folder: TemporaryFolder
    let trader: Trader
    private let processes: [String: ServiceProcess]
    private let watch = Mutex(Watch())

    private struct Watch {
        /// Environments of the next lives, by service.
        var lives: [String: [[String: String]]] = [:]
        var deaths: [String: [Int32]] = [:]
        /// Services that the scenario has in its own hands.
        var released: Set<String> = []
        var isOver = false
        var task: Task<Void, Never>?
    }

    /// - Parameters:
    ///   - url: where the services find the broker, if not at its own place, e.g. behind a proxy.
    ///   - lives: environments of each service's lives, the first one first; after the last it runs without any.
    static func open(
        on broker: TestBroker, watches: Bool = true, lives: [String: [[String: String]]] = [:],
        url: ((TestBroker.VirtualHost) -> String)? = nil
    ) async throws -> Mart {
        let place = try await broker.makeVirtualHost()
        // The driver's queues are there before the first event.
        let trader = try await Trader.connect(to: place.url, watches: watches)
        let mart = try Mart(broker, place, trader, url?(place) ?? place.url, lives)
        mart.superviseAll()
        return mart
    }

    private init(
        _ broker: TestBroker, _ place: TestBroker.VirtualHost, _ trader: Trader, _ url: String, _ lives: [String: [[String: String]]]
    ) throws {
        (self.broker, self.place, self.trader) = (broker, place, trader)
        let folder = try TemporaryFolder("mart")
        self.folder = folder
        processes = try Self.services.reduce(into: [:]) { processes, name in
            processes[name] = try ServiceProcess(
                name, amqpURL: url, folder: folder, environment: ["MART_NOW": "2026-02-06T02:00:00Z"],
                firstEnvironment: lives[name]?.first ?? [:])
        }
        watch.withLock { $0.lives = lives.mapValues { Array($0.dropFirst()) } }
    }

    subscript(_ name: String) -> ServiceProcess {
        guard let process = processes[name] else { preconditionFailure("no service \(name)") }
        return process
    }

    var all: [ServiceProcess] { Self.services.map { self[$0] } }

    func store(of service: String) -> String { self[service].dataFolder.appendingPathComponent("\(service).sqlite").path }

    // MARK: Supervision

    /// Exit codes of every life that ended by itself, by service.
    var deaths: [String: [Int32]] { watch.withLock { $0.deaths } }

    private func superviseAll() {
        let task = Task {
            while !watch.withLock({ $0.isOver }) {
                for name in Self.services where !watch.withLock({ $0.released.contains(name) }) {
                    guard let code = await self[name].exitCode else { continue }
                    let next: [String: String] = watch.withLock { watch in
                        watch.deaths[name, default: []].append(code)
                        return watch.lives[name]?.isEmpty == false ? watch.lives[name]?.removeFirst() ?? [:] : [:]
                    }
                    try? await self[name].restart(environment: next)
                }
                try? await Task.sleep(for: .milliseconds(10))
            }
        }
        watch.withLock { $0.task = task }
    }

    /// The scenario ends and starts these by itself.
    func release(_ services: String...) { watch.withLock { $0.released.formUnion(services) } }

    private func endSupervision() async {
        let task = watch.withLock { watch in
            watch.isOver = true
            return watch.task
        }
        await task?.value
    }

    // MARK: Faults

    func kill(_ services: String...) async throws {
        for service in services { kill9(await self[service].pid) }
    }

    private func kill9(_ pid: Int32) { Foundation.kill(pid, SIGKILL) }

    /// A connection of our own to the broker, for what an operator might do.
    func operate(_ body: @escaping @Sendable (SetupChannel) throws -> Void) throws {
        try SetupChannel.run(on: RabbitMQConfiguration(url: place.url)) { try body($0) }
    }

    // MARK: Waiting

    /// Waits until so many commands in all are answered.
    func answered(_ count: Int, limit: Duration = .seconds(60)) async throws {
        try await trader.record.wait("\(count) commands are answered", limit: limit) { $0.answered >= count }
    }

    /// Waits until so many more commands are answered.
    func answeredMore(_ count: Int, limit: Duration = .seconds(60)) async throws {
        try await answered(trader.record.read { $0.answered } + count, limit: limit)
    }

    /// Waits until each service says that it is ready.
    func ready(limit: Duration = .seconds(60)) async throws {
        for name in Self.services {
            try await expectEventually("\(name) is ready", timeout: limit) { try await self[name].get("/readyz").status == 200 }
        }
    }

    func status(of service: String) async throws -> JSONValue {
        let (status, body) = try await self[service].get("/v1/status")
        guard status == 200 else { throw Failure("\(service) answers \(status) to /v1/status") }
        return try JSONDocument(parsing: Array(body)).root
    }

    /// Waits until everything is answered, told and taken.
    func quiet(limit: Duration) async throws {
        let deadline = ContinuousClock.now + limit
        var (answered, since) = (-1, ContinuousClock.now)
        var open: [String] = ["not looked at"]
        repeat {
            let now = trader.record.read { ($0.answered, $0.entries.count) }
            if now.0 != answered {
                (answered, since) = (now.0, .now)
            } else if since.duration(to: .now) > .seconds(5) {
                trader.repeatUnanswered()
                since = .now
            }
            open = now.0 == now.1 ? await unfinished() : ["\(now.1 - now.0) of \(now.1) commands are not answered"]
            if open.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        } while ContinuousClock.now < deadline
        let logs = Self.services.map { "\($0):\n\(self[$0].logTail(lines: 6))" }.joined(separator: "\n")
        throw Failure("not quiet after \(limit): \(open.prefix(5).joined(separator: "; "))\n\(logs)")
    }

    private func unfinished() async -> [String] {
        do {
            for service in Self.services {
                let status = try await status(of: service)
                let open = status.members.filter { ["outboxPending", "inFlight", "waiting"].contains($0.name) && $0.value.int64 != 0 }
                if !open.isEmpty { return open.map { "\(service) has \($0.name) \($0.value.int64 ?? -1)" } }
            }
            let stores = try Stores(Self.services.reduce(into: [:]) { $0[$1] = store(of: $1) })
            return try stores.undelivered().prefix(5) + stores.unfinished()
        } catch {
            return ["\(error)"]
        }
    }

    // MARK: The end

    /// Ends every service with SIGTERM; answers the exit codes.
    func stop() async throws -> [String: Int32] {
        await endSupervision()
        return try await withThrowingTaskGroup(of: (String, Int32).self) { group in
            for service in all {
                group.addTask {
                    if let code = await service.exitCode { return (service.name, code) }
                    return (service.name, try await service.terminate())
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    func close() async {
        await endSupervision()
        for service in all { try? await service.kill() }
        await trader.close()
    }
}
