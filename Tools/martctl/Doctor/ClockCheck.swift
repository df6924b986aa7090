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
        // Never behind the store's last instant: after training days the store is ahead of the calendar.
        if clock["martNow"] == nil, let business = clock.instant("businessNow"), abs(business.milliseconds - time.milliseconds) > noticed {
            findings.append(
                .warning(
                    .clock, "\(diagnosis.service)'s business clock stands at \(business.witaSecond), not at the system's time",
                    cure: "its store has seen a later day (by MART_NOW or a wrong clock) and stays there until the calendar is past it"))
        }
        return findings
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
