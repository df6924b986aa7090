import Logging
import Primitives
import Synchronization

/// Looks at the clock at each turn of the writer, and says what becomes of it: in the log once, in health as long as it lasts.
final class ClockWatch: Sendable {
    private let clock: BusinessClock
    private let health: Health
    private let logger: Logger
    private let said = Mutex(BelievedTime.Verdict.believed)

    init(_ clock: BusinessClock, _ health: Health, _ logger: Logger) {
        self.clock = clock
        self.health = health
        self.logger = logger
    }

    /// The business date on which dated things may happen; nil while none may.
    func datedToday() -> BusinessDate? {
        let moment = clock.moment
        if let leap = clock.takeLeap() { say(leap) }
        if moment.verdict.holdsDates {
            health.set(.clockImplausible, moment.sentence)
        } else {
            health.clear(.clockImplausible)
        }
        let before = said.withLock { said in
            defer { said = moment.verdict }
            return said
        }
        if before != moment.verdict { say(moment, after: before) }
        return moment.datedToday
    }

    private func say(_ leap: BelievedTime.Leap) {
        let ground =
            switch leap.ground {
            case .start: "believed after a rest"
            case .running: "believed while running"
            case .word: "at a person's word: MART_NOW was set, changed or taken away"
            case .accepted: "a person has accepted the clock"
            }
        logger.warning(
            "business time leaps forward: \(ground)",
            metadata: [LogKey.businessFrom: "\(leap.from)", LogKey.businessTo: "\(leap.to)"])
    }

    private func say(_ moment: BusinessClock.Moment, after before: BelievedTime.Verdict) {
        let metadata: Logger.Metadata = [LogKey.businessNow: "\(moment.now)", LogKey.systemTime: "\(moment.system)"]
        switch moment.verdict {
        case .believed: logger.warning("the system's clock is believed again", metadata: metadata)
        case .given: break
        case .behind: logger.warning("\(moment.sentence)", metadata: metadata)
        case .ahead, .unknown, .storeAhead: logger.error("\(moment.sentence)", metadata: metadata)
        }
    }
}

extension BusinessClock.Moment {
    /// How the clock stands, for a person.
    var sentence: String {
        let apart = abs(system.milliseconds(since: now)) / 86_400_000
        let clocks = "the system's clock says \(system), business time stands at \(now)"
        return switch verdict {
        case .believed: "the system's clock is believed"
        case .given: "MART_NOW governs business time"
        case .behind: "\(clocks): it is \(apart) days behind, and business time runs on until it is set right"
        case .ahead:
            "\(clocks): it is \(apart) days ahead, which is not believed, and nothing dated happens until it is set right or accepted"
        case .unknown: "\(clocks): this new store has seen no clock that can be right, and nothing dated happens until it is set right"
        case .storeAhead:
            "\(clocks): the store itself stands \(apart) days ahead, for it once believed a wrong clock, and nothing dated happens any more"
        }
    }
}
