internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The clock that governs business dates: the system's as far as it is believed, or one that began elsewhere (`MART_NOW`) and runs on, or one that a
/// test moves by hand.
public final class BusinessClock: Sendable {
    private enum Source: Sendable {
        case machine(BelievedTime)
        case manual(Instant)
    }

    private let source: Mutex<Source>
    private let read: @Sendable () -> ClockReading
    private let bounds: BelievedTime.Bounds
    /// The `MART_NOW` of this process.
    public let given: Instant?
    /// Whether a test moves it by hand.
    public let isManual: Bool

    private init(
        _ source: Source, isManual: Bool, given: Instant?, bounds: BelievedTime.Bounds, read: @escaping @Sendable () -> ClockReading
    ) {
        self.source = Mutex(source)
        self.isManual = isManual
        self.given = given
        self.bounds = bounds
        self.read = read
    }

    /// Follows the machine's clock, or runs on from a given instant.
    /// - Parameters:
    ///   - given: where business time begins, at the earliest.
    ///   - read: looks at the machine's clocks; a simulation gives its own.
    public static func system(
        startingAt given: Instant? = nil, bounds: BelievedTime.Bounds = BelievedTime.Bounds(),
        read: @escaping @Sendable () -> ClockReading = { .now }
    ) -> BusinessClock {
        let time = BelievedTime(BelievedTime.Memory(), given: given, bounds: bounds, at: read())
        return BusinessClock(.machine(time), isManual: false, given: given, bounds: bounds, read: read)
    }

    /// Stands still until `advance(to:)`.
    public static func manual(_ instant: Instant) -> BusinessClock {
        BusinessClock(.manual(instant), isManual: true, given: nil, bounds: BelievedTime.Bounds(), read: { .now })
    }

    /// Begins where a store left off. Once, before anything is done with it.
    @discardableResult
    public func begin(_ memory: BelievedTime.Memory) -> Moment {
        source.withLock { source in
            switch source {
            case .machine: source = .machine(BelievedTime(memory, given: given, bounds: bounds, at: read()))
            case .manual(let now): source = .manual(max(now, memory.floor ?? now))
            }
        }
        return moment
    }

    /// What one look at the clock says.
    public struct Moment: Sendable, Hashable {
        /// Business time.
        public let now: Instant
        /// What the system's clock says.
        public let system: Instant
        public let verdict: BelievedTime.Verdict
        /// Whether business time is only reckoned, since no clock was believed yet.
        public let isPresumed: Bool
        /// For the ids of records, and the names and ages of backups.
        public let stamp: Instant
        public var today: BusinessDate { BusinessDate(now) }
        /// The business date on which dated things may happen; nil while none may.
        public var datedToday: BusinessDate? { verdict.holdsDates ? nil : today }
    }

    public var moment: Moment {
        source.withLock { source in
            switch source {
            case .machine(var time):
                time.read(read())
                source = .machine(time)
                return Moment(
                    now: time.now, system: time.system, verdict: time.verdict, isPresumed: time.isPresumed, stamp: time.stamp)
            case .manual(let now):
                let system = Instant.systemNow
                return Moment(now: now, system: system, verdict: .believed, isPresumed: false, stamp: system)
            }
        }
    }

    public var now: Instant { moment.now }
    public var today: BusinessDate { BusinessDate(now) }

    /// A person says that the system's clock was right when it said this.
    public func accept(_ instant: Instant) {
        source.withLock { source in
            guard case .machine(var time) = source else { return }
            time.accept(instant)
            source = .machine(time)
        }
    }

    /// The step of business time since this was last asked, if there was one that should be said.
    public func takeLeap() -> BelievedTime.Leap? {
        source.withLock { source in
            guard case .machine(var time) = source else { return nil }
            defer { source = .machine(time) }
            return time.takeLeap()
        }
    }

    /// Moves a clock that stands still forward; it never goes back.
    public func advance(to instant: Instant) {
        source.withLock { source in
            guard case .manual(let now) = source else { preconditionFailure("nobody moves the machine's clock from here") }
            source = .manual(max(now, instant))
        }
    }
}

extension ClockReading {
    /// What the machine's clocks say.
    public static var now: ClockReading {
        var time = timespec()
        #if canImport(Glibc)
            // Goes on while the machine sleeps.
            clock_gettime(CLOCK_BOOTTIME, &time)
        #else
            clock_gettime(CLOCK_MONOTONIC_RAW, &time)
        #endif
        return ClockReading(system: .systemNow, elapsed: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

extension Instant {
    /// The system's clock; message times use it, whatever the business clock says.
    public static var systemNow: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
