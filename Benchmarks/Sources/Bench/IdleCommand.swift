import ArgumentParser
import Foundation

/// What the services cost while nothing happens.
struct IdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "idle", abstract: "CPU and memory of idle services.")

    @Option(help: "Seconds to watch.") var seconds = 60
    @Option(help: "File for the figures as JSON.") var json: String?

    struct Result: Codable {
        var service: String
        var cpuShare: Double
        var pssMB, rssMB: Double
    }

    func run() async throws {
        let lab = try Lab("idle")
        defer { lab.close() }
        let mart = try Mart(lab)
        defer { mart.close() }
        pause(milliseconds: 10_000)
        let before = mart.programs.mapValues { Usage(of: $0.pid).cpu.seconds }
        pause(milliseconds: UInt32(seconds) * 1000)
        let results = Mart.services.compactMap { name -> Result? in
            guard let program = mart.programs[name] else { return nil }
            return Result(
                service: name, cpuShare: (Usage(of: program.pid).cpu.seconds - (before[name] ?? 0)) / Double(seconds),
                pssMB: Double(Usage.pss(of: program.pid)) / 1024, rssMB: Double(Usage.rss(of: program.pid)) / 1024)
        }
        let rows = results.map {
            [$0.service, String(format: "%.2f %%", $0.cpuShare * 100), String(format: "%.1f", $0.pssMB), String(format: "%.1f", $0.rssMB)]
        }
        try Saved.report(Table(rows: [["idle for \(seconds) s", "CPU", "Pss MB", "RSS MB"]] + rows), of: results, to: json)
    }
}
