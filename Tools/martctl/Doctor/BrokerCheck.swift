import StrictJSON

/// Do all speak with the same broker, and safely?
enum BrokerCheck {
    static func findings(_ facts: DoctorFacts) -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        if let fault = facts.brokerFault {
            findings.append(.fault(.broker, fault, cure: "start the broker, or name it: --amqp-url or AMQP_URL"))
        }
        let ours = facts.hosts.joined(separator: ",")
        for diagnosis in facts.diagnoses {
            guard let theirs = diagnosis.json["broker"] else { continue }
            findings += judge(theirs, of: diagnosis.service, ours: "\(ours) \(facts.virtualHost)")
        }
        guard let broker = facts.broker else { return findings }
        if let alarm = broker.alarm { findings.append(.fault(.broker, alarm, cure: "publishing goes on by itself when it is over")) }
        return findings.orFine(.broker, "\(broker.product) \(broker.version) on \(broker.platform) answers at \(ours)")
    }

    private static func judge(_ broker: JSONValue, of service: String, ours: String) -> [DoctorFinding] {
        var findings: [DoctorFinding] = []
        let hosts = broker.texts("hosts")
        let place = "\(hosts.joined(separator: ",")) \(broker.text("virtualHost"))"
        // Names may differ and the machine be the same, so this is only a warning.
        if place != ours {
            findings.append(
                .warning(
                    .broker, "\(service) uses the broker \(place), martctl \(ours)",
                    cure: "unless both mean the same one, name the services' broker: --amqp-url"))
        }
        guard hosts.contains(where: { !isLocal($0) }) else { return findings }
        if broker["tls"]?.bool == false {
            findings.append(
                .warning(
                    .broker, "\(service) speaks with a broker on another machine without TLS", cure: "amqps:// in its AMQP_URL, and AMQP_CA"
                ))
        }
        if broker["user"]?.string == "guest" {
            findings.append(
                .warning(.broker, "\(service) uses the account guest", cure: "give it a user of its own, with the rights it needs"))
        }
        return findings
    }

    private static func isLocal(_ host: String) -> Bool {
        ["127.", "localhost", "[::1]", "::1"].contains { host.hasPrefix($0) }
    }
}
