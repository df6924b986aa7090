import ArgumentParser
import Foundation

/// The tables of saved figures, as they stand in docs/performance.md.
struct TablesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tables", abstract: "Saved figures as tables in Markdown.")

    @Argument(help: "Folder with the figures.") var folder = "var/bench/results"

    private struct File: Decodable {
        var machine: Machine
        var table: [[String]]
    }

    func run() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted()
        for name in files {
            let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            show("\(name.dropLast(5)), \(file.machine)\n\n\(Table(rows: file.table).markdown)\n")
        }
    }
}
