import ArgumentParser

/// The benchmarks: ours beside the C limit and what people use instead, on one broker, interleaved.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures the platform beside other programs that do the same.",
        subcommands: [
            PipelineCommand.self, WholeWayCommand.self, LatencyCommand.self, ClientCommand.self, IdleCommand.self, GrowthCommand.self,
            ReadsCommand.self, TablesCommand.self, CheckCommand.self,
        ])
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
