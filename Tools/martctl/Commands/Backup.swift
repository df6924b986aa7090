import ArgumentParser
import Contracts
import Foundation
import Platform
import Primitives
import ServiceFramework
import StrictJSON

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Has services back up their stores, while they run.",
        usage: "martctl backup [<service> …] [options]",
        discussion: """
            Each service copies its own store, checks the copy, and puts it with a manifest into its BACKUP_DIR (default: backups in its \
            DATA_DIR). Without services it is the whole stack, under one name; those who listen before those who are listened to, so that \
            none of the four knows of an event that its sender's backup has not.

              martctl backup
              martctl backup settlement --name before-upgrade
              martctl backup --name nightly-$(date +%F) --json

            Exit code 1 when a backup failed or its name was used before.
            """)

    @Argument(help: ArgumentHelp("The services. (default: all)", valueName: "service"))
    var services: [String] = []

    @Option(help: ArgumentHelp("Names the backup's files. (default: the time)", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Who wants it. (default: your login)", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("How many seconds to wait for each.", valueName: "seconds"))
    var timeout: Double = 600

    @Flag(help: "Print JSON, a backup per line.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func validate() throws {
        if let unknown = services.first(where: { !Platform.names.contains($0) }) {
            throw ValidationError("'\(unknown)' is no service; they are \(Platform.names.joined(separator: ", ")).")
        }
        if let name, !Identifier.isValid(name) { throw ValidationError("--name is 1 to 64 of A-Z a-z 0-9 . _ : -") }
    }

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            let name = name ?? BackupTime.stamp(.systemNow)
            let wanted = Platform.listenersFirst.map(\.name).filter { services.isEmpty || services.contains($0) }.map { sides[$0] }
            try await checkUnused(name, wanted)
            let client = CommandClient(try broker.configuration(), source: "/martctl")
            var taken: [TakenBackup] = []
            do {
                try await client.connect(within: broker.patience)
                for side in wanted {
                    let backup = try await take(name, side, client)
                    if json { Terminal.show(JSONLine.text(backup.write)) }
                    taken.append(backup)
                }
                await client.close()
            } catch {
                await client.close()
                throw error
            }
            if !json { Terminal.show(TakenBackup.screen(taken)) }
            if taken.contains(where: { $0.state != "done" }) { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    /// Before the first is taken: half a set of backups under a name that the other half has from last week would mislead.
    private func checkUnused(_ name: String, _ wanted: [HTTPClient]) async throws {
        for side in wanted {
            guard let earlier = try await side.find("/v1/backups/\(HTTPClient.escaped(name))") else { continue }
            throw Failure(
                .refused,
                "\(side.service) was asked for a backup \(name) before (\(earlier["state"]?.string ?? "unknown")); nothing was taken: choose another name"
            )
        }
    }

    private func take(_ name: String, _ side: HTTPClient, _ client: CommandClient) async throws -> TakenBackup {
        let request = BackupRequest.with {
            $0.backupName = name
            $0.by = by ?? NSUserName()
        }
        let answer = try await client.ask([Request(name: "\(side.service).backup-store", data: FieldWriter.bytes(of: request))])[0]
        guard answer.isAccepted else { throw Failure(.refused, "\(side.service) says no, \(answer.code): \(answer.message)") }
        let deadline = ContinuousClock.now + .seconds(timeout)
        while true {
            let backup = TakenBackup(service: side.service, try await side.get("/v1/backups/\(HTTPClient.escaped(name))"))
            if backup.state != "requested" { return backup }
            if ContinuousClock.now >= deadline {
                throw Failure(.tryAgain, "\(side.service) is still copying after \(timeout) s; it goes on: GET /v1/backups/\(name)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

enum BackupTime {
    /// `20260206T021500Z`
    static func stamp(_ time: Instant) -> String { String(time.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z" }
}
