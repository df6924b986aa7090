import Contracts
import Foundation
import Logging
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// Somebody else consumes from a service's queue: a queue with a single active consumer gives to who came first, and to nobody else.
@Suite(.serialized, .processes(minutes: 6))
struct StrangerTests {
    /// Everything that a service waits for is so many times shorter.
    private static let environment = ["MART_NOW": "2026-02-06T02:00:00Z", "MART_HASTE": "20"]

    /// A program of somebody's that consumes, keeps what it gets, and acknowledges nothing.
    private struct Stranger {
        let consumer: RabbitMQConsumer

        static func come(to queue: String, prefetch: UInt16, at url: String) async throws -> Stranger {
            var configuration = try RabbitMQConfiguration(url: url)
            configuration.connectionName = "curious"
            let states = Recorder<ConnectionState>()
            let consumer = RabbitMQConsumer(
                configuration: configuration, subscriptions: [.init(queue: queue, prefetch: prefetch)],
                logger: Logger(label: "curious") { _ in SwiftLogNoOpLogHandler() }, onStateChange: { states.add([$0]) })
            consumer.start()
            try await states.first("the stranger consumes") { $0 == .connected(generation: 1) }
            return Stranger(consumer: consumer)
        }

        func go() async { await consumer.shutdown(timeout: .seconds(2)) }
    }

    private static func reasons(of service: ServiceProcess) async throws -> [String] {
        let (_, body) = try await service.get("/readyz")
        let reasons = try JSONDocument(parsing: Array(body)).root["reasons"]?.elements ?? []
        return reasons.map { "\($0["code"]?.string ?? ""): \($0["message"]?.string ?? "")" }
    }

    private static func waitUntilStarved(_ service: ServiceProcess, of queue: String) async throws {
        try await expectEventually("\(service.name) says that nothing comes from \(queue)") {
            try await reasons(of: service).contains { $0.hasPrefix("not-consuming: ") && $0.contains(queue) }
        }
    }

    /// What `doctor` finds about queues.
    private static func doctor(_ stack: Stack, api: String? = nil) async throws -> [String] {
        let program = try await Program.run(
            "martctl", ["doctor", "--json"] + (api.map { ["--api", $0] } ?? []), environment: stack.clientEnvironment)
        let findings = try JSONDocument(parsing: Array(program.output.utf8)).root["findings"]?.elements ?? []
        return findings.filter { $0["area"]?.string == "queues" }.map {
            "\($0["severity"]?.string ?? ""): \($0["what"]?.string ?? "")"
        }
    }

    private static func register(_ sellers: ClosedRange<Int>, _ client: MartClient) async throws {
        try await client.publish(
            all: sellers.map {
                .command(RegisterSeller.name, #"{"sellerId":"s-\#($0)","name":"Ina","regency":"53.06"}"#, id: "register-\($0)")
            })
    }

    /// One that takes a few leaves the rest ready; one without a limit leaves nothing.
    @Test(arguments: [1, 5000] as [UInt16])
    func `a stranger that has the events of a service is named until it goes, and nothing is lost`(prefetch: UInt16) async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let stack = try await Stack.start(services: ["catalog", "settlement"], broker: broker, environment: Self.environment)
        let api = try await broker.startManagement()
        let client = try await MartClient.connect(to: stack.amqpURL, name: "stranger")
        let (catalog, settlement) = (stack["catalog"], stack["settlement"])
        try await settlement.terminate()
        let stranger = try await Stranger.come(to: "settlement.events", prefetch: prefetch, at: stack.amqpURL)
        try await Self.register(1...20, client)
        try await settlement.restart()
        try await Self.waitUntilStarved(settlement, of: "settlement.events")
        try await expectEventually("nothing else is wrong, but for the moment of a renewal") {
            try await Self.reasons(of: settlement).count == 1
        }
        #expect(try await Self.reasons(of: catalog).isEmpty, "whose queues are quiet since it was looked at as often")
        let status = try await Program.run("martctl", ["status"], environment: stack.clientEnvironment)
        #expect(status.exitCode != 0 && status.output.contains("not-consuming"), "\(status.output)")
        let metrics = String(decoding: try await settlement.get("/metrics").body, as: UTF8.self)
        #expect(metrics.contains(#"reason="not-consuming""#))
        let found = try await Self.doctor(stack)
        #expect(
            found.contains { $0.hasPrefix("fault: another consumer on settlement.events: settlement gets nothing from it") }, "\(found)")
        // The broker's statistics come every five seconds.
        try await expectEventually("the management API names the stranger") {
            let stranger = #"consumer tag "0", connection "curious consumer", address 127.0.0.1:"#
            return try await Self.doctor(stack, api: api).contains {
                $0.hasPrefix("fault: another consumer on settlement.events: \(stranger)") && $0.contains("user guest; it is served")
            }
        }
        // Commands go on: one may starve alone.
        #expect(try await client.send(RegisterSeller.name, #"{"sellerId":"-"}"#).code == "invalid")
        try await expectEventually("the connection is renewed") {
            settlement.logTail(lines: 1000).contains("nothing comes from settlement.events")
        }

        await stranger.go()
        try await settlement.waitUntilReady()
        for number in 1...20 {
            try await expectEventually("settlement has heard of every seller") {
                try await settlement.json("/v1/messages?subject=s-\(number)").elements.count == 1
            }
        }
        #expect(try await settlement.parkedReasons().isEmpty)
        #expect(settlement.logTail(lines: 1000).contains("ready again"))
        await client.close()
        try await stack.stop()
        try await broker.stop()
    }

    @Test func `commands that a stranger has are answered when it goes; one that waits for its turn harms nobody`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let stack = try await Stack.start(services: ["catalog", "permits"], broker: broker, environment: Self.environment)
        let api = try await broker.startManagement()
        let client = try await MartClient.connect(to: stack.amqpURL, name: "stranger")
        let (catalog, permits) = (stack["catalog"], stack["permits"])
        try await catalog.terminate()
        let stranger = try await Stranger.come(to: "catalog.commands", prefetch: 2, at: stack.amqpURL)
        let waiting = try await Stranger.come(to: "permits.commands", prefetch: 2, at: stack.amqpURL)
        try await catalog.restart()
        try await catalog.waitUntilReady()
        async let answer = client.ask(
            .command(RegisterSeller.name, #"{"sellerId":"s-1","name":"Ina","regency":"53.06"}"#, id: "one"), limit: .seconds(60))
        try await Self.register(2...9, client)
        try await Self.waitUntilStarved(catalog, of: "catalog.commands")
        // Permits was there first, and has been looked at for as long.
        #expect(try await Self.reasons(of: permits).isEmpty)
        let found = try await Self.doctor(stack)
        #expect(found.contains { $0.hasPrefix("fault: another consumer on catalog.commands") }, "\(found)")
        try await expectEventually("the management API knows of who waits") {
            try await Self.doctor(stack, api: api).contains { $0.hasPrefix("warning: another consumer on permits.commands: consumer tag") }
        }
        #expect(!permits.logTail(lines: 1000).contains("nothing comes from"))
        await stranger.go()
        try await catalog.waitUntilReady()
        #expect(try await answer.verdict == "accepted ok")
        try await expectEventually("every command is done") {
            try await catalog.json("/v1/status")["lastSequence"]?.int64 == 9
        }
        #expect(try await permits.get("/readyz").status == 200)
        await waiting.go()
        await client.close()
        try await stack.stop()
        try await broker.stop()
    }
}
