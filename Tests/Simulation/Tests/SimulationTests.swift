import Simulator
import Testing

@Suite("The simulator")
struct SimulationTests {
    @Test("200 seeds of trade and faults break no law, come to rest, and end as the model does")
    func seeds() async {
        let outcome = await Simulation.runGivingWay(seeds: 1..<201, steps: 150)
        #expect(outcome.failures.isEmpty, "\(outcome.failures)")
        // A simulation in which nothing is sold proves nothing.
        let least = [
            "event consignment.sale-recorded": 1500, "event settlement.settlement-reversed": 600, "event catalog.product-held": 500,
            "event catalog.mart-closed": 50, "event consignment.goods-written-off": 100, "died amid a transaction": 50,
            "parked as poison": 3, "set aside": 50, "clock accepted": 3, "fault wild-clock": 200, "restored catalog": 5,
            "restored permits": 5, "restored consignment": 3, "restored settlement": 5,
        ]
        for (what, count) in least { #expect(outcome.counts[what] ?? 0 >= count, "\(what): \(outcome.counts[what] ?? 0)") }
    }

    @Test("the same seed gives the same run")
    func determinism() throws {
        for seed in [3, 14, 159] as [UInt64] {
            let runs = try (0..<2).map { _ in
                let run = try Simulation(Simulation.Settings(seed: seed, steps: 150), traced: true)
                try run.run()
                return run.trace
            }
            #expect(runs[0].count > 100)
            #expect(runs[0] == runs[1])
        }
    }
}
