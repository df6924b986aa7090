/// The checks over gathered facts, area by area. Pure.
enum Doctor {
    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        ServiceCheck.findings(facts) + BrokerCheck.findings(facts) + VersionCheck.findings(facts) + StoreCheck.findings(facts)
            + TopologyCheck.findings(facts) + QueueCheck.findings(facts) + ClockCheck.findings(facts) + HostCheck.findings(facts)
    }
}
