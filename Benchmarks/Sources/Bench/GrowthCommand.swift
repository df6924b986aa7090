import ArgumentParser
import Foundation

/// What a sale costs when many have been settled before, with ids by time and in no order.
struct GrowthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "growth", abstract: "Cost as the store grows.")

    @Option(help: "Sales in the store, separated by commas.") var sizes = "10000,1000000,5000000"
    @Option(help: "Sizes that are measured with random ids too.") var randomSizes = "1000000"
    @Option(help: "Sales in each round.") var sales = 50_000
    @Option var rounds = 5
    @Option(help: "File for the figures as JSON.") var json: String?

    struct Result: Codable {
        var title: String
        var size: Int
        var perSecond = Series(), microseconds = Series(), pssMB = Series(), othersShare = Series()
        var bytesPerSale = 0.0
    }

    func run() async throws {
        let lab = try Lab("growth")
        defer { lab.close() }
        let pipeline = try Pipeline(lab)
        var results: [Result] = []
        let ordered = sizes.split(separator: ",").compactMap { Int($0) }.map { ($0, false) }
        let random = randomSizes.split(separator: ",").compactMap { Int($0) }.map { ($0, true) }
        for (size, hasRandomIds) in ordered + random {
            let seeded = lab.folder.appendingPathComponent("seeded")
            try? FileManager.default.removeItem(at: seeded)
            try FileManager.default.copyItem(at: pipeline.empty, to: seeded)
            let file = seeded.appendingPathComponent("settlement.sqlite")
            try Store.seed(file, sales: size, hasRandomIds: hasRandomIds)
            // What the kernel has yet to write of it is not part of the first round.
            sync()
            var result = Result(title: "\(size) sales\(hasRandomIds ? ", random ids" : "")", size: size)
            let bytes = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int ?? 0
            result.bytesPerSale = Double(bytes) / Double(size)
            // Each round goes on with the store that the one before left.
            var settled = size
            for _ in 0..<rounds {
                let figures = try pipeline.round(
                    Contender.all[0], sales: sales, store: seeded, settled: settled, hasRandomIds: hasRandomIds)
                settled += sales
                result.perSecond.values.append(figures.perSecond)
                result.microseconds.values.append(figures.microseconds)
                result.pssMB.values.append(Double(figures.pss) / 1024)
                result.othersShare.values.append(figures.othersShare)
                show("\(result.title): \(figures)")
            }
            results.append(result)
        }
        let rows = results.map { result in
            [
                result.title, String(format: "%.0f", result.perSecond.median), String(format: "%.1f", result.microseconds.median),
                String(format: "%.0f", result.pssMB.greatest), String(format: "%.0f", result.bytesPerSale),
                String(format: "%.0f %%", result.othersShare.median * 100),
            ]
        }
        let table = Table(rows: [["in the store", "sales/s", "CPU µs", "Pss MB", "bytes each", "others"]] + rows)
        try Saved.report(table, of: results, to: json)
    }
}
