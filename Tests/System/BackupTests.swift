import Contracts
import Foundation
import Primitives
import StrictJSON
import TestSupport
import Testing

/// `martctl backup`, `verify` and `restore` on real services.
@Suite(.processes(minutes: 3))
struct BackupTests {
    private static let clock = ["MART_NOW": "2026-02-06T02:00:00Z"]

    @Test func `a running stack is backed up under one name, and every backup is sound`() async throws {
        let stack = try await Stack.start(environment: Self.clock)
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.stockedProduct("p-1", seller: "s-1", units: 10)
        let output = try await stack.backUp("one")
        #expect(output.contains("4 backups taken and checked"))
        let files = Stack.allServices.map { stack.backupFile("one", of: $0) }
        let verdict = try await stack.verify(files)
        #expect(verdict.contains("✓ every posting sums to zero"))
        #expect(verdict.contains("✓ every lot has on hand what its movements leave"))
        let manifest = try await stack["catalog"].json("/v1/backups/one")["manifest"]
        #expect(manifest?["lastSequence"]?.int64 == (try await stack["catalog"].json("/v1/status")["lastSequence"]?.int64))
        try await client.registerSeller("s-2")
        await client.close()
        try await stack.stop()
    }

    @Test func `a damaged backup is found out, and is not restored`() async throws {
        let stack = try await Stack.start(services: ["permits"], environment: Self.clock)
        let client = try await MartClient.connect(to: stack.amqpURL)
        try await client.apply("before", .nib, seller: "s")
        // martctl asks all read sides only where it needs them.
        try await stack.backUp("one", "permits")
        let file = stack.backupFile("one", of: "permits")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: file))
        #expect(try await stack.verify([file], exits: 1).contains("✗ not sound"))
        await client.close()
        try await stack.stop()
        let folder = stack["permits"].dataFolder.path
        let life = try String(contentsOfFile: folder + "/permits.life", encoding: .utf8)
        let restore = try await Program.run("martctl", ["restore", file, "--data-dir", folder, "--yes"])
        #expect(restore.exitCode == 1)
        #expect(try String(contentsOfFile: folder + "/permits.life", encoding: .utf8) == life, "no life was given away")
    }

    @Test func `a store in use is not replaced, and without --yes none is`() async throws {
        let stack = try await Stack.start(services: ["permits"], environment: Self.clock)
        try await stack.backUp("one", "permits")
        let (file, folder) = (stack.backupFile("one", of: "permits"), stack["permits"].dataFolder.path)
        let running = try await Program.run("martctl", ["restore", file, "--data-dir", folder, "--yes"])
        #expect(running.exitCode == 1)
        #expect(running.error.contains("in use"), "\(running.error)")
        #expect(try await stack["permits"].get("/readyz").status == 200)
        try await stack.stop()
        let rehearsal = try await Program.run("martctl", ["restore", file, "--data-dir", folder])
        #expect(rehearsal.exitCode == 0)
        #expect(rehearsal.output.contains("Nothing was done"))
        try await stack.restart("permits")
        #expect(try await stack["permits"].json("/v1/status")["source"]?.string == "/permits")
        try await stack.stop()
    }

    @Test func `a used name is refused in words, also when its files are gone and after a restore`() async throws {
        let stack = try await Stack.start(services: ["permits"], environment: Self.clock)
        func refused(_ name: String) async throws {
            let again = try await Program.run("martctl", ["backup", "permits", "--name", name], environment: stack.clientEnvironment)
            #expect(again.exitCode == 1)
            #expect(again.error.contains("choose another name"), "\(again.error)")
        }
        try await stack.backUp("one", "permits")
        try await refused("one")
        let file = stack.backupFile("one", of: "permits")
        let kept = file + ".kept"
        try FileManager.default.moveItem(atPath: file, toPath: kept)
        try await refused("one")
        try FileManager.default.moveItem(atPath: kept, toPath: file)
        try await stack.restore("one", of: "permits")
        try await refused("one")
        try await stack.backUp("two", "permits")
        try await stack.stop()
    }

    /// The writer must not wait: commands are answered while the copy is made.
    @Test func `a service that dies over a backup takes it when it is back`() async throws {
        let stack = try await Stack.start(services: ["permits"], environment: Self.clock)
        let client = try await MartClient.connect(to: stack.amqpURL)
        for number in 1...20 { try await client.apply("permit-\(number)", .nib, seller: "s") }
        let reply = try await client.send(.init("permits", "backup-store"), #"{"name":"cut","by":"Maria"}"#)
        #expect(reply.verdict == "accepted ok")
        try await stack["permits"].kill()
        try await stack.restart("permits")
        try await expectEventually("the backup is taken") {
            try await stack["permits"].json("/v1/backups/cut")["state"]?.string == "done"
        }
        try await stack.verify([stack.backupFile("cut", of: "permits")])
        await client.close()
        try await stack.stop()
    }
}
