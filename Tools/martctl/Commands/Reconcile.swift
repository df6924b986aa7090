import ArgumentParser
import StrictJSON

struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Holds Consignment's sales against Settlement's books.", usage: "martctl reconcile [options]",
        discussion: """
            Every sale, refund and loss that Consignment told, against what Settlement posted: missing here, missing there, or of other \
            amounts. It goes through both once, in the order of ids, a page at a time, however many there are. What differs is looked at \
            again after a moment, for it may only have been on its way.

              martctl reconcile
              martctl reconcile --json > differences.ndjson

            Exit code 1 when anything differs.
            """)

    @Option(help: ArgumentHelp("How many seconds until a difference is looked at again.", valueName: "seconds"))
    var grace: Double = 2

    @Option(help: ArgumentHelp("How many differences the table shows.", valueName: "n"))
    var show: Int = 20

    @Flag(help: "Print JSON, a difference per line.")
    var json = false

    @OptionGroup var sides: ReadSideOptions

    private static let kinds = ["sales", "refunds", "losses"]
    /// Differences that are kept to be looked at again.
    private static let kept = 1000

    func run() async throws {
        try await Failure.reported {
            let sides = try sides.sides()
            var report = ReconcileReport(shown: show)
            for kind in Self.kinds {
                let path = "/v1/reconciliation/\(kind)"
                var (told, posted) = (PageStream(sides.consignment, path), PageStream(sides.settlement, path))
                var doubtful: [Difference] = []
                let count = try await Reconciliation.run(kind, told: &told, posted: &posted) { difference in
                    if doubtful.count < Self.kept { doubtful.append(difference) } else { tell(difference, &report) }
                }
                report.count(kind, count)
                if !doubtful.isEmpty { try await Task.sleep(for: .seconds(grace)) }
                for difference in doubtful {
                    if let still = try await lookAgain(difference, path, sides) { tell(still, &report) }
                }
            }
            if !json { Terminal.show(report.text) }
            if report.differences > 0 { throw ExitCode(Failure.Code.refused.rawValue) }
        }
    }

    private func tell(_ difference: Difference, _ report: inout ReconcileReport) {
        report.add(difference)
        if json { Terminal.show(JSONLine.text(difference.write)) }
    }

    private func lookAgain(_ difference: Difference, _ path: String, _ sides: ReadSides) async throws -> Difference? {
        let query = "\(path)?id=\(HTTPClient.escaped(difference.id))"
        let told = try await sides.consignment.get(query)["items"]?.elements.first
        let posted = try await sides.settlement.get(query)["items"]?.elements.first
        return Reconciliation.judge(difference.what, told, posted)
    }
}

/// The table: how many of each kind agree, and the first differences.
struct ReconcileReport {
    let shown: Int
    private(set) var differences = 0
    private var counts: [(what: String, count: Int)] = []
    private var byKind: [String: [Difference.Kind: Int]] = [:]
    private var examples: [Difference] = []

    init(shown: Int) { self.shown = shown }

    mutating func count(_ what: String, _ count: Int) { counts.append((what, count)) }

    mutating func add(_ difference: Difference) {
        differences += 1
        byKind[difference.what, default: [:]][difference.kind, default: 0] += 1
        if examples.count < shown { examples.append(difference) }
    }

    var text: String {
        var table = Table(
            [.left, .right, .right, .right, .right, .left], header: ["", "seen", "not posted", "not known", "unlike", ""])
        for (what, count) in counts {
            let kinds = byKind[what] ?? [:]
            table.row(
                what, "\(count)", "\(kinds[.unposted] ?? 0)", "\(kinds[.unknown] ?? 0)", "\(kinds[.unlike] ?? 0)", kinds.isEmpty ? "✓" : "✗"
            )
        }
        var lines = [table.text, ""]
        lines += examples.map { Paragraph.text("✗ \($0.what) \($0.id): \($0.detail)", indent: 2) }
        if differences > examples.count { lines.append("  … and \(differences - examples.count) more: --json has them all") }
        lines.append(
            differences == 0
                ? "  ✓ Consignment's sales and Settlement's books agree"
                : "  ✗ \(differences) difference\(differences == 1 ? "" : "s")")
        return lines.joined(separator: "\n") + "\n"
    }
}
