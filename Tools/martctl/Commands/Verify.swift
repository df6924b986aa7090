import ArgumentParser
import Storage
import StrictJSON

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks backups, without changing them.", usage: "martctl verify <file> … [options]",
        discussion: """
            The file against its manifest, SQLite's own check, every reference, the schema, and the rules of the service: the sequence has \
            no gaps, every posting sums to zero, every lot has on hand what its movements leave, and more.

              martctl verify backups/settlement-nightly.sqlite
              martctl verify var/stack/*/backups/*-nightly-2026-02-06.sqlite
              martctl verify --json /mnt/backups/*.sqlite

            Exit code 1 when a backup is not sound.
            """)

    @Argument(help: ArgumentHelp("Backups; each has its manifest beside it.", valueName: "file"), completion: .file())
    var files: [String]

    @Flag(help: "Print JSON, a backup per line.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            var isSound = true
            for file in files {
                let inspection = try BackupInspection.of(file)
                Terminal.show(json ? JSONLine.text(inspection.write) : inspection.screen)
                isSound = isSound && inspection.isSound
            }
            if !isSound { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }
}

extension BackupInspection {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("file", place.store)
            json.member("sound", isSound)
            json.array("findings", findings) { json, finding in
                json.object { json in
                    json.member("check", finding.check)
                    json.member("holds", finding.holds)
                    json.member("faults", finding.faults)
                }
            }
            json.key("manifest")
            if let manifest { manifest.write(to: &json) } else { json.null() }
        }
    }

    var screen: String {
        var lines = ["", Paragraph.text("\(place.stem): " + (manifest.map { Self.summary($0) } ?? "no manifest"))]
        for finding in findings {
            lines.append(Paragraph.text("\(finding.holds ? "✓" : "✗") \(finding.check)", indent: 2))
            lines += finding.faults.map { Paragraph.text($0, indent: 6) }
        }
        lines.append(isSound ? "  ✓ sound" : "  ✗ not sound")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func summary(_ manifest: BackupManifest) -> String {
        "\(manifest.service) as \(manifest.source), \(manifest.lastSequence) events, business time \(manifest.businessInstant.witaMinute), "
            + "taken \(manifest.takenAt.witaMinute) by \(manifest.requestedBy)"
    }
}
