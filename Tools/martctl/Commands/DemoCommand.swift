import ArgumentParser
import Audit
import Foundation
import Primitives
import StrictJSON

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs the opening of NTT Mart Flores Timur, through messages alone.",
        usage: "martctl demo [options]",
        discussion: """
            22 regencies, 31 sellers, 970 products, their permits, goods, a week of sales, settlement at 90 %; then tables, and an audit \
            that recomputes every figure from the recorded events. Needs a fresh stack whose business clock stands at or after \
            12 February 2026; `make demo` starts one.

              martctl demo
              martctl demo --quick                     a small one, for a look
              martctl demo --seed 7 --sales 20000      another week, a busier one
              martctl demo --record events.ndjson      keeps the events there
              martctl demo --quick --json | jq .holds

            Exit code 1 when a figure differs or an answer was not the one that was meant.
            """)

    @Option(
        help: ArgumentHelp(
            "Where to write the events. (default: var/demo/events.ndjson, or in the temporary folder)", valueName: "file.ndjson"))
    var record: String?

    @Option(help: "How many products Flores Timur has.")
    var products: Int?

    @Option(help: "How many sales the week has.")
    var sales: Int?

    @Option(help: "Another number makes another week; the same one always the same.")
    var seed: UInt64 = 2026

    @Flag(help: "150 products and 400 sales, where not said otherwise.")
    var quick = false

    @Flag(help: "Print JSON in the end, and nothing before.")
    var json = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var sides: ReadSideOptions

    func validate() throws {
        if let products, !(74...5000).contains(products) { throw ValidationError("--products must be from 74 to 5000.") }
        if let sales, !(1...200_000).contains(sales) { throw ValidationError("--sales must be from 1 to 200000.") }
    }

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            let today = try await Self.checkFresh(sides)
            let size = DemoRun.Size(products: products ?? (quick ? 150 : 970), sales: sales ?? (quick ? 400 : 5400), seed: seed)
            let configuration = try broker.configuration()
            let recorder = try Recorder(configuration, path: record ?? Self.defaultPath)
            let client = CommandClient(configuration, source: "/martctl/demo")
            let job = DemoRun(client, recorder, sides, size, today: today, isShown: !json)
            let outcome: Result<Void, any Error>
            do {
                try await recorder.start(within: broker.patience)
                try await client.connect(within: broker.patience)
                outcome = .success(try await job.run())
            } catch {
                outcome = .failure(error)
            }
            await client.close()
            await recorder.stop()
            try outcome.get()
            if try await !report(job, sides) { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    /// The books must begin with the recording, and the week of 5 to 11 February 2026 be over.
    private static func checkFresh(_ sides: ReadSides) async throws -> BusinessDate {
        let statuses = try await sides.status()
        if let used = statuses.first(where: { $0.status.lastSequence > 0 }) {
            throw Failure(
                .usage,
                "\(used.service) has a past (\(used.status.lastSequence) events): the demo needs a fresh stack; `make demo` starts one")
        }
        let days = statuses.map { BusinessDate(Instant($0.status.businessNow) ?? .systemNow) }
        guard let today = days.min(), let first = BusinessDate("2026-02-12"), today >= first else {
            throw Failure(.usage, "the demo's week ends on 11 February 2026: start the services with MART_NOW=2026-02-12T01:00:00Z")
        }
        return today
    }

    private static var defaultPath: String {
        let folder = FileManager.default.fileExists(atPath: "var/demo") ? "var/demo" : NSTemporaryDirectory() + "martctl-demo"
        return "\(folder)/events.ndjson"
    }

    /// - Returns: whether every figure agrees and every answer was the one that was meant.
    private func report(_ job: DemoRun, _ sides: ReadSides) async throws -> Bool {
        job.progress.begin("audit")
        let audit = Audit(Recording(ndjson: try job.recorder.recording()))
        let findings = audit.findings + (try await AuditRun.compare(audit, sides))
        job.progress.end("\(job.recorder.total) events recomputed")
        let tally = job.tally
        let holds = tally.surpriseCount == 0 && findings.allSatisfy(\.holds)
        if json {
            Terminal.show(JSONLine.text { write(tally, findings, holds, to: &$0) })
            return holds
        }
        Terminal.show(DemoReport(figures: audit.figures, tally: tally).text + "\n")
        Terminal.show(Heading.text("Audit: recomputed from the events, by code of its own") + "\n\n" + AuditReport.text(findings) + "\n")
        let meant = tally.answered - tally.surpriseCount
        Terminal.show(
            "  \(tally.surpriseCount == 0 ? "✓" : "✗") \(meant) of \(tally.answered) commands answered as they were meant to be\n")
        for surprise in tally.surprises { Terminal.show(Paragraph.text(surprise, indent: 6) + "\n") }
        Terminal.show(try await NextSteps(job, sides).text)
        return holds
    }

    private func write(_ tally: Tally, _ findings: [Finding], _ holds: Bool, to json: inout JSONWriter) {
        json.object { json in
            json.member("holds", holds)
            json.member("commands", tally.answered)
            json.member("surprises", tally.surprises)
            json.key("audit")
            AuditReport.write(findings, to: &json)
        }
    }
}
