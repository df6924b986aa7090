import Foundation
import TestSupport
import Testing

/// Real processes on a real broker, broken in every way that could be thought of. One at a time, so that each has the machine to itself.
@Suite(.serialized)
struct ChaosTests {
    /// `CHAOS=all` adds those that take their time; `CHAOS_ONLY` names one by a part of its name.
    private static let chosen: [Scenario] = {
        let environment = ProcessInfo.processInfo.environment
        if let word = environment["CHAOS_ONLY"] { return Scenario.all.filter { $0.name.contains(word) } }
        return environment["CHAOS"] == "all" ? Scenario.all : Scenario.all.filter(\.isQuick)
    }()

    @Test(.processes(minutes: 5), arguments: chosen)
    func `the books stand`(after scenario: Scenario) async throws { try await scenario.run() }

    @Test func `scenarios have names of their own`() {
        #expect(Set(Scenario.all.map(\.name)).count == Scenario.all.count)
    }
}

extension Scenario {
    static let all = lifecycles + crashPoints + messages + disks + failingStores + slowDisks + topologies + brokers + networks + restores
}
