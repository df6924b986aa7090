import Messaging

/// Is the broker as the manifest says, and can it keep its own dead letters?
enum TopologyCheck {
    private static let deadLetterArguments: Set<String> = [
        "x-overflow", "x-dead-letter-strategy", "x-dead-letter-exchange", "x-dead-letter-routing-key", "x-delivery-limit",
    ]

    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        guard let broker = facts.broker else { return [] }
        let others = broker.differences.filter { !isAboutDeadLetters($0) }.map { difference in
            DoctorFinding.fault(.topology, sentence(difference), cure: difference.cure)
        }
        let rules = broker.rules.map(finding) + unseen(broker)
        let letters = broker.differences.filter(isAboutDeadLetters).map { difference in
            DoctorFinding.fault(.deadLetters, sentence(difference) + consequence(difference), cure: difference.cure)
        }
        return (others + rules).orFine(
            .topology,
            "exchanges and queues are as the manifest says"
                + (broker.seesBindings ? ", bindings too, and no policy harms" : "; bindings and policies are seen with --api"))
            + letters.orFine(.deadLetters, "kept at least once: reject-publish, mart.dead and its queues are there")
    }

    private static func finding(_ rule: HarmfulRule) -> DoctorFinding {
        DoctorFinding(rule.isGrave ? .fault : .warning, .topology, "\(rule.name) sets \(rule.what): \(rule.harm)", cure: rule.cure)
    }

    private static func unseen(_ broker: DoctorFacts.Broker) -> [DoctorFinding] {
        guard let fault = broker.rulesFault else { return [] }
        return [.warning(.topology, "policies and limits could not be seen: \(fault)", cure: "give --api a user who may see them")]
    }

    private static func isAboutDeadLetters(_ difference: TopologyDifference) -> Bool {
        deadLetterArguments.contains(difference.what) || difference.object.hasSuffix(".dead")
    }

    private static func sentence(_ difference: TopologyDifference) -> String {
        difference.what == "existence"
            ? "the \(difference.object) is missing"
            : "\(difference.object): \(difference.what) is \(difference.found), should be \(difference.wanted)"
    }

    private static func consequence(_ difference: TopologyDifference) -> String {
        switch difference.what {
        case "x-overflow", "x-dead-letter-strategy": "; dead letters can then be lost without a word"
        case "x-dead-letter-routing-key": "; dead letters then land in a stranger's queue"
        case "x-delivery-limit": "; healthy messages are then dead-lettered after dropped connections"
        case "existence": "; dead letters then wait inside their queue until the node restarts"
        default: ""
        }
    }
}
