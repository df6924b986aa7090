import Foundation
import Primitives
import StrictJSON
import TestSupport
import Testing

/// A store that is taken away from a running service, or is not there at its start.
@Suite(.processes(minutes: 3))
struct StoreLossTests {
    private func started(_ work: (MartClient) async throws -> Void) async throws -> Stack {
        let stack = try await Stack.start(services: ["permits"])
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await work(client)
        await client.close()
        return stack
    }

    @Test func `a service whose store is moved saves what it has and ends, and starts when the store is back`() async throws {
        let stack = try await started { try await $0.apply("before", .nib, seller: "s") }
        let (permits, files) = (stack["permits"], FileManager.default)
        let store = permits.dataFolder.appendingPathComponent("permits.sqlite").path
        try files.moveItem(atPath: store, toPath: store + ".moved")
        #expect(try await permits.waitForExit() == 69)
        #expect(permits.logTail().contains("was moved or removed while the service ran"))
        let saved = try #require(
            try files.contentsOfDirectory(atPath: permits.dataFolder.path).first {
                $0.hasPrefix("permits.rescued-") && $0.hasSuffix(".sqlite")
            })
        let rescued = permits.dataFolder.appendingPathComponent(saved).path
        #expect(try files.attributesOfItem(atPath: rescued)[.posixPermissions] as? Int == 0o600)
        // What starts it again must not begin anew.
        try await permits.restart()
        #expect(try await permits.waitForExit() == 69)
        #expect(permits.logTail(lines: 1).contains("--new-store"))
        try files.moveItem(atPath: rescued, toPath: store)
        try await permits.restart()
        try await permits.waitUntilReady()
        let status = try await permits.json("/v1/status")
        #expect(status["source"]?.string == "/permits")
        #expect(status["lastSequence"]?.int64 == 1)
        try await stack.stop()
    }

    @Test func `a service begins anew only when it is told to, and as another life`() async throws {
        let stack = try await started { try await $0.apply("before", .nib, seller: "s") }
        let permits = stack["permits"]
        #expect(try await permits.terminate() == 0)
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(at: permits.dataFolder.appendingPathComponent("permits.sqlite\(suffix)"))
        }
        try await permits.restart()
        #expect(try await permits.waitForExit() == 69)
        #expect(permits.logTail(lines: 1).contains("permits.sqlite is missing"))
        try await permits.restart(arguments: ["--new-store"])
        try await permits.waitUntilReady()
        #expect(try await permits.json("/v1/status")["source"]?.string == "/permits~1")
        #expect(try await permits.terminate() == 0)
        try await permits.restart()
        try await permits.waitUntilReady()
        #expect(try await permits.json("/v1/status")["source"]?.string == "/permits~1")
        try await stack.stop()
    }
}
