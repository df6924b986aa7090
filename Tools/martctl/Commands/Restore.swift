import ArgumentParser
import Contracts
import Foundation
import Messaging
import Platform
import Primitives
import ServiceFramework
import Storage
import StrictJSON

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts backups in the place of stopped services' stores.", usage: "martctl restore <file> … [options]",
        discussion: """
            Without --yes it only shows what would be done. Every backup is checked first, and nothing is touched while a service has its \
            store, or if one of several backups is not sound. What was there is kept in a folder replaced-<time>.

            At its next start the service goes on as /<service>~<n> from 1. Then it has to catch up: the command says how.

              martctl restore settlement-nightly.sqlite --data-dir var/settlement
              martctl restore settlement-nightly.sqlite --data-dir var/settlement --yes
              martctl restore var/stack/*/backups/*-nightly.sqlite \\
                --data-dir 'var/stack/{service}' --yes

            Exit code 1 when it was not done.
            """)

    @Argument(help: ArgumentHelp("Backups, each of another service.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(
        help: ArgumentHelp(
            "The DATA_DIR of the service; {service} in it stands for its name. [environment: DATA_DIR] (default: ./var/{service})",
            valueName: "folder"))
    var dataDir: String?

    @Option(help: ArgumentHelp("The least n of /<service>~<n>, where one was used that left no trace here.", valueName: "n"))
    var life: Int64 = 1

    @Flag(help: "Really do it.")
    var yes = false

    @Flag(help: "Print JSON, a store per line.")
    var json = false

    func validate() throws {
        if !(1...999_999_999).contains(life) { throw ValidationError("--life must be from 1 to 999999999.") }
    }

    func run() async throws {
        try await Failure.reported {
            let inspections = try files.map(BackupInspection.of)
            for inspection in inspections where !inspection.isSound {
                if !json { Terminal.show(inspection.screen) }
                throw Failure(.refused, "\(inspection.place.stem) is not sound; nothing was done")
            }
            do {
                // All locks before the first store is touched: a stack is restored whole or not at all.
                let restores = try inspections.map { try StoreRestore($0, into: folder(of: $0.manifest?.service ?? "")) }
                let services = restores.map(\.manifest.service)
                guard Set(services).count == services.count else { throw Failure(.usage, "two of the backups are of the same service") }
                if !yes { return show(restores.map { ($0, nil) }) }
                show(try restores.map { ($0, try $0.run(leastLife: life)) })
            } catch let fault as BackupFault {
                throw Failure(.refused, "\(fault)")
            }
        }
    }

    private func folder(of service: String) -> String {
        (dataDir ?? ProcessInfo.processInfo.environment["DATA_DIR"] ?? "./var/{service}").replacingOccurrences(
            of: "{service}", with: service)
    }

    private func show(_ restores: [(restore: StoreRestore, outcome: StoreRestore.Outcome?)]) {
        for (restore, outcome) in restores {
            Terminal.show(json ? JSONLine.text { Self.write(restore, outcome, to: &$0) } : Self.screen(restore, outcome))
        }
        if json { return }
        if !yes { return Terminal.show("\n  Nothing was done. Do it with --yes\n") }
        Terminal.show("\n  Start what was restored, and let it catch up:\n" + Self.resyncs(restores.map(\.restore.manifest)))
    }

    private static func write(_ restore: StoreRestore, _ outcome: StoreRestore.Outcome?, to json: inout JSONWriter) {
        json.object { json in
            json.member("service", restore.manifest.service)
            json.member("backup", restore.inspection.place.store)
            json.member("folder", restore.folder)
            json.member("done", outcome != nil)
            json.member("source", ifPresent: outcome?.source)
            json.member("aside", ifPresent: outcome?.aside)
            json.member("warning", ifPresent: outcome?.warning)
        }
    }

    private static func screen(_ restore: StoreRestore, _ outcome: StoreRestore.Outcome?) -> String {
        let manifest = restore.manifest
        var facts = [
            "  \(manifest.service)  ←  \(restore.inspection.place.stem)",
            "    into       \(restore.folder)",
            "    stands at  \(manifest.businessInstant.witaMinute) WITA, event \(manifest.lastSequence) of \(manifest.source)",
        ]
        if let outcome {
            facts.append("    goes on    as \(outcome.source) from 1")
            if let aside = outcome.aside { facts.append("    the old    is kept in \(aside)") }
        }
        var lines = [""] + facts.map(Printable.line)
        if Instant.systemNow.milliseconds(since: manifest.businessInstant) > BelievedTime.Bounds().betweenStarts {
            lines.append(
                Paragraph.text(
                    "! that is so long ago that the service will not believe its clock: martctl clock accept, once it runs", indent: 4))
        }
        if let warning = outcome?.warning {
            lines.append(Paragraph.text("! the new source could not be noted: \(warning). Name it next time: --life", indent: 4))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What each restored service has to hear again, from a day before its backup.
    static func resyncs(_ manifests: [BackupManifest]) -> String {
        var lines: [String] = []
        for manifest in manifests {
            let since = BusinessDate(manifest.businessInstant).adding(days: -1)
            let consumed = Platform.topology.consumed(by: manifest.service)
            for producer in consumed.map(\.service).uniqued() {
                lines.append("    martctl resync \(producer) --to \(manifest.service) --since \(since)")
            }
            lines.append("    # what \(manifest.service) was told by commands since then must be said again")
        }
        return (lines + ["    martctl reconcile", "  docs/backup.md says what comes back by itself and what does not."]).joined(
            separator: "\n") + "\n"
    }
}
