import Foundation
import Logging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// The broker takes no messages, or goes away for a while: martctl says so instead of keeping silent or showing green.
@Suite(.serialized, .processes(minutes: 4))
struct AlarmTests {
    @Test func `an alarm of memory or disk is named by everything that speaks with the broker`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let stack = try await Stack.start(broker: broker)
        let file = try TemporaryFolder("alarm").file("lines.ndjson")
        try Data(#"{"routingKey":"catalog.open-mart","data":{"regency":"53.06"}}"#.utf8).write(to: file)
        func run(_ arguments: String...) async throws -> Program {
            try await Program.run("martctl", arguments, environment: stack.clientEnvironment)
        }
        #expect(try await run("status").exitCode == 0)
        for (set, clear, word) in [
            (["set_disk_free_limit", "1000000000000000"], ["set_disk_free_limit", "1000000"], "disk"),
            (["set_vm_memory_high_watermark", "0.00001"], ["set_vm_memory_high_watermark", "0.4"], "memory"),
        ] {
            try await broker.control(set)
            var status = try await run("status")
            #expect(status.exitCode == 1 && status.output.contains("alarm (low on \(word))"), "\(status.output)")
            let doctor = try await run("doctor")
            #expect(doctor.exitCode == 1 && doctor.output.contains("alarm (low on \(word))"), "\(doctor.output)")
            let wait = try await run("wait", "--ready", "--timeout", "1")
            #expect(wait.exitCode == 75 && wait.error.contains("alarm (low on \(word))"), "\(wait.error)")
            for arguments in [
                ["send", "catalog.open-mart", "regency=53.06", "--timeout", "1"], ["inject", file.path, "--timeout", "1"],
            ] {
                let program = try await Program.run("martctl", arguments, environment: stack.clientEnvironment)
                #expect(program.exitCode == 75 && program.error.contains("alarm (low on \(word))"), "\(arguments): \(program.error)")
            }
            try await broker.control(clear)
            try await expectEventually("all is well again") {
                status = try await run("status")
                return status.exitCode == 0
            }
        }
        try await stack.stop()
        try await broker.stop()
    }

    @Test func `a recording knows that it has a hole`() async throws {
        let broker = try await TestBroker.start(virtualHosts: 1)
        let url = try await broker.makeVirtualHost().url
        let configuration = try RabbitMQConfiguration(url: url)
        try SetupChannel.run(on: configuration) { channel in
            for name in ["mart.events", "mart.commands"] { try channel.declareExchange(name, type: "topic", durable: true) }
        }
        async let tail = Program.run("martctl", ["tail", "--json", "--count", "1"], environment: ["AMQP_URL": url])
        func isListening() async throws -> Bool {
            try await broker.control("list_consumers", "-p", "mart1", "queue_name").contains("amq.gen")
        }
        try await expectEventually("it listens") { try await isListening() }
        try await broker.restart()
        try await expectEventually("it listens again") { try await isListening() }
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .init(label: "alarm"))
        publisher.start()
        try await eventually("the event is taken") {
            try await publisher.publish(
                OutgoingMessage(exchange: "mart.events", routingKey: "catalog.x", body: Array(#"{"a":1,"#.utf8) + Array("\n\"b\":2}".utf8)))
        }
        await publisher.shutdown(timeout: .seconds(1))
        let program = try await tail
        #expect(program.exitCode == 74 && program.output == "{\"a\":1, \"b\":2}\n", "\(program.output)")
        #expect(
            program.error.contains("is lost") && program.error.contains("listening again") && program.error.contains("lost once"),
            "\(program.error)")
        try await broker.stop()
    }
}
