import ArgumentParser
import Foundation
import Logging
import RabbitMQ

/// The client alone beside C: confirmed publishes by window, deliveries by prefetch.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "client", abstract: "The client library alone, beside C.")

    @Option(help: "Messages in each round.") var messages = 50_000
    @Option(help: "Bytes of each.") var bytes = 1024
    @Option var rounds = 5
    @Option(help: "File for the figures as JSON.") var json: String?

    private static let windows = [1, 64, 512, 1024]
    private static let prefetches = [64, 512, 2000]

    struct Result: Codable {
        var title: String
        var c = Series(), ours = Series(), cMicroseconds = Series(), microseconds = Series()
    }

    func run() async throws {
        let lab = try Lab("client")
        defer { lab.close() }
        try lab.withChannel { _ = try $0.declareQueue("bench.client", arguments: ["x-queue-type": "quorum"]) }
        pause(milliseconds: 2000)
        var results: [Result] = []
        for window in Self.windows {
            // One at a time, a round trip each: fewer will do.
            let count = window == 1 ? messages / 25 : messages
            results.append(try measure("publish, window \(window)", lab, "publish", count, window))
        }
        for prefetch in Self.prefetches {
            results.append(try measure("consume, prefetch \(prefetch)", lab, "consume", messages, prefetch))
        }
        let rows = results.map { result in
            [
                result.title, String(format: "%.0f", result.ours.median), String(format: "%.0f", result.c.median),
                String(format: "%.2f", result.ours.median / result.c.median), String(format: "%.1f", result.microseconds.median),
                String(format: "%.1f", result.cMicroseconds.median),
            ]
        }
        let table = Table(rows: [["client alone", "ours/s", "C/s", "of C", "CPU µs", "C's µs"]] + rows)
        try Saved.report(table, of: results, to: json)
    }

    private func measure(_ title: String, _ lab: Lab, _ kind: String, _ count: Int, _ window: Int) throws -> Result {
        var result = Result(title: title)
        for _ in 0..<rounds {
            for isOurs in [true, false] {
                try lab.withChannel { _ = try $0.purgeQueue("bench.client") }
                if kind == "consume" { _ = try load(lab, "publish", count, 1024) }
                lab.awaitQuiet()
                let figures = try isOurs ? load(lab, kind, count, window) : loadC(lab, kind, count, window)
                if isOurs {
                    result.ours.values.append(figures[0])
                    result.microseconds.values.append(figures[1])
                } else {
                    result.c.values.append(figures[0])
                    result.cMicroseconds.values.append(figures[1])
                }
            }
        }
        show("\(title): \(result.ours.values) C \(result.c.values)")
        return result
    }

    private func load(_ lab: Lab, _ kind: String, _ count: Int, _ window: Int) throws -> [Double] {
        try figures([Lab.program("client-load"), lab.amqpURL, kind, "bench.client", "\(count)", "\(window)", "\(bytes)"])
    }

    private func loadC(_ lab: Lab, _ kind: String, _ count: Int, _ window: Int) throws -> [Double] {
        try figures([Lab.built("c-client"), "127.0.0.1", "\(lab.port)", kind, "bench.client", "\(count)", "\(window)", "\(bytes)"])
    }

    private func figures(_ command: [String]) throws -> [Double] {
        let output = try Program.run(command)
        let numbers = output.split(separator: " ").compactMap { Double($0) }
        guard numbers.count == 2 else { throw BenchError("\(command[0]) said: \(output)") }
        return numbers
    }
}
