import Foundation
import TestSupport
import Testing

/// A way to break things, in a few lines: what is switched on beforehand, what is done amid trade, and what must be found after it.
struct Scenario: Sendable, CustomTestStringConvertible {
    enum Node: Sendable {
        /// Shared with scenarios that leave it alone.
        case shared
        /// Broken by one scenario after the other; its heartbeat is 2 s.
        case breakable
        /// The services reach it over TLS, and by a proxy.
        case encrypted
    }

    let name: String
    /// Whether it runs in `make test` as well; all run in `make chaos`.
    var isQuick = false
    var node = Node.shared
    /// Times the scale, unless `keepsSize`.
    var sales = 240
    /// Where more would only take longer.
    var keepsSize = false
    /// Whether the services reach the broker by a proxy that misbehaves when it is told to.
    var isProxied = false
    /// Services whose disk misbehaves when it is told to.
    var faultyDisks: [String] = []
    /// Services whose store lies on a file system of its own, of `SmallDisk.size` bytes.
    var smallDisks: [String] = []
    /// Whether the driver holds a queue bound to all events.
    var watches = true
    /// Environments of each service's lives, the first one first.
    var lives: [String: [[String: String]]] = [:]
    /// Exit codes with which services die by themselves or are killed: no others, no fewer.
    var deaths: [String: [Int32]] = [:]
    /// What must be found parked: `<service> <reason>`.
    var poison: [String] = []
    /// Exit code of every service in the end.
    var exitCode: Int32 = 0
    /// How long until everything is quiet.
    var patience = Duration.seconds(60)
    /// Whether the driver asks again what stays unanswered, as a till would: where commands or replies are taken away from outside.
    var repeats = false
    /// How soon every service must be ready after the fault.
    var recoveryLimit: Duration?
    /// How long to let a new mart stand before trade begins.
    var settles = Duration.zero
    /// What happens while sales are under way. When it returns, everything is healed.
    var fault: @Sendable (Mart) async throws -> Void = { _ in }

    var testDescription: String { name }
}

extension TestBroker {
    static var patient: TestBroker {
        get async throws { try await patientStart.value }
    }

    private static let patientStart = Task { try await start(virtualHosts: 90) }

    static var breakable: TestBroker {
        get async throws { try await breakableStart.value }
    }

    private static let breakableStart = Task { try await start(virtualHosts: 64, configuration: "heartbeat = 2") }

    static var certificates: TestCertificates {
        get async throws { try await certificatesMade.value }
    }

    private static let certificatesMade = Task { try await TestCertificates() }

    static var encrypted: TestBroker {
        get async throws { try await encryptedStart.value }
    }

    private static let encryptedStart = Task { try await start(virtualHosts: 8, tls: certificates) }
}

extension Scenario {
    /// `CHAOS_SCALE`: how many times as many sales there are.
    private static let scale = ProcessInfo.processInfo.environment["CHAOS_SCALE"].flatMap { Int($0) } ?? 1

    /// Runs it from an empty mart to the auditor's verdict.
    func run() async throws {
        let broker =
            switch node {
            case .shared: try await TestBroker.patient
            case .breakable: try await TestBroker.breakable
            case .encrypted: try await TestBroker.encrypted
            }
        let mart = try await Mart.open(on: broker, for: self)
        do {
            let recovery = try await trade(in: mart)
            let verdict = try await audit(mart)
            await mart.close()
            Report.enter(name, verdict, recovery: recovery)
            if let recoveryLimit, recovery > recoveryLimit { Issue.record("recovery took \(recovery), the limit is \(recoveryLimit)") }
            #expect(verdict.complaints.isEmpty, "\(verdict.complaints.prefix(10).joined(separator: "\n"))\nkept in \(mart.folder.path)")
        } catch {
            await mart.close()
            // The next scenario finds the node as it must be.
            if node == .breakable { try? await broker.restart() }
            throw SupportError("\(name): \(error)")
        }
    }

    /// Answers how long the services took to be ready once the fault was healed.
    private func trade(in mart: Mart) async throws -> Duration {
        let trade = Trade()
        for wave in trade.opening { try await mart.trader.ask(wave) }
        try await mart.trader.askUntilKnown(trade.goods)
        try await mart.trader.askUntilListed(mart)
        if settles > .zero { try await Task.sleep(for: settles) }
        mart.trader.send(trade.day(sales: keepsSize ? sales : sales * Self.scale))
        try await fault(mart)
        let healed = ContinuousClock.now
        try await mart.ready()
        let recovery = healed.duration(to: .now)
        try await mart.quiet(limit: patience, repeats: repeats)
        return recovery
    }

    private func audit(_ mart: Mart) async throws -> Verdict {
        let codes = try await mart.stop()
        var verdict = try Auditor(
            stores: mart.stores(), record: mart.trader.record.state,
            watched: watches, poison: poison
        ).verdict()
        if mart.deaths != deaths { verdict.wrong.append("deaths were \(mart.deaths), not \(deaths)") }
        if codes != Mart.services.reduce(into: [:], { $0[$1] = exitCode }) { verdict.wrong.append("exit codes are \(codes)") }
        verdict.wrong += try await mart.leftInQueues()
        return verdict
    }
}
