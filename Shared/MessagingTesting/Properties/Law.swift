import Foundation

/// Something that holds for every case, tried on many generated ones.
///
///     #expect(Law.broken(seed: 1, of: { $0.amount(upTo: 1_000) }) { net in
///         Split(of: Rupiah(net), at: .standard).net == Rupiah(net) ? nil : "the split changes the amount"
///     } == nil)
///
/// `LAW_CASES` and `LAW_SEED` in the environment try more cases than usual, and others.
public enum Law {
    /// A case that breaks a law, as small as it could be made.
    public struct Counterexample<Case>: CustomStringConvertible {
        public let seed: UInt64
        /// Which of the generated cases it comes from, from 0.
        public let index: Int
        public let reason: String
        public let value: Case
        /// Replays it: `Choices(replaying:)`.
        public let choices: [UInt64]

        public var description: String {
            "seed \(seed), case \(index): \(reason)\n\(value)\nchoices \(choices)"
        }
    }

    /// Runs that making a counterexample smaller may cost.
    private static let shrinkingRuns = 4000

    public static let usualCases = ProcessInfo.processInfo.environment["LAW_CASES"].flatMap { Int($0) } ?? 10_000
    private static let addedSeed = ProcessInfo.processInfo.environment["LAW_SEED"].flatMap { UInt64($0) } ?? 0

    /// What breaks the law, for an expectation; nil if nothing was found.
    public static func broken<Case>(
        cases: Int = usualCases, seed: UInt64, of generate: @escaping (inout Choices) throws -> Case,
        law: @escaping (Case) throws -> String?
    ) -> String? {
        counterexample(cases: cases, seed: seed &+ addedSeed, of: generate, law: law)?.description
    }

    /// Tries `cases` cases; the first that breaks the law is made smaller and given back.
    /// - Parameters:
    ///   - generate: makes a case from choices, and from nothing else.
    ///   - law: why the case breaks it; nil if it holds. What it throws breaks it too.
    public static func counterexample<Case>(
        cases: Int = usualCases, seed: UInt64, of generate: @escaping (inout Choices) throws -> Case,
        law: @escaping (Case) throws -> String?
    ) -> Counterexample<Case>? {
        for index in 0..<cases {
            // Neighbouring seeds of SplitMix64 are as good as far ones.
            var choices = Choices(seed: seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
            if let found = attempt(&choices, generate, law) {
                var search = Shrinking(choices: choices.drawn, found: found, generate: generate, law: law)
                search.run(limit: shrinkingRuns)
                return Counterexample(
                    seed: seed, index: index, reason: search.found.reason, value: search.found.value, choices: search.choices)
            }
        }
        return nil
    }

    fileprivate static func attempt<Case>(
        _ choices: inout Choices, _ generate: (inout Choices) throws -> Case, _ law: (Case) throws -> String?
    ) -> (value: Case, reason: String)? {
        // A case that cannot be generated is none.
        guard let value = try? generate(&choices) else { return nil }
        do {
            return try law(value).map { (value, $0) }
        } catch {
            return (value, "\(error)")
        }
    }
}

/// Looks for a smaller list of choices that breaks the law too.
private struct Shrinking<Case> {
    var choices: [UInt64]
    var found: (value: Case, reason: String)
    let generate: (inout Choices) throws -> Case
    let law: (Case) throws -> String?
    private var runs = 0

    init(
        choices: [UInt64], found: (value: Case, reason: String), generate: @escaping (inout Choices) throws -> Case,
        law: @escaping (Case) throws -> String?
    ) {
        (self.choices, self.found, self.generate, self.law) = (choices, found, generate, law)
    }

    mutating func run(limit: Int) {
        var last: [UInt64]
        repeat {
            last = choices
            for length in [16, 8, 4, 2, 1] { takeOut(length, limit) }
            for index in choices.indices { makeSmaller(index, limit) }
        } while choices != last && runs < limit
    }

    private mutating func takeOut(_ length: Int, _ limit: Int) {
        var start = choices.count - length
        while start >= 0, runs < limit {
            var fewer = choices
            fewer.removeSubrange(start..<start + length)
            accept(fewer)
            start = min(start - 1, choices.count - length)
        }
    }

    private mutating func makeSmaller(_ index: Int, _ limit: Int) {
        while runs < limit, index < choices.count, choices[index] > 0 {
            let candidates = [0, choices[index] / 2, choices[index] - 1]
            let isSmaller = candidates.contains { candidate in
                var smaller = choices
                smaller[index] = candidate
                return accept(smaller)
            }
            if !isSmaller { return }
        }
    }

    @discardableResult
    private mutating func accept(_ candidate: [UInt64]) -> Bool {
        runs += 1
        var replayed = Choices(replaying: candidate)
        guard let smaller = Law.attempt(&replayed, generate, law) else { return false }
        // What the generator did not ask for is left out.
        let drawn = replayed.drawn.count < candidate.count ? replayed.drawn : candidate
        if drawn.count > choices.count || (drawn.count == choices.count && !drawn.lexicographicallyPrecedes(choices)) { return false }
        (choices, found) = (drawn, smaller)
        return true
    }
}
