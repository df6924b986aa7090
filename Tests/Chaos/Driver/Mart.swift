import Foundation
import Platform
import RabbitMQ
import StrictJSON
import Synchronization
import TestSupport

/// The real services on a virtual host of their own, watched over as a supervisor would: who dies is started again.
final class Mart: Sendable {
    static let services = Platform.names

    let broker: TestBroker
    let place: TestBroker.VirtualHost
    let folder: TemporaryFolder
    let trader: Trader
    let proxy: FaultProxy?
    /// By service.
    let disks: [String: FaultyDisk]
    private let smallDisks: [String]
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

    static func open(on broker: TestBroker, for scenario: Scenario) async throws -> Mart {
        let place = try await broker.makeVirtualHost()
        // The driver's queues are there before the first event.
        let trader = try await Trader.connect(to: place.url, watches: scenario.watches)
        let folder = try TemporaryFolder("mart")
        var disks: [String: FaultyDisk] = [:]
        for service in scenario.faultyDisks { disks[service] = try await FaultyDisk(folder, of: service) }
        var (proxy, url, variables) = (nil as FaultProxy?, place.url, ["MART_NOW": "2026-02-06T02:00:00Z"])
        if let port = broker.tlsPort {
            let encrypting = try FaultProxy(to: port)
            (proxy, url) = (encrypting, encrypting.encryptedURL(of: place))
            variables.merge(try await TestBroker.certificates.environment(showsCertificate: false)) { $1 }
        } else if scenario.isProxied {
            let plain = try FaultProxy(to: broker.port)
            (proxy, url) = (plain, plain.url(of: place))
        }
        for service in scenario.smallDisks { try await SmallDisk.mount(at: folder.file(service).path) }
        let mart = try Mart(broker, place, trader, proxy, folder, disks, scenario, url, variables)
        mart.superviseAll()
        return mart
    }

    private init(
        _ broker: TestBroker, _ place: TestBroker.VirtualHost, _ trader: Trader, _ proxy: FaultProxy?, _ folder: TemporaryFolder,
        _ disks: [String: FaultyDisk], _ scenario: Scenario, _ url: String, _ variables: [String: String]
    ) throws {
        (self.broker, self.place, self.trader, self.proxy, self.folder, self.disks) = (broker, place, trader, proxy, folder, disks)
        smallDisks = scenario.smallDisks
        let lives = scenario.lives
        processes = try Self.services.reduce(into: [:]) { processes, name in
            processes[name] = try ServiceProcess(
                name, amqpURL: url, folder: folder, environment: variables.merging(disks[name]?.environment ?? [:]) { $1 },
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

    func stores() throws -> Stores { try Stores(Self.services.reduce(into: [:]) { $0[$1] = store(of: $1) }) }

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

    /// Ends of lives that the scenario had in its own hands.
    func noteDeaths(_ service: String, _ codes: [Int32]) { watch.withLock { $0.deaths[service, default: []] += codes } }

    private func endSupervision() async {
        let task = watch.withLock { watch in
            watch.isOver = true
            return watch.task
        }
        await task?.value
    }

    // MARK: Faults

    func kill(_ service: String) async throws { try await kill([service]) }

    func kill(_ services: [String]) async throws { for service in services { send(SIGKILL, to: await self[service].pid) } }

    func terminate(_ services: [String]) async throws { for service in services { send(SIGTERM, to: await self[service].pid) } }

    private func send(_ signal: Int32, to pid: Int32) { Foundation.kill(pid, signal) }

    /// Waits until these services have ended so often.
    func ended(_ services: [String], times: Int) async throws {
        for service in services {
            try await expectEventually("\(service) ends for the \(times). time", timeout: .seconds(40)) {
                deaths[service]?.count ?? 0 >= times
            }
        }
    }

    /// Waits until these services have ended so often and live again.
    func died(_ services: [String], times: Int) async throws {
        try await ended(services, times: times)
        for service in services {
            try await expectEventually("\(service) lives again") { await self[service].exitCode == nil }
        }
    }

    /// The same, with business going on until then: how many batches a number of sales makes is the machine's affair.
    func died(amidMoreTradeOf services: [String], times: Int) async throws {
        var round = 0
        try await expectEventually("\(services) end for the \(times). time", timeout: .seconds(40)) {
            if trader.record.read({ $0.answered == $0.entries.count }) {
                trader.send(Trade().more(round))
                round += 1
            }
            return services.allSatisfy { deaths[$0]?.count ?? 0 >= times }
        }
        try await died(services, times: times)
    }

    /// A connection of our own to the broker, for what an operator might do.
    func operate(_ body: @escaping @Sendable (SetupChannel) throws -> Void) throws {
        try SetupChannel.run(on: RabbitMQConfiguration(url: place.url)) { try body($0) }
    }

    // MARK: Waiting

    /// Waits until so many commands in all are answered.
    func answered(_ count: Int, limit: Duration = .seconds(60)) async throws {
        try await trader.record.wait("\(count) commands are answered", limit: limit) { $0.answered >= count }
    }

    /// Waits until so many more commands are answered, or all of them.
    func answeredMore(_ count: Int, limit: Duration = .seconds(60)) async throws {
        try await answered(trader.record.read { min($0.answered + count, $0.entries.count) }, limit: limit)
    }

    /// Waits until each service says that it is ready.
    func ready(limit: Duration = .seconds(60)) async throws {
        for name in Self.services {
            try await expectEventually("\(name) is ready", timeout: limit) { try await self[name].get("/readyz").status == 200 }
        }
    }

    func status(of service: String) async throws -> JSONValue {
        let (status, body) = try await self[service].get("/v1/status")
        guard status == 200 else { throw SupportError("\(service) answers \(status) to /v1/status") }
        return try JSONDocument(parsing: Array(body)).root
    }

    /// Waits until everything is answered, told and taken.
    func quiet(limit: Duration, repeats: Bool) async throws {
        let deadline = ContinuousClock.now + limit
        var (answered, since) = (-1, ContinuousClock.now)
        var open: [String] = ["not looked at"]
        repeat {
            let now = trader.record.read { ($0.answered, $0.entries.count) }
            if now.0 != answered {
                (answered, since) = (now.0, .now)
            } else if repeats, since.duration(to: .now) > .seconds(3) {
                trader.repeatUnanswered()
                since = .now
            }
            open = now.0 == now.1 ? await unfinished() : ["\(now.1 - now.0) of \(now.1) commands are not answered"]
            if open.isEmpty { return }
            try await Task.sleep(for: .milliseconds(50))
        } while ContinuousClock.now < deadline
        let logs = Self.services.map { "\($0):\n\(self[$0].logTail(lines: 6))" }.joined(separator: "\n")
        throw SupportError("not quiet after \(limit): \(open.prefix(5).joined(separator: "; "))\n\(logs)")
    }

    private func unfinished() async -> [String] {
        do {
            for service in Self.services {
                let status = try await status(of: service)
                let open = status.members.filter { ["outboxPending", "inFlight", "waiting"].contains($0.name) && $0.value.int64 != 0 }
                if !open.isEmpty { return open.map { "\(service) has \($0.name) \($0.value.int64 ?? -1)" } }
            }
            let stores = try stores()
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
        proxy?.close()
        for service in smallDisks { await SmallDisk.unmount(folder.file(service).path) }
    }
}
