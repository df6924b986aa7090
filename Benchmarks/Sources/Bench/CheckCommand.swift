import ArgumentParser
import Foundation
import RabbitMQ

/// Counts that do not depend on the machine, against their thresholds: what `make bench-check` compares.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: "Counts per message, against thresholds.")

    @Option(help: "File with the thresholds.") var thresholds = "Benchmarks/thresholds.json"

    private static let batch = 1_000
    private static let process = "$s16ServiceFramework14BatchProcessorC7processyAC9CommittedVSay9Messaging8IncomingCGKF"

    func run() async throws {
        let limits = try JSONDecoder().decode([String: Double].self, from: Data(contentsOf: URL(fileURLWithPath: thresholds)))
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-check-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var isFine = true
        var rows = [["count", "found", "limit", ""]]
        for (name, value) in try writer(folder) + client(folder) {
            let limit = limits[name] ?? 0
            let holds = value <= limit
            isFine = isFine && holds
            rows.append([name, String(format: "%.2f", value), String(format: "%.2f", limit), holds ? "" : "OVER"])
        }
        show(Table(rows: rows).text)
        if !isFine { throw ExitCode(1) }
    }

    private typealias Count = (name: String, value: Double)

    /// The writer alone, on sales.
    private func writer(_ folder: URL) throws -> [Count] {
        let program = try stripped("settle-loop", in: folder)
        func loop(_ count: Int) -> [String] { [program, "\(count)", "\(Self.batch)", folder.appendingPathComponent("store").path] }
        return [
            ("instructionsPerSale", try Counting.each { try Counting.instructions(in: Self.process, loop($0)) }),
            ("systemCallsPerSale", try Counting.each { try Counting.systemCalls(loop($0)) }),
            ("syncsPerBatch", try Counting.each { try Counting.systemCalls(named: "fdatasync", loop($0)) } * Double(Self.batch)),
        ]
    }

    /// The client alone, on a broker.
    private func client(_ folder: URL) throws -> [Count] {
        let program = try stripped("client-load", in: folder)
        let lab = try Lab("check")
        defer { lab.close() }
        let queue = "bench.client"
        try lab.withChannel { _ = try $0.declareQueue(queue, arguments: ["x-queue-type": "quorum"]) }
        pause(milliseconds: 2000)
        func load(_ kind: String, _ count: Int) -> [String] { [program, lab.amqpURL, kind, queue, "\(count)", "512"] }
        var counts: [Count] = []
        for kind in ["publish", "consume"] {
            let tools: [(name: String, count: ([String]) throws -> Double)] = [
                ("allocations", { try Counting.allocations($0) }), ("systemCalls", { try Counting.systemCalls($0) }),
            ]
            for (name, count) in tools {
                let value = try Counting.each(few: 5_000, many: 25_000) { messages in
                    try lab.withChannel { _ = try $0.purgeQueue(queue) }
                    if kind == "consume" { try Program.run(load("publish", messages)) }
                    return try count(load(kind, messages))
                }
                counts.append(("\(name)Per\(kind.capitalized)", value))
            }
        }
        return counts
    }

    /// A copy of a program of ours without the compiler's debugging information, which valgrind cannot read.
    private func stripped(_ name: String, in folder: URL) throws -> String {
        let copy = folder.appendingPathComponent(name).path
        try Program.run(["/usr/bin/strip", "-g", "-o", copy, Lab.program(name)])
        return copy
    }
}
