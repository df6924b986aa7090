import Contracts
import Foundation
import Messaging
import Primitives
import StrictJSON
import TestSupport
import Testing

/// Real services on a machine whose clock is wrong by years, and comes right.
@Suite(.processes(minutes: 2))
struct WrongClockTests {
    private struct Office {
        private let url: String
        let permits: ServiceProcess
        let client: MartClient
        let clock: FakeClock

        init(days: Int64 = 0) async throws {
            url = try await TestBroker.shared.makeVirtualHost().url
            let folder = try TemporaryFolder("clock")
            clock = try await FakeClock(folder, days: days)
            permits = try ServiceProcess("permits", amqpURL: url, folder: folder, environment: clock.environment)
            client = try await MartClient.connect(to: url)
        }

        /// A permit that holds for another year and a little.
        func grant(_ permitId: String) async throws {
            let today = BusinessDate(.systemNow)
            try await client.apply(permitId, .nib, seller: "s")
            try await client.approve(permitId, from: today.adding(days: -1).description, until: today.adding(days: 400).description)
        }

        var reasons: [String] {
            get async throws {
                let (_, body) = try await permits.get("/readyz")
                return try JSONDocument(parsing: Array(body)).root["reasons"]?.elements.compactMap { $0["code"]?.string } ?? []
            }
        }

        /// Business time less true time, in days.
        var ahead: Int64 {
            get async throws {
                let text = try await permits.json("/v1/status")["businessNow"]?.string
                return try #require(text.flatMap { Instant($0) }).milliseconds(since: .systemNow) / 86_400_000
            }
        }

        func martctl(_ arguments: String...) async throws -> Program {
            let nowhere = "http://127.0.0.1:\(freePort())"
            let environment = [
                "AMQP_URL": url, "PERMITS_URL": permits.url, "CATALOG_URL": nowhere, "CONSIGNMENT_URL": nowhere,
                "SETTLEMENT_URL": nowhere,
            ]
            return try await Program.run("martctl", arguments, environment: environment)
        }

        var hasExpired: Bool { client.events.items.contains { $0.name == "permits.permit-expired" } }

        func end() async throws {
            await client.close()
            #expect(try await permits.terminate() == 0)
        }
    }

    @Test func `a boot in the seventies, and NTP a minute later`() async throws {
        let office = try await Office()
        try await office.permits.waitUntilReady()
        try await office.grant("p-1")
        #expect(try await office.permits.terminate() == 0)
        try office.clock.set(days: -20_000)
        try await office.permits.restart()
        try await office.permits.waitUntilReady()
        #expect(try await office.ahead == 0)
        #expect(try await office.permits.json("/v1/diagnosis")["clock"]?["verdict"]?.string == "behind")
        try await office.grant("p-2")
        try office.clock.set(days: 0)
        try await expectEventually("the clock is believed again") {
            try await office.permits.json("/v1/diagnosis")["clock"]?["verdict"]?.string == "believed"
        }
        #expect(try await office.ahead == 0)
        #expect(!office.hasExpired)
        try await office.end()
    }

    @Test func `a clock that leaps by decades while the service runs, also at the next start, and comes back`() async throws {
        let office = try await Office()
        try await office.permits.waitUntilReady()
        try await office.grant("p-1")
        try office.clock.set(days: 20_000)
        for isRestarted in [false, true] {
            if isRestarted { try await office.permits.restart() }
            try await expectEventually("it says that it does not believe its clock") { try await office.reasons == ["clock-implausible"] }
            #expect(try await office.ahead == 0)
            try await office.grant("p-in-2081-\(isRestarted)")
            let doctor = try await office.martctl("doctor")
            #expect(doctor.exitCode != 0 && doctor.output.contains("martctl clock accept"), "\(doctor.output)")
        }
        try office.clock.set(days: 0)
        try await office.permits.waitUntilReady()
        #expect(try await office.ahead == 0)
        try await office.permits.restart()
        try await office.permits.waitUntilReady()
        #expect(try await office.ahead == 0)
        #expect(!office.hasExpired, "what is final did not happen")
        try await office.end()
    }

    @Test func `a shop that was closed for more than a year: a person says that the clock is right`() async throws {
        let office = try await Office()
        try await office.permits.waitUntilReady()
        try await office.grant("p-1")
        #expect(try await office.permits.terminate() == 0)
        try office.clock.set(days: 500)
        try await office.permits.restart()
        try await expectEventually("it says that it does not believe its clock") { try await office.reasons == ["clock-implausible"] }
        #expect(!office.hasExpired)
        let shown = try await office.martctl("clock")
        #expect(shown.exitCode == 69 && shown.output.contains("too far ahead"), "\(shown.output)\(shown.error)")
        let accepted = try await office.martctl("clock", "accept", "--by", "Ani", "--reason", "closed since last year")
        #expect(accepted.exitCode == 69 && accepted.output.contains("believed"), "the other services are away: \(accepted.output)")
        try await office.permits.waitUntilReady()
        #expect(try await office.ahead >= 499)
        _ = try await office.client.events.first("the permit has expired") {
            $0.name == "permits.permit-expired" && $0.subject == "p-1"
        }
        #expect(office.permits.logTail().contains("a person has accepted the clock"))
        try await office.end()
    }

    @Test func `a new store with a clock that cannot be right`() async throws {
        let office = try await Office(days: 20_000)
        try await expectEventually("it says that it does not believe its clock") { try await office.reasons == ["clock-implausible"] }
        try await office.client.apply("p-1", .nib, seller: "s")
        try office.clock.set(days: 0)
        try await office.permits.waitUntilReady()
        #expect(try await office.ahead == 0)
        try await office.end()
    }
}
