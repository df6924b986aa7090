import StrictJSON

/// Are all services there and ready?
enum ServiceCheck {
    private static let cures = [
        "broker-unreachable": "is the broker up, and AMQP_URL of the service right? Its log names the reason",
        "broker-blocked": "the broker has an alarm of memory or disk: make room on its machine; publishing goes on by itself",
        "not-consuming": "see `queues` below: end whatever else consumes there (martctl doctor --api names it). The service renews its "
            + "connection after growing pauses, and is well again with the next message",
        "unroutable": "a consumer's queue or binding is missing: martctl topology diff, then martctl topology apply --yes",
        "queue-full": "whoever reads the queue is away or behind: start it; and look for a policy that limits its length "
            + "(martctl doctor --api, rabbitmqctl list_policies). It is tried again after growing pauses, half a minute at most",
        "publish-refused": "the service's user lacks a right, or the broker closes its channels: the broker's log names which. It is tried "
            + "again after growing pauses",
        "set-aside": "martctl set-aside list says why; mend that, then martctl set-aside send",
        "store-failing": "the disk of the service's machine is full or failing: make room; the batch is tried again by itself",
        "timer-failing": "the message names the timer; the service's log has the error",
        "clock-implausible": "see `clock` below",
        "descriptors-low": "raise the limit of file descriptors (ulimit -n, LimitNOFILE) and restart it; 1,024 are enough",
        "starting": "martctl wait --ready; if it stays so, see `queues` below and the service's log",
        "stopping": "it was told to stop; start it again when it has ended",
    ]

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        (facts.services.flatMap(look) + facts.diagnoses.compactMap(afterCrash) + facts.diagnoses.compactMap(crowd) + undiagnosed(facts))
            .orFine(.services, "all \(facts.services.count) answer and are ready")
    }

    private static func look(_ look: ServiceLook) -> [DoctorFinding] {
        if let fault = look.fault {
            return [.fault(.services, fault, cure: "start it; its log says why it ended, and so does its exit code (see the README)")]
        }
        var findings = look.reasons.map { reason in
            DoctorFinding.fault(
                .services, "\(look.service) is not ready, \(reason.code): \(reason.message)",
                cure: cures[reason.code] ?? "see the service's log")
        }
        if let parked = look.status?.parked, parked > 0 {
            findings.append(
                .warning(
                    .services, "\(parked) message\(parked == 1 ? " is" : "s are") parked at \(look.service)",
                    cure: "martctl parked list --service \(look.service)"))
        }
        if let setAside = look.status?.setAside, setAside > 0 {
            findings.append(
                .warning(
                    .services,
                    "\(setAside) message\(setAside == 1 ? " of \(look.service) is" : "s of \(look.service) are") set aside: the "
                        + "broker takes others and not \(setAside == 1 ? "this one" : "these")",
                    cure: "martctl set-aside list --service \(look.service)"))
        }
        return findings
    }

    private static func afterCrash(_ diagnosis: DoctorFacts.Diagnosis) -> DoctorFinding? {
        guard diagnosis.json["stoppedUncleanly"]?.bool == true else { return nil }
        return .note(.services, "\(diagnosis.service) found its store as a crash had left it, and went on from there")
    }

    /// Readers had to make room for others: too many, or too few descriptors for them.
    private static func crowd(_ diagnosis: DoctorFacts.Diagnosis) -> DoctorFinding? {
        guard let readers = diagnosis.json["readers"], readers.number("closedForRoom") > 0 else { return nil }
        return .note(
            .services,
            "\(diagnosis.service) has closed \(readers.text("closedForRoom")) connections of readers to make room, having "
                + "\(readers.text("places")) places",
            cure: "who holds so many open? With few file descriptors there are fewer places (ulimit -n)")
    }

    private static func undiagnosed(_ facts: DoctorFacts) -> [DoctorFinding] {
        facts.services.filter { look in look.fault == nil && !facts.diagnoses.contains { $0.service == look.service } }.map {
            .warning(.services, "\($0.service) gives no diagnosis: it is older than this martctl", cure: "use one release of both")
        }
    }
}
