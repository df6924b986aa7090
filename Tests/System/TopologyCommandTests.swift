import Contracts
import Foundation
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// `martctl topology` on a real broker, and `doctor` on platforms in good and bad health.
@Suite(.processes(minutes: 3))
struct TopologyCommandTests {
    private func topology(_ arguments: String..., at url: String) async throws -> Program {
        try await Program.run("martctl", ["topology"] + arguments, environment: ["AMQP_URL": url])
    }

    private func differences(at url: String) async throws -> [String] {
        let diff = try await topology("diff", "--json", at: url)
        return try JSONDocument(parsing: Array(diff.output.utf8)).root["differences"]?.elements.map { difference in
            ["object", "what", "found"].map { name in difference.members.first { $0.name == name }?.value.string ?? "" }.joined(
                separator: " ")
        } ?? []
    }

    @Test func `a diff creates nothing, an apply what is missing`() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        let diff = try await topology("diff", at: place.url)
        #expect(diff.exitCode == 1 && diff.error.isEmpty, "\(diff.error)")
        let rehearsal = try await topology("apply", at: place.url)
        #expect(rehearsal.exitCode == 1 && rehearsal.output.contains("nothing was done"))
        #expect(try await differences(at: place.url).count == 16)
        #expect(try await differences(at: place.url).allSatisfy { $0.hasSuffix("existence missing") })

        let apply = try await topology("apply", "--yes", "--json", at: place.url)
        #expect(apply.exitCode == 0, "\(apply.output)\(apply.error)")
        let applied = try JSONDocument(parsing: Array(apply.output.utf8)).root
        #expect(applied["dryRun"]?.bool == false && applied["declared"]?.elements.count == 16)
        #expect(try await differences(at: place.url).isEmpty)
        #expect(try await topology("diff", at: place.url).exitCode == 0)
        // An event finds its consumers: the bindings are there.
        let client = try await MartClient.connect(to: place.url, watchesEvents: false)
        try await client.inject(SaleRecorded.of("routed"), id: "routed")
        await client.close()
    }

    @Test func `every argument that differs is named with both values`() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        let broker = try RabbitMQConfiguration(url: place.url)
        // As the contract says, but for one argument less, one more, and one other value.
        let arguments: [String: FieldValue] = [
            "x-queue-type": "quorum", "x-single-active-consumer": true, "x-delivery-limit": 20, "x-dead-letter-exchange": "mart.dead",
            "x-dead-letter-routing-key": "catalog", "x-dead-letter-strategy": "at-least-once", "x-queue-leader-locator": "balanced",
            "x-max-length": 1000,
        ]
        try SetupChannel.run(on: broker) { channel in
            try channel.declareExchange("mart.events", type: "direct", durable: true)
            try channel.declareQueue("catalog.commands", arguments: arguments)
        }
        _ = try await topology("apply", "--yes", at: place.url)
        #expect(
            try await Set(differences(at: place.url)) == [
                "exchange mart.events type direct", "queue catalog.commands x-delivery-limit 20",
                "queue catalog.commands x-max-length 1000",
                "queue catalog.commands x-overflow none",
            ])
        let diff = try await topology("diff", at: place.url)
        #expect(diff.output.contains("reject-publish") && diff.output.contains("rabbitmqctl delete_queue catalog.commands"))
    }

    @Test func `the management API shows bindings too`() async throws {
        let broker = try await TestBroker.start()
        let api = try await broker.startManagement()
        _ = try await topology("apply", "--yes", at: broker.url)
        let same = try await topology("diff", "--api", api, at: broker.url)
        #expect(same.exitCode == 0 && same.output.contains("bindings were compared too"), "\(same.output)\(same.error)")

        try SetupChannel.run(on: RabbitMQConfiguration(url: broker.url)) { channel in
            try channel.unbindQueue("settlement.events", exchange: Topology.events, routingKey: "consignment.sale-recorded.#")
            try channel.bindQueue("catalog.events", exchange: Topology.events, routingKey: "settlement.#")
        }
        #expect(try await differences(at: broker.url).isEmpty)
        let diff = try await topology("diff", "--api", api, "--json", at: broker.url)
        let found = try JSONDocument(parsing: Array(diff.output.utf8)).root["differences"]?.elements.map { $0["what"]?.string }
        #expect(found == ["binding settlement.#", "binding consignment.sale-recorded.#"], "\(diff.output)\(diff.error)")
        // What an operator has set comes on top of what was declared.
        try await broker.control("set_policy", "forget", "^settlement", #"{"message-ttl":60000,"overflow":"drop-head"}"#)
        try await broker.control("set_policy", "--apply-to", "exchanges", "hide", "^mart.events$", #"{"alternate-exchange":"amq.fanout"}"#)
        try await broker.control("set_operator_policy", "bound", ".*", #"{"max-length":1000}"#)
        try await broker.control("set_vhost_limits", #"{"max-connections":10}"#)
        let doctor = try await Program.run("martctl", ["doctor", "--json", "--api", api], environment: ["AMQP_URL": broker.url])
        let texts = try JSONDocument(parsing: Array(doctor.output.utf8)).root["findings"]?.elements.compactMap { $0["what"]?.string } ?? []
        for words in [
            #"policy "forget" (pattern ^settlement) sets message-ttl=60000 on "#,
            #"policy "forget" (pattern ^settlement) sets overflow=drop-head on "#,
            #"policy "hide" (pattern ^mart.events$) sets alternate-exchange=amq.fanout on mart.events:"#,
            #"operator policy "bound" (pattern .*) sets max-length=1000 on "#, "the virtual host's limits sets max-connections=10",
        ] { #expect(texts.contains { $0.contains(words) }, "\(words) in \(texts)") }
        let refused = try await topology("diff", "--api", api.replacing("http://", with: "http://guest:wrong@"), at: broker.url)
        #expect(refused.exitCode == 69 && refused.error.contains("401"), "\(refused.error)")
        try await broker.stop()
    }

    @Test func `the manifest is shown as a table and as JSON`() async throws {
        let show = try await Program.run("martctl", ["topology", "show"])
        #expect(show.exitCode == 0 && show.output.contains("permits.permit-approved.#"))
        let json = try await Program.run("martctl", ["topology", "show", "--json"])
        #expect(try JSONDocument(parsing: Array(json.output.utf8)).root["queues"]?.elements.count == 12)
    }

    // MARK: doctor

    private func doctor(_ environment: [String: String]) async throws -> (exitCode: Int32, findings: [String]) {
        let program = try await Program.run("martctl", ["doctor", "--json"], environment: environment)
        let root = try JSONDocument(parsing: Array(program.output.utf8)).root
        return (
            program.exitCode,
            root["findings"]?.elements.map { "\($0["severity"]?.string ?? "") \($0["area"]?.string ?? ""): \($0["what"]?.string ?? "")" }
                ?? []
        )
    }

    @Test func `a platform falls ill, and the doctor names what, with its cure`() async throws {
        let stack = try await Stack.start()
        let healthy = try await doctor(stack.clientEnvironment)
        #expect(healthy.exitCode == 0, "\(healthy.findings)")
        #expect(!healthy.findings.contains { $0.hasPrefix("fault") }, "\(healthy.findings)")
        for area in ["services", "broker", "durability", "topology", "dead letters", "queues", "clock", "disk", "permissions"] {
            #expect(healthy.findings.contains { $0.hasPrefix("fine \(area)") }, "\(area): \(healthy.findings)")
        }

        try await stack["settlement"].terminate()
        try SetupChannel.run(on: RabbitMQConfiguration(url: stack.amqpURL)) { channel in
            try channel.deleteQueue("settlement.commands")
            try channel.declareQueue("settlement.commands", arguments: ["x-queue-type": "quorum"])
            try channel.deleteQueue("settlement.dead")
        }
        let folder = stack["catalog"].dataFolder.path
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder)
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.publish(.raw("no JSON", to: "permits.x", exchange: Topology.commands))
        try await expectEventually("it is parked") { try await stack["permits"].json("/v1/status")["parked"]?.int64 == 1 }
        await client.close()

        let sick = try await doctor(stack.clientEnvironment)
        #expect(sick.exitCode == 1)
        for finding in [
            "fault services: settlement cannot be reached", "warning services: 1 message is parked at permits",
            "fault dead letters: queue settlement.commands: x-overflow is none, should be reject-publish",
            "fault dead letters: the queue settlement.dead is missing",
            "fault topology: queue settlement.commands: x-single-active-consumer",
            "fault permissions: anybody on catalog's machine can replace its store",
        ] { #expect(sick.findings.contains { $0.hasPrefix(finding) }, "\(finding) is missing in \(sick.findings)") }
        await stack.killAll()
    }

    @Test func `with nothing there the doctor says so with 69`() async throws {
        let nowhere = "http://127.0.0.1:\(freePort())"
        let answer = try await doctor([
            "AMQP_URL": "amqp://guest:guest@127.0.0.1:\(freePort())/%2f", "CATALOG_URL": nowhere, "PERMITS_URL": nowhere,
            "CONSIGNMENT_URL": nowhere, "SETTLEMENT_URL": nowhere,
        ])
        #expect(answer.exitCode == 69)
        #expect(answer.findings.count { $0.hasPrefix("fault") } == 5, "\(answer.findings)")
    }
}
