import ArgumentParser
import Foundation
import Histogram
import Logging
import RabbitMQ
import Synchronization

/// From the publish of a command to the delivery of the last event that follows from it, at a steady rate.
///
/// Open loop: commands are due at fixed moments and time counts from then, whether or not they could be sent in time; so what waits behind a
/// pause is charged for it (coordinated omission).
struct LatencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "latency", abstract: "Sale to settlement, approval to listing.")

    @Option(help: "Commands per second, separated by commas.") var rates = "50,500,2000"
    @Option(help: "Approvals per second.") var approvalRates = "50"
    @Option(help: "Seconds at each rate.") var seconds = 20
    @Option(help: "File for the figures as JSON.") var json: String?

    struct Result: Codable {
        var title: String
        var perSecond: Int
        var count: UInt64
        /// Milliseconds.
        var p50, p99, p999, greatest: Double
        var othersShare: Double
    }

    func run() async throws {
        let lab = try Lab("latency")
        defer { lab.close() }
        let mart = try Mart(lab)
        defer { mart.close() }
        let probe = try Probe(lab, bindings: ["settlement.settlement-posted.#", "catalog.product-listed.#"])
        try mart.stock("p1", units: 10_000_000)
        var results: [Result] = []
        for rate in rates.split(separator: ",").compactMap({ Int($0) }) {
            // Warm before it counts.
            _ = measure("", rate, seconds: 2, probe, mart) { .sale($0, of: "p1") }
            results.append(measure("sale → settlement", rate, seconds: seconds, probe, mart) { .sale($0, of: "p1") })
        }
        for rate in approvalRates.split(separator: ",").compactMap({ Int($0) }) {
            let products = (0..<rate * seconds).map { "a\(rate)-\($0)" }
            for product in products {
                mart.send([
                    Command(
                        "catalog.register-seller", id: "s-\(product)", #"{"sellerId":"s-\#(product)","name":"Seller","regency":"53.06"}"#),
                    .register(product), .apply(product),
                ])
            }
            if let last = products.last { try mart.awaitPage("catalog", "/v1/products/\(last)") }
            pause(milliseconds: 3000)
            var next = products.makeIterator()
            results.append(
                measure("approval → listing", rate, seconds: seconds, probe, mart) { .approve(next.next() ?? "", id: $0) })
        }
        let rows = results.map { result in
            [
                "\(result.title) at \(result.perSecond)/s", String(format: "%.1f", result.p50), String(format: "%.1f", result.p99),
                String(format: "%.1f", result.p999), String(format: "%.1f", result.greatest), "\(result.count)",
                String(format: "%.0f %%", result.othersShare * 100),
            ]
        }
        let table = Table(rows: [["latency, ms", "p50", "p99", "p99.9", "most", "count", "others"]] + rows)
        try Saved.report(table, of: results, to: json)
    }

    private func measure(
        _ title: String, _ rate: Int, seconds: Int, _ probe: Probe, _ mart: Mart, command: (String) -> Command
    ) -> Result {
        let count = rate * seconds
        let pids = mart.programs.values.map(\.pid) + [mart.lab.brokerPid, getpid()]
        let before = (ContinuousClock.now, Usage.machine, pids.map { Usage(of: $0).cpu.seconds }.reduce(0, +))
        let start = Probe.now() + 20_000_000
        let run = probe.begin(count: count, start: start, interval: 1_000_000_000 / Int64(rate))
        var sent = 0
        while sent < count {
            let due = min(count, Int((Probe.now() - start) * Int64(rate) / 1_000_000_000) + 1)
            if sent < due { mart.send((sent..<due).map { command("\(run)-\($0)") }) }
            sent = max(sent, due)
            usleep(500)
        }
        let histogram = probe.finish(within: .seconds(60))
        let own = pids.map { Usage(of: $0).cpu.seconds }.reduce(0, +) - before.2
        let machine = (Usage.machine - before.1).seconds
        let elapsed = (ContinuousClock.now - before.0).seconds
        func milliseconds(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1000 }
        return Result(
            title: title, perSecond: rate, count: histogram.totalCount, p50: milliseconds(50), p99: milliseconds(99),
            p999: milliseconds(99.9),
            greatest: Double(histogram.max) / 1000, othersShare: max(0, machine - own) / elapsed / Double(Machine.processors))
    }
}
