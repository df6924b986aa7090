import ArgumentParser
import Foundation
import Simulator

/// `make simulate`: a thousand bad years in a minute, or one seed again.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Runs the whole platform with simulated faults, seed by seed (docs/simulation.md).")

    @Option(help: "Run this seed alone, and show what happens.")
    var seed: UInt64?

    @Option(help: "Steps of a run before everything is mended.")
    var steps = Simulation.usualSteps

    @Option(help: "How many seeds to run.")
    var seeds: UInt64 = 1000

    @Option(help: "The first of them.")
    var first: UInt64 = 1

    @Flag(help: "Say what happened, and how often.")
    var counts = false

    @Option(help: "Faults to leave out, joined by commas.")
    var without = ""

    @Option(help: "Write what each run leaves behind into this folder, to be compared with another revision by diff -r.")
    var record: String?

    func run() throws {
        var left: Set<Fault> = []
        for word in without.split(separator: ",") {
            guard let fault = Fault(rawValue: String(word)) else {
                throw ValidationError("\(word) is none of \(Fault.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            left.insert(fault)
        }
        if let record {
            for seed in seed.map({ $0..<$0 + 1 }) ?? first..<first + seeds {
                var settings = Simulation.Settings(seed: seed, steps: steps)
                settings.without = left
                try Simulation.record(settings, into: record)
            }
            return
        }
        let started = ContinuousClock.now
        let failures: [Failure]
        if let seed {
            var settings = Simulation.Settings(seed: seed, steps: steps)
            settings.without = left
            failures = Simulation.failure(of: settings).map { [$0] } ?? []
        } else {
            let outcome = Simulation.run(seeds: first..<first + seeds, steps: steps, without: left)
            failures = outcome.failures
            if counts { for word in outcome.counts.keys.sorted() { print("\(outcome.counts[word] ?? 0)\t\(word)") } }
        }
        for failure in failures { print(failure) }
        let count = seed == nil ? "\(seeds) seeds from \(first)" : "seed \(seed ?? 0)"
        print("\(count), \(steps) steps each, \(started.duration(to: .now)): \(failures.isEmpty ? "every law held" : "BROKEN")")
        if !failures.isEmpty { throw ExitCode.failure }
    }
}
