import Foundation
import Messaging
import StrictJSON

/// A policy or a limit, set by an operator of the broker, with which the platform's messages are lost, cut off or kept from their way.
/// Arguments of a declaration do not show it: a policy comes on top of them, or wins over them.
struct HarmfulRule: Sendable, Equatable {
    /// E.g. `policy "ttl" (pattern ^catalog)`.
    let name: String
    /// Key and value, e.g. `message-ttl=60000 on catalog.commands, catalog.events`.
    let what: String
    let harm: String
    /// Whether messages are lost by it, rather than held up.
    let isGrave: Bool
    let cure: String
}

/// A policy as the management API lists it.
private struct Policy {
    let name: String
    let pattern: String
    let appliesTo: String
    let priority: Int64
    let definition: JSONValue

    init?(_ json: JSONValue) {
        guard let name = json["name"]?.string, let pattern = json["pattern"]?.string, let definition = json["definition"] else {
            return nil
        }
        (self.name, self.pattern, self.definition) = (name, pattern, definition)
        appliesTo = json.member("apply-to")?.string ?? "all"
        priority = json["priority"]?.int64 ?? 0
    }

    /// What a queue says of its own policy comes seconds late, and with statistics switched off not at all. A pattern that cannot be read
    /// here may fit.
    func fits(_ name: String, isQueue: Bool) -> Bool {
        let kinds: Set = isQueue ? ["all", "queues", "quorum_queues"] : ["all", "exchanges"]
        guard kinds.contains(appliesTo) else { return false }
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return true }
        return expression.firstMatch(in: name, range: NSRange(name.startIndex..., in: name)) != nil
    }
}

/// One of our queues or exchanges with what is in force on it.
private struct Governed {
    let name: String
    let isQueue: Bool
    let arguments: JSONValue?
    /// Of each kind the one with the highest priority alone is in force.
    let policy: Policy?
    let operatorPolicy: Policy?

    init(_ thing: JSONValue, isQueue: Bool, _ policies: [Policy], _ operatorPolicies: [Policy]) {
        let name = thing["name"]?.string ?? ""
        func first(_ policies: [Policy]) -> Policy? {
            policies.filter { $0.fits(name, isQueue: isQueue) }.max { $0.priority < $1.priority }
        }
        (self.name, self.isQueue, arguments) = (name, isQueue, thing["arguments"])
        (policy, operatorPolicy) = (first(policies), first(operatorPolicies))
    }

    /// Whether messages, when the queue is full, are refused to their publisher. A policy wins over the declaration.
    private var refusesWhenFull: Bool {
        let overflow = [operatorPolicy?.definition["overflow"], policy?.definition["overflow"], arguments?.member("x-overflow")]
        return overflow.compactMap(\.self).first?.string == "reject-publish"
    }

    /// - Returns: nil where the key does nothing here, or no harm.
    func harm(of key: String, _ value: JSONValue) -> (harm: String, isGrave: Bool)? {
        if key.hasPrefix("federation-upstream") { return ("messages of another broker come in, or ours go there", false) }
        if !isQueue {
            return key == "alternate-exchange"
                ? ("what finds no queue counts as routed, so that a missing binding goes unnoticed", true) : nil
        }
        let declared = arguments?.member("x-\(key)")
        let number = value.int64 ?? 0
        // Of two numbers the broker takes the smaller one.
        if let declared = declared?.int64, number >= declared { return nil }
        switch key {
        case "message-ttl":
            return ("what waits longer, such as while its service is away, is dropped or counts as dead", true)
        case "expires":
            return ("the queue is deleted with all that is in it when its service is away for longer", true)
        case "delivery-limit" where number >= 0 && number < 1_000_000:
            return ("a healthy message counts as dead after so many broken connections", true)
        case "max-length", "max-length-bytes":
            return refusesWhenFull
                ? ("when it is full, whoever publishes to it waits, and with it everything behind that", false)
                : ("when it is full, the oldest messages are thrown away", true)
        case "overflow" where value.string != "reject-publish":
            return ("a full queue throws away what is oldest, and dead letters may be lost", true)
        // Here the declaration wins.
        case "dead-letter-exchange", "dead-letter-routing-key", "dead-letter-strategy":
            return declared == nil ? ("dead letters go another way than to where they are kept", false) : nil
        case "consumer-timeout" where number < 120_000:
            return ("a service that works on a message for longer loses its connection", false)
        default:
            return nil
        }
    }
}

/// What the management API lists of policies and limits, judged. Pure.
enum PolicyFindings {
    struct Listing {
        var policies: [JSONValue] = []
        var operatorPolicies: [JSONValue] = []
        var queues: [JSONValue] = []
        var exchanges: [JSONValue] = []
        /// Of the virtual host.
        var limits: [JSONValue] = []
        var userLimits: [JSONValue] = []
    }

    static func rules(_ topology: Topology, _ listing: Listing, users: Set<String>) -> [HarmfulRule] {
        let ours = Set(topology.queues.map(\.name))
        let exchanges = Set(Topology.exchanges)
        let (policies, operators) = (listing.policies.compactMap(Policy.init), listing.operatorPolicies.compactMap(Policy.init))
        let governed =
            listing.queues.filter { ours.contains($0["name"]?.string ?? "") }.map { Governed($0, isQueue: true, policies, operators) }
            + listing.exchanges.filter { exchanges.contains($0["name"]?.string ?? "") }.map {
                Governed($0, isQueue: false, policies, operators)
            }
        return rules(policies, "policy", \.policy, governed, clear: "clear_policy")
            + rules(operators, "operator policy", \.operatorPolicy, governed, clear: "clear_operator_policy")
            + limits(listing, queues: ours.count, users: users)
    }

    /// One rule for each key of a policy, with all on which it does harm.
    private static func rules(
        _ policies: [Policy], _ kind: String, _ inForce: KeyPath<Governed, Policy?>, _ governed: [Governed], clear: String
    ) -> [HarmfulRule] {
        policies.flatMap { policy in
            let those = governed.filter { $0[keyPath: inForce]?.name == policy.name }
            return policy.definition.members.flatMap { key, value in
                let harmed = those.compactMap { thing in
                    thing.harm(of: key, value).map { (name: thing.name, harm: $0.harm, isGrave: $0.isGrave) }
                }
                let text = value.string ?? String(decoding: value.rawBytes, as: UTF8.self)
                // On queues of another kind the same key may do another harm.
                return harmed.map(\.harm).uniqued().map { harm in
                    let alike = harmed.filter { $0.harm == harm }
                    return HarmfulRule(
                        name: "\(kind) \"\(policy.name)\" (pattern \(policy.pattern))",
                        what: "\(key)=\(text) on \(alike.map(\.name).joined(separator: ", "))", harm: harm,
                        isGrave: alike.contains { $0.isGrave },
                        cure: "rabbitmqctl \(clear) \(policy.name), or another pattern")
                }
            }
        }
    }

    // MARK: Limits

    /// Connections of the four services, and some for martctl and the tills.
    private static let connections: Int64 = 32
    /// Beside the platform's own queues: those in which clients await their replies.
    private static let replyQueues = 16

    private static func limits(_ listing: Listing, queues: Int, users: Set<String>) -> [HarmfulRule] {
        let host = listing.limits.flatMap { limit in
            rules("the virtual host's limits", limit, queues: queues, clear: "rabbitmqctl clear_vhost_limits")
        }
        let own = listing.userLimits.filter { users.contains($0["user"]?.string ?? "") }.flatMap { limit in
            rules(
                "the limits of user \(limit.text("user"))", limit, queues: nil,
                clear: "rabbitmqctl clear_user_limits \(limit.text("user")) all")
        }
        return host + own
    }

    /// Below zero there is no limit.
    private static func rules(_ name: String, _ limit: JSONValue, queues: Int?, clear: String) -> [HarmfulRule] {
        var rules: [HarmfulRule] = []
        if let most = limit["value"]?["max-connections"]?.int64, (0..<(queues == nil ? 6 : connections)).contains(most) {
            rules.append(
                .init(
                    name: name, what: "max-connections=\(most)", harm: "services and clients beyond it are turned away", isGrave: false,
                    cure: clear))
        }
        if let queues, let most = limit["value"]?["max-queues"]?.int64, (0..<Int64(queues + replyQueues)).contains(most) {
            rules.append(
                .init(
                    name: name, what: "max-queues=\(most)",
                    harm: "clients cannot have a queue for their replies, nor services one that was lost",
                    isGrave: most < Int64(queues), cure: clear))
        }
        if let most = limit["value"]?["max-channels"]?.int64, (0..<6).contains(most) {
            rules.append(
                .init(name: name, what: "max-channels=\(most)", harm: "its connections are turned away", isGrave: false, cure: clear))
        }
        return rules
    }
}
