import Foundation
import SaleMaker

/// Rounds of one contender after the other over the same queues.
final class Pipeline {
    private static let input = "settlement.events"
    private static let output = "bench.posted"

    private let lab: Lab
    /// Settlement's store, with nothing in it.
    let empty: URL
    private var sales: SaleMaker

    /// Has Settlement make the topology and an empty store, which every contender then starts from.
    init(_ lab: Lab) throws {
        self.lab = lab
        empty = lab.folder.appendingPathComponent("empty")
        let service = try lab.startService("settlement", data: empty)
        try service.awaitReady()
        service.end()
        sales = SaleMaker(startMilliseconds: Int64(Date().timeIntervalSince1970 * 1000), seed: 1)
        try lab.withChannel { channel in
            try channel.declareQueue(Self.output, arguments: ["x-queue-type": "quorum"])
            try channel.bindQueue(Self.output, exchange: "mart.events", routingKey: "settlement.#")
        }
        // A queue of less than about a second may not survive the broker's first load (platform facts).
        pause(milliseconds: 2000)
    }

    struct Figures: CustomStringConvertible {
        var perSecond, microseconds, brokerMicroseconds, othersShare: Double
        var pss: Int

        var description: String {
            String(
                format: "%.0f/s, %.1f µs, broker %.1f µs, others %.0f %%, Pss %.0f MB", perSecond, microseconds, brokerMicroseconds,
                othersShare * 100, Double(pss) / 1024)
        }
    }

    /// - Parameters:
    ///   - store: where to go on; a new one if nil.
    ///   - settled: sales that are in it.
    func round(_ contender: Contender, sales count: Int, store: URL? = nil, settled: Int = 0, hasRandomIds: Bool = false) throws -> Figures
    {
        let folder = store ?? lab.folder.appendingPathComponent("store-\(contender.name)")
        if store == nil {
            try? FileManager.default.removeItem(at: folder)
            try FileManager.default.copyItem(at: empty, to: folder)
        }
        try lab.withChannel { channel in
            try channel.purgeQueue(Self.input)
            try channel.purgeQueue(Self.output)
        }
        sales.hasRandomIds = hasRandomIds
        try lab.fill(count, &sales)
        lab.awaitQuiet()
        let program = try contender.start(in: lab, store: folder)
        let figures = try measure(program, count)
        program.end()
        try Store.verify(folder.appendingPathComponent("settlement.sqlite"), sales: settled + count)
        return figures
    }

    /// From the first tenth to the end, so that nobody is charged for starting.
    private func measure(_ program: Program, _ count: Int) throws -> Figures {
        try lab.withChannel { channel in
            var (pss, polls) = (0, 0)
            func posted(atLeast wanted: Int) throws -> Int {
                let deadline = ContinuousClock.now + .seconds(300)
                while ContinuousClock.now < deadline {
                    let found = try Int(channel.declareQueue(Self.output, passive: true).messageCount)
                    if found >= wanted { return found }
                    // Reading it costs the process time, so not at every look.
                    if polls % 25 == 0 { pss = max(pss, Usage.pss(of: program.pid)) }
                    polls += 1
                    if !program.isRunning { throw BenchError("the contender ended: \(program.logTail)") }
                    pause(milliseconds: 10)
                }
                throw BenchError(
                    "only \(try channel.declareQueue(Self.output, passive: true).messageCount) of \(count) came: \(program.logTail)")
            }
            let begin = try posted(atLeast: count / 10)
            let before = (ContinuousClock.now, Usage(of: program.pid), Usage(of: lab.brokerPid), Usage.machine)
            let end = try posted(atLeast: count)
            let after = (ContinuousClock.now, Usage(of: program.pid), Usage(of: lab.brokerPid), Usage.machine)
            let messages = Double(end - begin)
            let seconds = (after.0 - before.0).seconds
            let own = (after.1.cpu - before.1.cpu).seconds
            let broker = (after.2.cpu - before.2.cpu).seconds
            let machine = (after.3 - before.3).seconds
            return Figures(
                perSecond: messages / seconds, microseconds: own / messages * 1e6, brokerMicroseconds: broker / messages * 1e6,
                othersShare: max(0, machine - own - broker) / seconds / Double(Machine.processors),
                pss: max(pss, Usage.pss(of: program.pid)))
        }
    }
}

struct PipelineResult: Codable {
    var title: String
    var perSecond = Series()
    var microseconds = Series()
    var brokerMicroseconds = Series()
    var othersShare = Series()
    var pssMB = Series()

    init(title: String) { self.title = title }

    mutating func add(_ figures: Pipeline.Figures) {
        perSecond.values.append(figures.perSecond)
        microseconds.values.append(figures.microseconds)
        brokerMicroseconds.values.append(figures.brokerMicroseconds)
        othersShare.values.append(figures.othersShare)
        pssMB.values.append(Double(figures.pss) / 1024)
    }

    /// CPU of the contender and the broker together: where all processors are busy, this decides the rate.
    var sum: Double { microseconds.median + brokerMicroseconds.median }

    static func table(_ results: [PipelineResult]) -> Table {
        let limit = results.first { $0.title == "C limit" }
        let head = ["", "sales/s", "least…most", "of C", "CPU µs", "broker µs", "C's sum of both / its own", "Pss MB", "others"]
        return Table(
            rows: [head]
                + results.map { result in
                    [
                        result.title, String(format: "%.0f", result.perSecond.median),
                        String(format: "%.0f…%.0f", result.perSecond.least, result.perSecond.greatest),
                        limit.map { String(format: "%.3f", result.perSecond.median / $0.perSecond.median) } ?? "",
                        String(format: "%.1f", result.microseconds.median), String(format: "%.1f", result.brokerMicroseconds.median),
                        limit.map { String(format: "%.3f", $0.sum / result.sum) } ?? "",
                        String(format: "%.0f", result.pssMB.greatest), String(format: "%.0f %%", result.othersShare.median * 100),
                    ]
                })
    }
}
