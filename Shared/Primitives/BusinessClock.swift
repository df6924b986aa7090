internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The clock that governs business dates: the system's clock, or one that began elsewhere (`MART_NOW`) and runs on, or one that a test moves by hand.
public final class BusinessClock: Sendable {
    private enum Source: Sendable {
        case running(offset: Int64)
        case manual(Instant)
    }

    private let source: Mutex<Source>

    private init(_ source: Source) { self.source = Mutex(source) }

    public static func system() -> BusinessClock { BusinessClock(.running(offset: 0)) }

    /// Starts at `instant` now and runs on at the system's pace.
    public static func starting(at instant: Instant) -> BusinessClock {
        BusinessClock(.running(offset: instant.milliseconds - Instant.systemNow.milliseconds))
    }

    /// Stands still until `advance(to:)`.
    public static func manual(_ instant: Instant) -> BusinessClock { BusinessClock(.manual(instant)) }

    public var now: Instant {
        source.withLock { source in
            switch source {
            case .running(let offset): Instant(milliseconds: Instant.systemNow.milliseconds + offset)
            case .manual(let instant): instant
            }
        }
    }

    public var today: BusinessDate { BusinessDate(now) }

    /// Moves the clock forward; it never goes back.
    public func advance(to instant: Instant) {
        source.withLock { source in
            switch source {
            case .running(let offset):
                let now = Instant.systemNow.milliseconds
                source = .running(offset: max(offset, instant.milliseconds - now))
            case .manual(let now): source = .manual(max(now, instant))
            }
        }
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
