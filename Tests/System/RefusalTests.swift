import Contracts
import Foundation
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

/// What a service is refused for good: exit code 69, and who was there first is unharmed.
@Suite(.processes(minutes: 3))
struct RefusalTests {
    @Test func `a second process on the same store is refused, and the first goes on`() async throws {
        let stack = try await Stack.start(services: ["permits"])
        let first = stack["permits"]
        let second = try ServiceProcess(
            "permits", amqpURL: stack.amqpURL, folder: TemporaryFolder("second"), environment: ["DATA_DIR": first.dataFolder.path])
        #expect(try await second.waitForExit() == 69)
        #expect(second.logTail().contains("in use"))
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.apply("after-second-process", .nib, seller: "s")
        await client.close()
        try await stack.stop()
    }

    /// It waits for longer than three heartbeats, for the broker may not have noticed that the first one died.
    @Test func `a second instance on the same broker is refused, and the first goes on`() async throws {
        let stack = try await Stack.start(services: ["permits"])
        let client = try await MartClient.connect(to: stack.amqpURL)
        let second = try ServiceProcess("permits", amqpURL: stack.amqpURL, folder: TemporaryFolder("second"))
        let started = ContinuousClock.now
        try await expectEventually("it answers") { try await second.get("/readyz").status == 503 }
        try await client.apply("while-waiting", .nib, seller: "s")
        #expect(try await second.waitForExit(timeout: .seconds(60)) == 69)
        #expect(started.duration(to: .now) > .seconds(30))
        #expect(second.logTail().contains("another instance"))
        try await client.apply("after-second-instance", .nib, seller: "s")
        #expect(try await stack["permits"].json("/v1/status")["lastSequence"]?.int64 == 2)
        await client.close()
        try await stack.stop()
    }

    @Test func `an instance takes over from one that died without a word`() async throws {
        let stack = try await Stack.start(services: ["permits"])
        try await stack["permits"].kill()
        let heir = try ServiceProcess("permits", amqpURL: stack.amqpURL, folder: TemporaryFolder("heir"))
        try await heir.waitUntilReady()
        #expect(try await heir.terminate() == 0)
    }

    @Test func `wrong credentials are refused after five attempts`() async throws {
        let port = try #require(try await Stack.start(services: []).broker).port
        for url in ["amqp://guest:wrong@127.0.0.1:\(port)/%2f", "amqp://guest:guest@127.0.0.1:\(port)/no-such-host"] {
            let service = try ServiceProcess("permits", amqpURL: url, folder: TemporaryFolder("refused"))
            #expect(try await service.waitForExit(timeout: .seconds(40)) == 69, "\(url)")
            #expect(!service.logTail().contains("wrong@"))
        }
    }

    @Test func `a queue of other arguments is a conflict that no waiting ends`() async throws {
        let place = try await TestBroker.shared.makeVirtualHost()
        _ = try SetupChannel.run(on: RabbitMQConfiguration(url: place.url)) { try $0.declareQueue("permits.commands", durable: true) }
        let service = try ServiceProcess("permits", amqpURL: place.url, folder: TemporaryFolder("conflict"))
        #expect(try await service.waitForExit(timeout: .seconds(40)) == 69)
        #expect(service.logTail().contains("topology"))
    }

    @Test func `a store that is none is refused`() async throws {
        let folder = try TemporaryFolder("corrupt")
        let data = folder.file("permits")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        try String(repeating: "no database at all. ", count: 1000).write(
            to: data.appendingPathComponent("permits.sqlite"), atomically: true, encoding: .utf8)
        let service = try ServiceProcess("permits", amqpURL: "amqp://127.0.0.1:1", folder: folder)
        #expect(try await service.waitForExit() == 69)
        #expect(service.logTail().split(separator: "\n").count == 1, "\(service.logTail())")
    }
}
