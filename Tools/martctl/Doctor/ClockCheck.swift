import Primitives
import StrictJSON

/// Do all have the same time?
enum ClockCheck {
    /// Milliseconds from which on a difference is told, and from which on it is grave.
    private static let (noticed, grave): (Int64, Int64) = (2_000, 60_000)

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        if facts.diagnoses.isEmpty { return [] }
        return (facts.diagnoses.flatMap(judge) + starts(facts)).orFine(.clock, "all services have this machine's time")
    }

    private static func judge(_ diagnosis: DoctorFacts.Diagnosis) -> [DoctorFinding] {
        guard let clock = diagnosis.json["clock"], let time = clock.instant("time") else { return [] }
        var findings: [DoctorFinding] = []
        let skew = skew(of: time, between: diagnosis.asked, diagnosis.answered)
        if abs(skew) > noticed {
            findings.append(
                DoctorFinding(
                    abs(skew) > grave ? .fault : .warning, .clock,
                    "\(diagnosis.service)'s clock is \(abs(skew) / 1000) s \(skew > 0 ? "ahead of" : "behind") this machine's",
                    cure: "let both machines follow NTP (timedatectl)"))
        }
        if let finding = verdict(clock, diagnosis.service, time) { return findings + [finding] }
        // Never behind the store's last instant: after training days the store is ahead of the calendar.
        if clock["martNow"] == nil, let business = clock.instant("businessNow"), abs(business.milliseconds - time.milliseconds) > noticed {
            findings.append(
                .warning(
                    .clock, "\(diagnosis.service)'s business clock stands at \(business.witaSecond), not at the system's time",
                    cure: """
                        its store has seen a later day (by MART_NOW or a wrong clock): it goes on from there, and follows the calendar \
                        again when it was stopped for as long
                        """))
        }
        return findings
    }

    /// What helps where a service does not believe its machine's clock.
    private static func verdict(_ clock: JSONValue, _ service: String, _ time: Instant) -> DoctorFinding? {
        let business = clock.instant("businessNow") ?? time
        let days = abs(business.milliseconds(since: time)) / 86_400_000
        let clocks = "its machine's clock says \(time.witaSecond), business time stands at \(business.witaSecond)"
        switch clock["verdict"]?.string {
        case "ahead":
            return .fault(
                .clock, "\(service) does not believe its clock, which is \(days) days ahead: \(clocks)",
                cure: """
                    nothing dated happens until then: set the machine's clock right (timedatectl), and it goes on by itself; if the clock is \
                    right, for the mart has rested as long: martctl clock accept --reason '…'
                    """)
        case "unknown":
            return .fault(
                .clock, "\(service) has a new store and no clock that can be right: \(clocks)",
                cure: "set the machine's clock right (timedatectl): it goes on by itself, and nothing dated happens until then")
        case "store-ahead":
            return .fault(
                .clock, "\(service)'s store stands \(days) days ahead of the calendar: \(clocks)",
                cure: """
                    it once believed a wrong clock, and what it published on those days stands: restore the last backup from before \
                    (martctl verify says when each was taken, martctl restore), or begin with a new store; time alone does not mend it
                    """)
        case "behind":
            return .warning(
                .clock, "\(service)'s machine has a clock that is \(days) days behind: \(clocks)",
                cure:
                    "set it right (timedatectl); until then business time runs on from where the store stood, and messages carry a wrong time"
            )
        default: return nil
        }
    }

    private static func starts(_ facts: DoctorFacts) -> [DoctorFinding] {
        let starts = facts.diagnoses.map { $0.json["clock"]?["martNow"]?.string }
        var findings = starts.compactMap(\.self).uniqued().map { start in
            DoctorFinding.warning(
                .clock, "MART_NOW=\(start) is in force: the business clock is not the system's",
                cure: "for tests and training only; take it away where real business is done")
        }
        if Set(starts).count > 1 {
            findings.append(
                .fault(.clock, "the services do not have the same business clock", cure: "start all with the same MART_NOW, or without"))
        }
        return findings
    }

    /// By how much a moment lies outside of those between which it was told, in milliseconds.
    static func skew(of time: Instant, between asked: Instant, _ answered: Instant) -> Int64 {
        if time < asked { return time.milliseconds - asked.milliseconds }
        return max(0, time.milliseconds - answered.milliseconds)
    }
}
