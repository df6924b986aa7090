import ArgumentParser
import Foundation
import Histogram

/// How long reads take while sales are written.
struct ReadsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reads", abstract: "Product list and balance, without and under write load.")

    @Option(help: "Sales per second meanwhile.") var rate = 1_000
    @Option(help: "Products in the list.") var products = 500
    @Option(help: "Reads of each kind.") var reads = 2_000
    @Option(help: "File for the figures as JSON.") var json: String?

    struct Result: Codable {
        var title: String
        /// Milliseconds.
        var p50, p99, greatest: Double
    }

    func run() async throws {
        let lab = try Lab("reads")
        defer { lab.close() }
        let mart = try Mart(lab)
        defer { mart.close() }
        try mart.stock("p1", units: 10_000_000)
        for number in 0..<products {
            mart.send([
                Command("catalog.register-seller", id: "s-r\(number)", #"{"sellerId":"s-r\#(number)","name":"Seller","regency":"53.06"}"#),
                .register("r\(number)"),
            ])
        }
        try mart.awaitPage("catalog", "/v1/products/r\(products - 1)")
        // Something to sum up.
        mart.send((0..<20_000).map { .sale("warm-\($0)", of: "p1") })
        while mart.unconfirmed > 0 { pause(milliseconds: 10) }
        pause(milliseconds: 10_000)
        var results = try measure("idle", mart)
        let isDone = Flag()
        let (desk, rate) = (mart.desk, rate)
        let load = Thread {
            var sent = 0
            let start = Probe.now()
            while !isDone.isSet {
                let due = Int((Probe.now() - start) * Int64(rate) / 1_000_000_000) + 1
                if sent < due { desk.send((sent..<due).map { .sale("load-\($0)", of: "p1") }) }
                sent = max(sent, due)
                usleep(1000)
            }
        }
        load.start()
        pause(milliseconds: 2000)
        results += try measure("at \(rate) sales/s", mart)
        isDone.set()
        let rows = results.map {
            [$0.title, String(format: "%.2f", $0.p50), String(format: "%.2f", $0.p99), String(format: "%.2f", $0.greatest)]
        }
        try Saved.report(Table(rows: [["reads, ms", "p50", "p99", "most"]] + rows), of: results, to: json)
    }

    private func measure(_ circumstances: String, _ mart: Mart) throws -> [Result] {
        try [("product list", "catalog", "/v1/products?limit=100"), ("balance", "settlement", "/v1/sellers/s-p1/balance")].map {
            name, service, path in
            let connection = try HTTPConnection(port: mart.programs[service]?.httpPort ?? 0)
            var histogram = Histogram<UInt64>(highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: .three)
            for _ in 0..<reads {
                let started = Probe.now()
                _ = try connection.get(path)
                histogram.record(UInt64((Probe.now() - started) / 1000))
            }
            return Result(
                title: "\(name), \(circumstances)", p50: Double(histogram.valueAtPercentile(50)) / 1000,
                p99: Double(histogram.valueAtPercentile(99)) / 1000, greatest: Double(histogram.max) / 1000)
        }
    }
}
