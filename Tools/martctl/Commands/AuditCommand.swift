import ArgumentParser
import Audit
import Foundation
import StrictJSON

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Recomputes every figure from a recorded event stream.",
        usage: "martctl audit <file.ndjson> [--compare] [options]",
        discussion: """
            The recording holds one event per line, from the platform's first one on: `martctl tail --json` writes it, and so does \
            `martctl demo`. The audit shares no code with the services.

              martctl audit events.ndjson             holds the stream against itself
              martctl audit events.ndjson --compare   and against the services' figures
              martctl audit events.ndjson --json | jq '.findings[] | select(.holds|not)'

            Exit code 1 when anything differs.
            """)

    @Argument(help: ArgumentHelp("The recording, newline-delimited JSON.", valueName: "file.ndjson"), completion: .file())
    var file: String

    @Flag(help: "Hold the figures against the services' read sides.")
    var compare = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var sides: ReadSideOptions

    func run() async throws {
        try await Failure.reported {
            let recording = Recording(ndjson: try InputFile.contents(file))
            if recording.count == 0 { throw Failure(.usage, "\(file) holds no event") }
            let audit = Audit(recording)
            var findings = audit.findings
            if compare { findings += try await AuditRun.compare(audit, try sides.sides()) }
            Terminal.show(json ? JSONLine.text { AuditReport.write(findings, to: &$0) } : AuditReport.text(findings) + "\n")
            if !findings.allSatisfy(\.holds) { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }
}

/// Asks the read sides what an audit is compared with.
enum AuditRun {
    static func compare(_ audit: Audit, _ sides: ReadSides) async throws -> [Finding] {
        let stated = try await sides.figures(sellers: audit.sellerIds, regencies: audit.figures.absorptionByRegency.keys.sorted())
        return audit.compare(with: stated)
    }
}

/// The findings as a table, a part for each area, with examples under what differs.
enum AuditReport {
    static func write(_ findings: [Finding], to json: inout JSONWriter) {
        json.object { json in
            json.member("holds", findings.allSatisfy(\.holds))
            json.array("findings", findings) { json, finding in
                json.object { json in
                    json.member("area", finding.area.rawValue)
                    json.member("what", finding.what)
                    json.member("audit", finding.own)
                    json.member("services", finding.stated)
                    json.member("holds", finding.holds)
                    json.member("examples", finding.examples)
                }
            }
        }
    }

    static func text(_ findings: [Finding]) -> String {
        var parts: [String] = []
        for area in Finding.Area.allCases {
            let ours = findings.filter { $0.area == area }
            if ours.isEmpty { continue }
            var table = Table([.left, .right, .right, .left], header: [area.rawValue, "audit", "services", ""])
            for finding in ours { table.row(finding.what, finding.own, finding.stated, finding.holds ? "✓" : "✗") }
            parts.append(table.text)
            for finding in ours where !finding.holds {
                parts.append("  ✗ \(finding.what): \(finding.differences) differences, e.g.")
                parts += finding.examples.map { Paragraph.text($0, indent: 6) }
            }
            parts.append("")
        }
        let wrong = findings.count { !$0.holds }
        parts.append(
            wrong == 0 ? "  ✓ all \(findings.count) figures agree" : "  ✗ \(wrong) of \(findings.count) figures differ")
        return parts.joined(separator: "\n")
    }
}
