/// One look at the machine's two clocks.
public struct ClockReading: Sendable, Hashable {
    /// The system's clock: what people read, and what can be wrong by years.
    public var system: Instant
    /// Milliseconds since the machine was switched on, sleep included. It only counts, and nobody can set it.
    public var elapsed: Int64

    public init(system: Instant, elapsed: Int64) {
        self.system = system
        self.elapsed = elapsed
    }
}

/// Business time, told from a system clock that may be wrong. Pure: readings go in, business time and a verdict on the clock come out.
///
/// Business time is the system's. Where the system's clock is behind, or too far ahead to be believed, business time runs on from the last believed
/// instant by elapsed time, until the system's clock is believed again. It never goes back (docs/decisions/0010-believed-time.md).
public struct BelievedTime: Sendable {
    /// How far ahead a clock is believed.
    public struct Bounds: Sendable, Hashable {
        static let day: Int64 = 86_400_000
        /// Milliseconds beyond elapsed time, once the system's clock has been believed since the start. NTP steps and slow restarts of a virtual machine.
        public var running = day
        /// Between two starts: marts rest, machines are off for weeks.
        public var betweenStarts = 60 * day
        /// Before this day no clock is right, for the program did not exist.
        public var builtOn = BuildDate.day
        /// And so many years after it none is believed by a store that knows nothing better.
        public var years = 20

        public init() {}

        var first: Instant { builtOn.start }
        var last: Instant { builtOn.adding(years: years).start }
        func contains(_ instant: Instant) -> Bool { first <= instant && instant <= last }
    }

    /// What a store remembers of time.
    public struct Memory: Sendable, Hashable {
        /// The last instant of business; nil in a new store.
        public var floor: Instant?
        /// That instant was reckoned from the build date, for no clock had been believed yet.
        public var isPresumed = false
        /// The `MART_NOW` that it last ran with.
        public var given: Instant?

        public init(floor: Instant? = nil) { self.floor = floor }
    }

    /// As the read side says it.
    public enum Verdict: String, Sendable, Hashable {
        /// Business time is the system's, or ahead of it by less than a day.
        case believed
        /// `MART_NOW` governs, and the system's clock does not matter.
        case given
        /// The system's clock is behind by more than a day; business time runs on until it is overtaken.
        case behind
        /// The system's clock is further ahead than is believed.
        case ahead
        /// A new store, and the system's clock cannot be right.
        case unknown
        /// The store itself stands where no clock can be: an older version believed a wrong one.
        case storeAhead = "store-ahead"

        /// Nothing dated happens until a clock is believed again.
        public var holdsDates: Bool {
            switch self {
            case .believed, .given, .behind: false
            case .ahead, .unknown, .storeAhead: true
            }
        }
    }

    /// A step of business time that somebody should hear of.
    public struct Leap: Sendable, Hashable {
        public enum Ground: String, Sendable, Hashable {
            /// Believed between two starts.
            case start
            /// Believed while running.
            case running
            /// `MART_NOW` was set, changed or taken away: a person's word.
            case word
            /// A person accepted the clock.
            case accepted
        }
        public let from: Instant
        public let to: Instant
        public let ground: Ground
    }

    /// On what the next leap is judged.
    private enum Trust: Sendable {
        /// On nothing: business time is reckoned from the build date.
        case presumed
        /// On a person's word: any clock that can be right.
        case word
        /// On what the store remembers of its last process.
        case floor
        /// On a clock that was believed since the start.
        case running
    }

    /// The last business date that can be written ends here.
    private static let end = BusinessDate.latest.start.adding(milliseconds: Bounds.day - 1)

    /// From when on a leap is said: between two starts a night is nothing.
    private static let saidRunning: Int64 = 60_000
    private static let saidBetweenStarts = Bounds.day

    private let bounds: Bounds
    private let isGiven: Bool
    private var trust: Trust
    private var elapsed: Int64
    /// Business time at the last reading.
    public private(set) var now: Instant
    public private(set) var verdict: Verdict
    /// The system's clock at the last reading.
    public private(set) var system: Instant
    private var leap: Leap?

    /// - Parameter given: the `MART_NOW` of this start.
    public init(_ memory: Memory, given: Instant? = nil, bounds: Bounds = Bounds(), at reading: ClockReading) {
        self.bounds = bounds
        isGiven = given != nil
        elapsed = reading.elapsed
        system = reading.system
        verdict = .believed
        let floor = memory.floor ?? (given == nil ? bounds.first : Instant.earliest)
        now = min(max(floor, given ?? floor), Self.end)
        if let given {
            trust = .running
            verdict = .given
            if memory.floor != nil, !memory.isPresumed, given != memory.given, given > floor { note(from: floor, to: given, .word) }
            return
        }
        if memory.given != nil {
            trust = .word
        } else {
            trust = memory.floor == nil || memory.isPresumed ? .presumed : .floor
        }
        read(reading)
    }

    /// Whether business time is only reckoned from the build date, since no clock was believed yet.
    public var isPresumed: Bool {
        if case .presumed = trust { true } else { false }
    }

    /// Takes in what the clocks say.
    public mutating func read(_ reading: ClockReading) {
        let run = min(now.adding(milliseconds: max(0, reading.elapsed.subtractingClamped(elapsed))), Self.end)
        system = min(reading.system, Self.end)
        elapsed = max(elapsed, reading.elapsed)
        if isGiven {
            now = run
            return
        }
        let ahead = system.milliseconds(since: run)
        if ahead > 0 { leapForward(to: system, by: ahead, from: run) } else { runOn(to: run, by: -ahead) }
    }

    private mutating func leapForward(to system: Instant, by ahead: Int64, from run: Instant) {
        guard isBelieved(system, ahead: ahead) else {
            now = run
            verdict = isPresumed ? .unknown : .ahead
            return
        }
        switch trust {
        case .presumed: break
        case .word: if ahead > Self.saidBetweenStarts { note(from: run, to: system, .word) }
        case .floor: if ahead > Self.saidBetweenStarts { note(from: run, to: system, .start) }
        case .running: if ahead > Self.saidRunning { note(from: run, to: system, .running) }
        }
        believe(system)
    }

    private func isBelieved(_ system: Instant, ahead: Int64) -> Bool {
        switch trust {
        case .presumed: bounds.contains(system)
        case .word: bounds.contains(system) || ahead <= bounds.betweenStarts
        case .floor: ahead <= bounds.betweenStarts
        case .running: ahead <= bounds.running
        }
    }

    private mutating func runOn(to run: Instant, by behind: Int64) {
        now = run
        if isPresumed, !bounds.contains(system) {
            verdict = .unknown
        } else if behind <= bounds.running {
            trust = .running
            verdict = .believed
        } else {
            verdict = run > bounds.last ? .storeAhead : .behind
        }
    }

    private mutating func believe(_ instant: Instant) {
        now = instant
        trust = .running
        verdict = .believed
    }

    /// A person says that the clock is right, whatever it says. Business time does not go back for that.
    public mutating func accept(_ instant: Instant) {
        guard instant > now else { return }
        note(from: now, to: instant, .accepted)
        believe(instant)
    }

    /// For the ids of records and the names and ages of backups: what sorts by it must never go back, nor stand years ahead of everything that follows.
    public var stamp: Instant { isGiven && bounds.contains(system) ? system : now }

    private mutating func note(from: Instant, to: Instant, _ ground: Leap.Ground) {
        leap = Leap(from: leap?.from ?? from, to: to, ground: ground)
    }

    /// The step of business time since this was last asked, if there was one that should be said.
    public mutating func takeLeap() -> Leap? {
        defer { leap = nil }
        return leap
    }
}
