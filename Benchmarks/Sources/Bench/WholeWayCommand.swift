import ArgumentParser
import Foundation

/// Commands at full load through all processes: record-sale → Consignment → Settlement → posted.
struct WholeWayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "whole-way", abstract: "Commands at full load through all processes.")

    @Option(help: "Sales in each round.") var sales = 30_000
    @Option var rounds = 3
    @Option(help: "File for the figures as JSON.") var json: String?

    struct Result: Codable {
        var perSecond = Series()
        /// Microseconds of CPU per sale, by process.
        var microseconds: [String: Series] = [:]
        var othersShare = Series()
    }

    func run() async throws {
        let lab = try Lab("whole-way")
        defer { lab.close() }
        let mart = try Mart(lab)
        defer { mart.close() }
        try mart.stock("p1", units: 10_000_000)
        try lab.withChannel { channel in
            try channel.declareQueue("bench.posted", arguments: ["x-queue-type": "quorum"])
            try channel.bindQueue("bench.posted", exchange: "mart.events", routingKey: "settlement.settlement-posted.#")
        }
        pause(milliseconds: 2000)
        var result = Result()
        for round in 1...rounds {
            try lab.withChannel { _ = try $0.purgeQueue("bench.posted") }
            lab.awaitQuiet()
            try measure(round, lab, mart, &result)
            show("round \(round): \(Int(result.perSecond.values.last ?? 0)) sales/s")
        }
        let rate = String(
            format: "%.0f (%.0f…%.0f) sales/s", result.perSecond.median, result.perSecond.least, result.perSecond.greatest)
        let rows = result.microseconds.sorted { $0.key < $1.key }.map { [$0.key, String(format: "%.1f", $0.value.median)] }
        try Saved.report(Table(rows: [["whole way: \(rate)", "CPU µs per sale"]] + rows), of: result, to: json)
    }

    private func measure(_ round: Int, _ lab: Lab, _ mart: Mart, _ result: inout Result) throws {
        try lab.withChannel { channel in
            var pids = mart.programs.mapValues(\.pid)
            pids["broker"] = lab.brokerPid
            func usage() -> [String: Double] { pids.mapValues { Usage(of: $0).cpu.seconds } }
            var sent = 0
            func push() {
                while sent < sales, mart.unconfirmed < 4000 {
                    mart.send((sent..<min(sales, sent + 500)).map { .sale("w\(round)-\($0)", of: "p1") })
                    sent = min(sales, sent + 500)
                }
            }
            func posted(atLeast wanted: Int) throws -> Int {
                let deadline = ContinuousClock.now + .seconds(300)
                while ContinuousClock.now < deadline {
                    push()
                    let found = try Int(channel.declareQueue("bench.posted", passive: true).messageCount)
                    if found >= wanted { return found }
                    pause(milliseconds: 5)
                }
                throw BenchError("the sales are not settled after 300 s")
            }
            let begin = try posted(atLeast: sales / 10)
            let before = (ContinuousClock.now, usage(), Usage.machine)
            let end = try posted(atLeast: sales)
            let after = (ContinuousClock.now, usage(), Usage.machine)
            let (count, seconds) = (Double(end - begin), (after.0 - before.0).seconds)
            result.perSecond.values.append(count / seconds)
            var own = 0.0
            for (name, used) in after.1 {
                own += used - (before.1[name] ?? 0)
                result.microseconds[name, default: Series()].values.append((used - (before.1[name] ?? 0)) / count * 1e6)
            }
            result.othersShare.values.append(max(0, (after.2 - before.2).seconds - own) / seconds / Double(Machine.processors))
        }
    }
}
