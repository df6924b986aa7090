import Foundation
import Messaging
import StrictJSON
import TestSupport
import Testing

/// What an operator does with backups, by `martctl` on a stack of a test.
extension Stack {
    private func martctl(_ arguments: [String], exits code: Int32 = 0) async throws -> String {
        let run = try await Program.run("martctl", arguments, environment: clientEnvironment)
        if run.exitCode != code {
            throw SupportError("martctl \(arguments.joined(separator: " ")) exits \(run.exitCode), not \(code):\n\(run.output)\(run.error)")
        }
        return run.output
    }

    /// Backs up services, all if none is named.
    @discardableResult
    func backUp(_ name: String, _ services: String...) async throws -> String {
        try await martctl(["backup", "--name", name, "--by", "Maria"] + services)
    }

    func backupFile(_ name: String, of service: String) -> String {
        self[service].dataFolder.appendingPathComponent("backups/\(service)-\(name).sqlite").path
    }

    @discardableResult
    func verify(_ files: [String], exits code: Int32 = 0) async throws -> String { try await martctl(["verify"] + files, exits: code) }

    /// Stops a service, puts a backup in its place, and starts it again. Gracefully, so that all it has handled is acknowledged: what it then
    /// has forgotten comes back by a resync alone.
    func restore(_ name: String, of service: String) async throws {
        #expect(try await self[service].terminate() == 0)
        let output = try await martctl(
            ["restore", backupFile(name, of: service), "--data-dir", self[service].dataFolder.path, "--yes"])
        #expect(output.contains("goes on    as /\(service)~1 from 1"), "\(output)")
        try await restart(service)
        #expect(try await self[service].json("/v1/status")["source"]?.string == "/\(service)~1")
    }

    @discardableResult
    func resync(_ producer: String, to consumer: String, _ range: [String] = ["--all"]) async throws -> String {
        try await martctl(["resync", producer, "--to", consumer, "--by", "Maria"] + range)
    }

    /// The differences between Consignment and Settlement, as `kind id`; none once all has arrived.
    func differences() async throws -> [String] {
        let run = try await Program.run("martctl", ["reconcile", "--json", "--grace", "0"], environment: clientEnvironment)
        let lines = try run.output.split(separator: "\n").map { try JSONDocument(parsing: Array($0.utf8)).root }
        guard run.exitCode == (lines.isEmpty ? 0 : 1) else {
            throw SupportError("reconcile exits \(run.exitCode) with \(lines.count) differences:\n\(run.output)\(run.error)")
        }
        return lines.map { "\($0["kind"]?.string ?? "") \($0["id"]?.string ?? "")" }.sorted()
    }

    func expectAgreement() async throws {
        try await expectEventually("Consignment and Settlement agree", timeout: .seconds(30)) { try await differences().isEmpty }
    }

    /// Nothing is parked anywhere, and the four stores keep every rule.
    func expectSound(_ name: String = "final") async throws {
        for service in Stack.allServices { #expect(try await self[service].parkedReasons() == [], "\(service)") }
        try await backUp(name)
        try await verify(Stack.allServices.map { backupFile(name, of: $0) })
    }

    /// Balances of the ledger, and what each settlement of the sales says of money.
    func books(of sales: [String]) async throws -> [String] {
        var books = [try await self["settlement"].json("/v1/ledger/trial-balance").text]
        for sale in sales {
            let settlement = try await self["settlement"].json("/v1/settlements/\(sale)")
            books.append(
                sale + (settlement["totals"]?.text ?? "")
                    + (settlement["reversals"]?.elements.map { $0["totals"]?.text ?? "" } ?? []).joined())
        }
        return books
    }
}

extension MartClient {
    /// Sequences of each source, of the events seen, without repeats.
    func expectGaplessSequences() {
        var sequences: [String: Set<Int64>] = [:]
        for event in events.items { sequences[event.envelope.source, default: []].insert(event.envelope.sequence ?? 0) }
        for (source, seen) in sequences { #expect(seen == Set(1...Int64(seen.count)), "\(source)") }
    }
}
