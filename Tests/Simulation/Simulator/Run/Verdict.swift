import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A run that broke something, made as short as could be.
public struct Failure: Sendable, CustomStringConvertible {
    public let settings: Simulation.Settings
    public let reason: String
    /// The last things that happened.
    public let trace: [String]

    public var description: String {
        let without = settings.without.map(\.rawValue).sorted().joined(separator: ",")
        let call = "make simulate SEED=\(settings.seed) STEPS=\(settings.steps)\(without.isEmpty ? "" : " WITHOUT=\(without)")"
        return "\(reason)\n  \(call)\n" + trace.map { "    \($0)\n" }.joined()
    }
}

extension Simulation {
    private static let linesOfTrace = 40

    /// Nil if everything holds.
    static func reasonOfFailure(_ settings: Settings, _ counted: ([String: Int]) -> Void = { _ in }) -> (reason: String, step: Int)? {
        var step = 0
        do {
            let simulation = try Simulation(settings)
            defer { step = simulation.step }
            try simulation.run()
            counted(simulation.watch.counts)
            return nil
        } catch {
            return ("\(error)", step)
        }
    }

    /// Runs a seed; a failure is made shorter: fewer steps, and without the faults that do not matter.
    /// - Parameter counted: gets what happened in a run that broke nothing, and how often.
    public static func failure(of settings: Settings, shortened: Bool = true, counted: ([String: Int]) -> Void = { _ in }) -> Failure? {
        guard var found = reasonOfFailure(settings, counted) else { return nil }
        var shortest = settings
        func take(_ candidate: Settings) -> Bool {
            guard candidate != shortest, let failure = reasonOfFailure(candidate) else { return false }
            (shortest, found) = (candidate, failure)
            shortest.steps = min(shortest.steps, failure.step)
            return true
        }
        if shortened {
            shortest.steps = min(settings.steps, found.step)
            for fault in Fault.allCases {
                var candidate = shortest
                candidate.without.insert(fault)
                _ = take(candidate)
            }
            for part in [2, 3, 4, 6, 8] {
                var candidate = shortest
                candidate.steps -= candidate.steps / part
                while take(candidate) { candidate.steps = shortest.steps - shortest.steps / part }
            }
        }
        let traced = try? Simulation(shortest, traced: true)
        try? traced?.run()
        return Failure(settings: shortest, reason: found.reason, trace: (traced?.trace ?? []).suffix(linesOfTrace))
    }

    public struct Outcome: Sendable {
        /// The first that were found, by seed.
        public let failures: [Failure]
        /// What happened, and how often.
        public let counts: [String: Int]
    }

    /// Runs many seeds on all processors.
    public static func run(seeds: Range<UInt64>, steps: Int = usualSteps, without: Set<Fault> = [], atMost limit: Int = 3) -> Outcome {
        let findings = Findings(seeds: seeds, steps: steps, without: without, limit: limit)
        DispatchQueue.concurrentPerform(iterations: ProcessInfo.processInfo.activeProcessorCount) { _ in findings.work() }
        return findings.outcome
    }

    /// The same on threads of its own that give way to everything else on the machine: for a test among others.
    public static func runGivingWay(seeds: Range<UInt64>, steps: Int = usualSteps) async -> Outcome {
        let findings = Findings(seeds: seeds, steps: steps, without: [], limit: 3)
        await withCheckedContinuation { continuation in
            let threads = DispatchGroup()
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                threads.enter()
                let thread = Thread {
                    giveWay()
                    findings.work()
                    threads.leave()
                }
                thread.stackSize = 4 << 20
                thread.start()
            }
            threads.notify(queue: .global()) { continuation.resume() }
        }
        return findings.outcome
    }

    /// On Linux, the priority of a thread is its own.
    private static func giveWay() {
        #if canImport(Glibc)
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
    }
}

/// What several threads find while they take one seed after the other.
private final class Findings: Sendable {
    private let seeds: Range<UInt64>
    private let steps: Int
    private let without: Set<Fault>
    private let limit: Int
    private let next: Mutex<UInt64>
    private let failures = Mutex<[Failure]>([])
    private let counts = Mutex<[String: Int]>([:])

    init(seeds: Range<UInt64>, steps: Int, without: Set<Fault>, limit: Int) {
        (self.seeds, self.steps, self.without, self.limit) = (seeds, steps, without, limit)
        next = Mutex(seeds.lowerBound)
    }

    func work() {
        while failures.withLock({ $0.count }) < limit, let seed = takeSeed() {
            var settings = Simulation.Settings(seed: seed, steps: steps)
            settings.without = without
            let failure = Simulation.failure(of: settings) { run in counts.withLock { $0.merge(run, uniquingKeysWith: +) } }
            if let failure { failures.withLock { $0.append(failure) } }
        }
    }

    private func takeSeed() -> UInt64? {
        next.withLock { next in
            if next == seeds.upperBound { return nil }
            defer { next += 1 }
            return next
        }
    }

    var outcome: Simulation.Outcome {
        Simulation.Outcome(
            failures: failures.withLock { $0 }.sorted { $0.settings.seed < $1.settings.seed }, counts: counts.withLock { $0 })
    }
}
