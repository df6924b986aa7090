import Simulator
import Testing

@Suite("The simulator")
struct SimulationTests {
    @Test("200 seeds of trade and faults break no law, come to rest, and end as the model does")
    func seeds() {
        let outcome = Simulation.run(seeds: 1..<201, steps: 300)
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        // A simulation in which nothing is sold proves nothing.
        let least = ["event consignment.sale-recorded": 400, "event settlement.settlement-reversed": 50, "event catalog.product-held": 50]
        for (what, count) in least { #expect(outcome.counts[what] ?? 0 >= count, "\(what): \(outcome.counts[what] ?? 0)") }
    }

    @Test("the same seed gives the same run")
    func determinism() throws {
        for seed in [3, 14, 159] as [UInt64] {
            let runs = try (0..<2).map { _ in
                let run = try Simulation(Simulation.Settings(seed: seed, steps: 300), traced: true)
                try run.run()
                return run.trace
            }
            #expect(runs[0].count > 100)
            #expect(runs[0] == runs[1])
        }
    }
}
