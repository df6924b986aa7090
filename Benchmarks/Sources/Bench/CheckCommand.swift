import ArgumentParser
import Foundation

/// Counts that do not depend on the machine, against their thresholds: what `make bench-check` compares.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: "Counts per sale, against thresholds.")

    @Option(help: "File with the thresholds.") var thresholds = "Benchmarks/thresholds.json"

    private static let few = 2_000
    private static let many = 6_000
    private static let batch = 1_000
    private static let process = "$s5Store14BatchProcessorC7processyAC9CommittedVSay9Messaging8IncomingVGKF"

    func run() async throws {
        let limits = try JSONDecoder().decode([String: Double].self, from: Data(contentsOf: URL(fileURLWithPath: thresholds)))
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-check-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Valgrind cannot read the compiler's debugging information.
        let program = folder.appendingPathComponent("settle-loop").path
        try Program.run([
            "/usr/bin/strip", "-g", "-o", program, Lab.root.appendingPathComponent("Benchmarks/.build/release/settle-loop").path,
        ])

        func loop(_ count: Int) -> [String] { [program, "\(count)", "\(Self.batch)", folder.appendingPathComponent("store").path] }
        /// By how much a count grows per sale: what starting costs falls out.
        func perSale(_ count: (Int) throws -> Double) throws -> Double {
            (try count(Self.many) - count(Self.few)) / Double(Self.many - Self.few)
        }
        let found: [(name: String, value: Double)] = [
            (
                "instructionsPerSale",
                try perSale { count in
                    let valgrind = ["/usr/bin/valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"]
                    let output = try Program.run(valgrind + ["--toggle-collect=\(Self.process)"] + loop(count))
                    return try Self.number(after: "Collected :", in: output)
                }
            ),
            (
                "systemCallsPerSale",
                try perSale {
                    try Self.systemCalls(named: nil, in: Program.run(["/usr/bin/strace", "-f", "-c", "-U", "calls,name"] + loop($0)))
                }
            ),
            (
                "syncsPerBatch",
                try perSale {
                    try Self.systemCalls(
                        named: "fdatasync", in: Program.run(["/usr/bin/strace", "-f", "-c", "-U", "calls,name"] + loop($0)))
                } * Double(Self.batch)
            ),
        ]
        var isFine = true
        var rows = [["count", "found", "limit", ""]]
        for (name, value) in found {
            let limit = limits[name] ?? 0
            let holds = value <= limit
            isFine = isFine && holds
            rows.append([name, String(format: "%.2f", value), String(format: "%.2f", limit), holds ? "" : "OVER"])
        }
        report(Table(rows: rows).text)
        if !isFine { throw ExitCode(1) }
    }

    private static func number(after word: String, in output: String) throws -> Double {
        guard let line = output.split(separator: "\n").last(where: { $0.contains(word) }),
            let number = line.components(separatedBy: word).last.flatMap({ Double($0.trimmingCharacters(in: .whitespaces)) })
        else { throw BenchError("no '\(word)' in: \(output.suffix(2000))") }
        return number
    }

    /// - Parameter name: nil for all.
    private static func systemCalls(named name: String?, in output: String) throws -> Double {
        let wanted = name ?? "total"
        let line = output.split(separator: "\n").last { $0.split(separator: " ").last.map(String.init) == wanted }
        guard let line, let number = line.split(separator: " ").first.flatMap({ Double($0) }) else {
            if name != nil { return 0 }
            throw BenchError("strace said: \(output.suffix(2000))")
        }
        return number
    }
}
