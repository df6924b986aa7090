import Primitives

/// What a run is made of; follows from the seed and from what is left out.
struct Plan {
    let faults: Set<Fault>
    /// A fault happens once in so many steps, on average.
    let rarity: UInt64
    /// Steps between commands, on average.
    let pace: UInt64
    /// Most deliveries in one transaction.
    let batch: Int
    let prefetch: Int
    /// Or with nothing at all: not even queues.
    let beginsWithMart: Bool
    /// The mart's part in percent by the day from which it holds, the latest first; none: what is built in.
    let rates: [(from: BusinessDate, percent: Int64)]
    /// How far each service's clock is ahead, in milliseconds.
    let clockOffsets: [Int64]
    /// Of what happens to clocks.
    let clockSeed: UInt64
    /// The service that may be restored.
    let restored: Int
    /// So many steps after its backup, at the latest.
    let restoredAfter: Int

    /// A `MART_RULES` file that says so.
    var rules: String? {
        if rates.isEmpty { return nil }
        return "{\"rates\":[" + rates.map { "{\"validFrom\":\"\($0.from)\",\"percent\":\($0.percent)}" }.joined(separator: ",") + "]}"
    }

    init(_ random: inout SplitMix64, from start: BusinessDate, without: Set<Fault>) {
        var faults: Set<Fault> = []
        // Drawn for every fault, so that leaving one out leaves the others as they are.
        for fault in Fault.allCases where fault != .wildClock && random.below(5) < 2 { faults.insert(fault) }
        // Nine processes die of each.
        if random.below(2) == 0 { faults.remove(.deadly) }
        // Of a copy: everything else stays as it was.
        var more = random
        let clocks = more.next()
        if more.below(3) == 0 { faults.insert(.wildClock) }
        clockSeed = clocks
        self.faults = faults.subtracting(without)
        rarity = 8 << random.below(4)
        pace = 2 + random.below(3)
        batch = [1, 4, 20, 100][Int(random.below(4))]
        prefetch = [1, 3, 20, 200][Int(random.below(4))]
        beginsWithMart = random.below(4) > 0
        var offsets: [Int64] = []
        for _ in 0..<4 { offsets.append((Int64(random.below(60)) - 10) * 3_600_000) }
        var rates: [(from: BusinessDate, percent: Int64)] = []
        // One that comes soon, and one that years bring.
        for days in [1 + Int(random.below(3)), 30] { rates.insert((start.adding(days: days), Int64(random.below(11))), at: 0) }
        self.rates = random.below(2) == 0 ? rates : []
        clockOffsets = self.faults.contains(.clocks) ? offsets : [0, 0, 0, 0]
        more = random
        restored = Int(more.below(4))
        restoredAfter = 10 + Int(more.below(80))
    }
}
