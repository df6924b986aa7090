import Primitives
import Testing

/// Clocks that are wrong, read by the pure machine: what time it is for business, and whether the clock is believed.
struct BelievedTimeTests {
    private static let day: Int64 = 86_400_000
    private static let hour: Int64 = 3_600_000

    /// A process on a machine whose true time passes, and whose system's clock says what it is told to.
    private struct Process {
        var time: BelievedTime
        var elapsed: Int64 = 5000

        init(_ system: String, floor: String? = nil, presumed: Bool = false, remembered: String? = nil, given: String? = nil) {
            var memory = BelievedTime.Memory(floor: floor.map(instant))
            memory.isPresumed = presumed
            memory.given = remembered.map(instant)
            var bounds = BelievedTime.Bounds()
            bounds.builtOn = BusinessDate("2026-01-01")!
            time = BelievedTime(
                memory, given: given.map(instant), bounds: bounds, at: ClockReading(system: instant(system), elapsed: elapsed))
        }

        /// So much time passes, and then the system's clock says this.
        mutating func read(_ system: String, after milliseconds: Int64) -> String {
            elapsed += milliseconds
            time.read(ClockReading(system: instant(system), elapsed: elapsed))
            return said
        }

        var said: String { "\(time.now) \(time.verdict.rawValue)" }
    }

    @Test func `business time is the system's`() {
        var process = Process("2026-11-28T02:00:00Z", floor: "2026-11-27T10:00:00Z")
        #expect(process.said == "2026-11-28T02:00:00Z believed")
        #expect(process.read("2026-11-28T02:00:01Z", after: 1000) == "2026-11-28T02:00:01Z believed")
        #expect(process.time.takeLeap() == nil, "a night is nothing to speak of")
    }

    @Test func `a machine without a battery boots in 1970 and is corrected a minute later`() {
        var process = Process("1970-01-01T00:00:10Z", floor: "2026-11-27T10:00:00Z")
        #expect(process.said == "2026-11-27T10:00:00Z behind")
        #expect(process.read("1970-01-01T00:01:10Z", after: 60_000) == "2026-11-27T10:01:00Z behind")
        #expect(process.read("2026-12-08T02:00:00Z", after: 1000) == "2026-12-08T02:00:00Z believed")
        #expect(process.time.takeLeap()?.ground == .start, "eleven days of rest are said")
        #expect(process.read("2026-12-08T02:00:05Z", after: 5000) == "2026-12-08T02:00:05Z believed")
    }

    @Test func `a clock that is corrected to before the floor is overtaken, not obeyed`() {
        var process = Process("2026-11-28T02:00:00Z", floor: "2026-11-28T01:00:00Z")
        #expect(process.read("2026-11-27T22:00:00Z", after: 60_000) == "2026-11-28T02:01:00Z believed")
        #expect(process.read("2026-11-28T02:00:59Z", after: Self.hour) == "2026-11-28T03:01:00Z believed")
        #expect(process.read("2026-11-28T03:01:01Z", after: 0) == "2026-11-28T03:01:01Z believed")
    }

    @Test(arguments: [
        ("2026-12-01T00:00:00Z", true), ("2027-01-29T23:59:59Z", true), ("2027-01-30T00:00:00Z", true), ("2027-01-30T00:00:01Z", false),
        ("2027-12-01T00:00:00Z", false), ("2081-12-01T00:00:00Z", false), ("9999-12-31T23:59:59Z", false),
    ])
    func `between two starts, 60 days are believed`(system: String, isBelieved: Bool) {
        var process = Process(system, floor: "2026-12-01T00:00:00Z")
        #expect(process.time.verdict == (isBelieved ? .believed : .ahead))
        #expect(process.time.now == instant(isBelieved ? system : "2026-12-01T00:00:00Z"))
        #expect((process.time.takeLeap() != nil) == (isBelieved && system.hasPrefix("2027")))
    }

    @Test(arguments: [
        ("2026-12-01T01:00:00Z", true), ("2026-12-02T01:00:00Z", true), ("2026-12-02T01:00:00.001Z", false),
        ("2026-12-20T00:00:00Z", false),
        ("2081-12-01T00:00:00Z", false),
    ])
    func `while running, a day beyond elapsed time is believed`(system: String, isBelieved: Bool) {
        var process = Process("2026-12-01T00:00:00Z", floor: "2026-11-30T00:00:00Z")
        let said = process.read(system, after: Self.hour)
        #expect(said == (isBelieved ? "\(system) believed" : "2026-12-01T01:00:00Z ahead"))
    }

    @Test func `an idle or sleeping machine has no leap, for its elapsed time goes on`() {
        var process = Process("2026-12-01T00:00:00Z")
        #expect(process.read("2027-03-01T00:00:00Z", after: 90 * Self.day) == "2027-03-01T00:00:00Z believed")
        #expect(process.time.takeLeap() == nil)
    }

    @Test func `a clock that was wrong once is not wrong for ever, and its leap heals by itself`() {
        var process = Process("2026-12-01T00:00:00Z")
        #expect(process.read("2081-12-01T00:00:00Z", after: 1000) == "2026-12-01T00:00:01Z ahead")
        #expect(process.read("2081-12-01T05:00:00Z", after: 5 * Self.hour) == "2026-12-01T05:00:01Z ahead")
        #expect(process.read("2026-12-01T05:00:02Z", after: 1000) == "2026-12-01T05:00:02Z believed")
        #expect(process.time.takeLeap() == nil)
        // Also at a start, however long it takes.
        var next = Process("2081-12-01T00:00:00Z", floor: "2026-12-01T00:00:00Z")
        #expect(next.read("2081-12-04T00:00:00Z", after: 3 * Self.day) == "2026-12-04T00:00:00Z ahead")
        #expect(next.read("2026-12-24T00:00:00Z", after: 0) == "2026-12-24T00:00:00Z believed")
        #expect(next.read("2026-12-26T00:00:00Z", after: 0) == "2026-12-24T00:00:00Z ahead", "by now it is running")
    }

    @Test func `a clock that cannot decide moves business time by nothing but elapsed time`() {
        var process = Process("2026-12-01T00:00:00Z")
        for turn in 1...1000 as ClosedRange<Int64> {
            let system = ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2026-11-30T00:00:00Z"][Int(turn % 3)]
            _ = process.read(system, after: 1000)
            #expect(process.time.now == instant("2026-12-01T00:00:00Z").adding(milliseconds: turn * 1000))
        }
    }

    @Test func `a person accepts a leap, and never a way back`() {
        var process = Process("2027-12-01T00:00:00Z", floor: "2026-12-01T00:00:00Z")
        process.time.accept(instant("2027-12-01T00:00:00Z"))
        #expect(process.said == "2027-12-01T00:00:00Z believed")
        #expect(process.time.takeLeap()?.ground == .accepted)
        #expect(process.read("2027-12-01T00:00:01Z", after: 1000) == "2027-12-01T00:00:01Z believed")
        process.time.accept(instant("2026-12-05T00:00:00Z"))
        #expect(process.said == "2027-12-01T00:00:01Z believed")
        #expect(process.read("2028-12-01T00:00:00Z", after: 1000) == "2027-12-01T00:00:02Z ahead", "the next leap is another one")
    }

    // MARK: A new store

    @Test(arguments: [
        ("2025-12-31T15:59:59Z", false), ("2025-12-31T16:00:00Z", true), ("2026-02-05T00:00:00Z", true), ("2045-12-31T16:00:00Z", true),
        ("2045-12-31T16:00:01Z", false), ("1970-01-01T00:00:00Z", false), ("2081-01-01T00:00:00Z", false),
    ])
    func `a new store believes clocks from the build date on, for twenty years`(system: String, isBelieved: Bool) {
        let process = Process(system)
        #expect(process.time.verdict == (isBelieved ? .believed : .unknown))
        #expect(process.time.isPresumed == !isBelieved)
        #expect(process.time.now == instant(isBelieved ? system : "2025-12-31T16:00:00Z"))
    }

    @Test func `a new store without a clock reckons from the build date, and believes the first clock that can be right`() {
        var process = Process("1970-01-01T00:00:00Z")
        #expect(process.read("1970-01-02T00:00:00Z", after: Self.day) == "2026-01-01T16:00:00Z unknown")
        #expect(process.time.isPresumed)
        #expect(process.read("2031-06-01T00:00:00Z", after: 1000) == "2031-06-01T00:00:00Z believed")
        #expect(!process.time.isPresumed && process.time.takeLeap() == nil)
        // Nor does the next process take for known what was only reckoned.
        var next = Process("2031-06-01T00:00:00Z", floor: "2026-01-01T16:00:00Z", presumed: true)
        #expect(next.said == "2031-06-01T00:00:00Z believed")
        next = Process("2081-06-01T00:00:00Z", floor: "2026-01-01T16:00:00Z", presumed: true)
        #expect(next.said == "2026-01-01T16:00:00Z unknown")
    }

    // MARK: MART_NOW

    @Test(arguments: ["1970-01-01T00:00:00Z", "2026-12-01T00:00:00Z", "2081-01-01T00:00:00Z"])
    func `MART_NOW governs, whatever the system's clock says`(system: String) {
        var process = Process(system, given: "2024-02-05T00:00:00Z")
        #expect(process.said == "2024-02-05T00:00:00Z given")
        #expect(process.read(system, after: Self.hour) == "2024-02-05T01:00:00Z given")
        #expect(process.read("2050-01-01T00:00:00Z", after: Self.hour) == "2024-02-05T02:00:00Z given")
    }

    @Test func `MART_NOW begins no earlier than the store stands`() {
        var process = Process("2026-12-01T00:00:00Z", floor: "2026-03-01T00:00:00Z", given: "2026-02-01T00:00:00Z")
        #expect(process.said == "2026-03-01T00:00:00Z given")
        #expect(process.read("2026-12-01T01:00:00Z", after: Self.hour) == "2026-03-01T01:00:00Z given")
        #expect(process.time.takeLeap() == nil)
    }

    @Test func `MART_NOW set or changed is a person's word, and believed at any distance`() {
        var process = Process("2026-12-01T00:00:00Z", floor: "2026-03-01T00:00:00Z", given: "2050-01-01T00:00:00Z")
        #expect(process.said == "2050-01-01T00:00:00Z given")
        #expect(process.time.takeLeap()?.ground == .word)
        process = Process(
            "2026-12-01T00:00:00Z", floor: "2026-03-01T00:00:00Z", remembered: "2026-03-01T00:00:00Z", given: "2031-01-01T00:00:00Z")
        #expect(process.said == "2031-01-01T00:00:00Z given")
    }

    @Test func `MART_NOW taken away, the system's clock is believed at any distance that a clock can have`() {
        var process = Process("2028-12-01T00:00:00Z", floor: "2026-03-01T00:00:00Z", remembered: "2026-02-01T00:00:00Z")
        #expect(process.said == "2028-12-01T00:00:00Z believed")
        #expect(process.time.takeLeap()?.ground == .word)
        process = Process("2081-12-01T00:00:00Z", floor: "2026-03-01T00:00:00Z", remembered: "2026-02-01T00:00:00Z")
        #expect(process.said == "2026-03-01T00:00:00Z ahead")
        // It never goes back for that.
        process = Process("2026-12-01T00:00:00Z", floor: "2031-03-01T00:00:00Z", remembered: "2031-02-01T00:00:00Z")
        #expect(process.read("2026-12-01T01:00:00Z", after: Self.hour) == "2031-03-01T01:00:00Z behind")
    }

    // MARK: The store itself, and the ends of the calendar

    @Test func `a store that an older version led into 2081 says so, and nothing dated happens`() {
        var process = Process("2026-12-01T00:00:00Z", floor: "2081-12-01T00:00:00Z")
        #expect(process.said == "2081-12-01T00:00:00Z store-ahead")
        #expect(process.time.verdict.holdsDates)
        #expect(process.read("2026-12-01T01:00:00Z", after: Self.hour) == "2081-12-01T01:00:00Z store-ahead")
        #expect(process.read("2081-12-01T02:00:00Z", after: 0) == "2081-12-01T02:00:00Z believed")
    }

    @Test func `business time ends with the calendar and does not wrap around`() {
        var process = Process("2026-12-01T00:00:00Z", given: "9999-12-31T15:59:59Z")
        #expect(process.read("2026-12-01T00:00:00Z", after: Self.day) == "9999-12-31T15:59:59.999Z given")
        #expect(BusinessDate(process.time.now).description == "9999-12-31")
        process = Process("2026-12-01T00:00:00Z", given: "9999-12-31T23:59:59Z")
        #expect(process.said == "9999-12-31T15:59:59.999Z given")
        process.time.read(ClockReading(system: Instant(milliseconds: .max), elapsed: .max))
        process.time.read(ClockReading(system: Instant(milliseconds: .min), elapsed: .min))
        #expect(process.said == "9999-12-31T15:59:59.999Z given")
    }

    @Test func `ids are made from no clock that is not believed, and never go back`() {
        var process = Process("2026-12-01T00:00:00Z")
        var last = process.time.stamp
        for system in ["2081-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2026-12-01T00:00:04Z", "9999-01-01T00:00:00Z"] {
            _ = process.read(system, after: 1000)
            #expect(process.time.stamp >= last && process.time.stamp < instant("2026-12-02T00:00:00Z"))
            last = process.time.stamp
        }
        // Under MART_NOW they have the system's time, as messages do, if it can be right.
        #expect(Process("2026-12-01T00:00:00Z", given: "2026-02-05T00:00:00Z").time.stamp == instant("2026-12-01T00:00:00Z"))
        #expect(Process("1970-01-01T00:00:00Z", given: "2026-02-05T00:00:00Z").time.stamp == instant("2026-02-05T00:00:00Z"))
    }

    @Test func `whatever clocks say, business time never goes back and runs at least as fast as time`() {
        var random = SplitMix64(seed: 14)
        for _ in 0..<300 {
            let floor = 1_780_000_000_000 + Int64(random.below(1 << 36))
            var elapsed = Int64(random.below(1 << 30))
            func reading() -> ClockReading {
                let far = random.below(3) == 0
                let system = far ? Int64(bitPattern: random.next()) : floor + Int64(random.below(1 << 34)) - (1 << 33)
                return ClockReading(system: Instant(milliseconds: system), elapsed: elapsed)
            }
            var time = BelievedTime(BelievedTime.Memory(floor: Instant(milliseconds: floor)), at: reading())
            for _ in 0..<50 {
                let (before, passed) = (time.now, Int64(random.below(1 << 28)))
                elapsed += passed
                time.read(reading())
                let step = time.now.milliseconds(since: before)
                #expect(step >= passed && step <= passed + 60 * Self.day)
            }
        }
    }
}
