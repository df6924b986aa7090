import ArgumentParser
import Foundation

/// Sales wait in the queue; how fast, and at what cost, are they settled, durable and confirmed?
struct PipelineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pipeline", abstract: "Waiting sales, settled and posted.")

    @Option(help: "Sales in each round.") var sales = 50_000
    @Option(help: "Sales in each round of a contender that takes them one by one.") var salesOneByOne = 2_000
    @Option(help: "Rounds, each with every contender.") var rounds = 5
    @Option(help: "Contenders, separated by commas.") var contenders = Contender.all.map(\.name).joined(separator: ",")
    @Option(help: "File for the figures as JSON.") var json: String?

    func run() async throws {
        let chosen = try contenders.split(separator: ",").map { name in
            guard let contender = Contender.all.first(where: { $0.name == name }) else { throw BenchError("no contender \(name)") }
            return contender
        }
        let lab = try Lab("pipeline")
        defer { lab.close() }
        let pipeline = try Pipeline(lab)
        var results: [String: PipelineResult] = [:]
        for round in 1...rounds {
            for contender in chosen {
                let figures = try pipeline.round(contender, sales: contender.isOneByOne ? salesOneByOne : sales)
                results[contender.name, default: PipelineResult(title: contender.title)].add(figures)
                show("round \(round): \(contender.name) \(figures)")
            }
        }
        let figures = chosen.compactMap { results[$0.name] }
        try Saved.report(PipelineResult.table(figures), of: figures, to: json)
    }
}
