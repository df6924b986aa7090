import Foundation
import GRDB
import Storage
import StrictJSON
import TestSupport

/// Stores that come back from a backup in the middle of the day. What was told after it is told again by a resync, what was asked of the
/// restored service after it is asked again by whoever had asked.
extension Scenario {
    static let restores: [Scenario] =
        [
            Scenario(name: "settlement restored from a backup, and resynced", watches: false, deaths: ["settlement": [0]]) { mart in
                try await mart.answeredMore(60)
                try await mart.backUp("settlement")
                try await mart.answeredMore(100)
                try await mart.restored(["settlement"])
                try await mart.resyncAll()
            },
            Scenario(
                name: "the whole mart restored from its backups", watches: false, deaths: Mart.services.reduce(into: [:]) { $0[$1] = [0] },
                repeats: true
            ) { mart in
                let opening = mart.trader.record.read { $0.entries.count { !$0.verdicts.isEmpty } }
                try await mart.answeredMore(60)
                try await mart.backUpAll()
                // The journals are in order: what is asked again comes before anything new.
                try await mart.answered(mart.trader.record.read { $0.entries.count })
                try await mart.restored(Mart.services)
                try await mart.resyncAll()
                // The journals of tills and desks.
                mart.trader.send(mart.trader.record.read { $0.entries.dropFirst(opening).filter(\.isSent).map(\.command) })
            },
        ]
        + restorePoints.map { point in
            Scenario(
                name: "martctl restore killed at \(point.rawValue)", watches: false, deaths: ["settlement": [0, 69]]
            ) { mart in
                try await mart.answeredMore(60)
                try await mart.backUp("settlement")
                try await mart.answeredMore(60)
                try await mart.stopped("settlement") { store in
                    try store.close()
                    if (try? await mart.restore("settlement", environment: ["MART_CRASH_AT": point.rawValue])) != nil {
                        throw SupportError("the restore was not killed")
                    }
                    try await mart.refused("settlement", saying: "restor")
                    try await mart.restore("settlement")
                }
                try await mart.resyncAll()
            }
        }
}

extension Mart {
    private static let backup = "chaos"

    /// Who consumes whose events.
    private static let edges = [
        ("permits", "catalog"), ("catalog", "consignment"), ("catalog", "settlement"), ("consignment", "settlement"),
    ]

    private var clientEnvironment: [String: String] {
        all.reduce(into: ["AMQP_URL": place.url]) { $0["\($1.name.uppercased())_URL"] = $1.url }
    }

    func backUp(_ service: String) async throws {
        try await martctl("backup", "--name", Self.backup, "--by", "Maria", service, environment: clientEnvironment)
    }

    /// Listeners first, as martctl does it: no backup knows of an event that its sender's has not.
    func backUpAll() async throws { try await martctl("backup", "--name", Self.backup, "--by", "Maria", environment: clientEnvironment) }

    /// Puts the backup in the place of the store of a service that is stopped.
    func restore(_ service: String, environment: [String: String] = [:]) async throws {
        let folder = self[service].dataFolder.path
        try await martctl(
            "restore", "\(folder)/backups/\(service)-\(Self.backup).sqlite", "--data-dir", folder, "--yes", environment: environment)
    }

    /// Ends services with SIGTERM, and starts them again on their backups.
    func restored(_ services: [String]) async throws {
        for service in services { release(service) }
        for service in services { noteDeaths(service, [try await self[service].terminate()]) }
        for service in services { try await restore(service) }
        for service in services { try await self[service].restart() }
        try await ready()
    }

    /// Has every producer say again all it has said, to each that consumes it.
    func resyncAll() async throws {
        for (producer, consumer) in Self.edges {
            try await martctl("resync", producer, "--to", consumer, "--by", "Maria", "--all", environment: clientEnvironment)
        }
    }

    /// Waits until every service has taken the backup, and has each checked.
    func backedUp(_ name: String) async throws {
        for service in Self.services {
            try await expectEventually("\(service) has taken its backup") {
                let (status, body) = try await self[service].get("/v1/backups/\(name)")
                let state = try JSONDocument(parsing: Array(body)).root["state"]?.string
                return status == 200 && state == "done"
            }
            try await martctl("verify", self[service].dataFolder.appendingPathComponent("backups/\(service)-\(name).sqlite").path)
        }
    }

    static func size(of path: String) throws -> Int { try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 }
}
