import Messaging
import Platform
import StrictJSON
import Testing

@testable import MartctlKit

/// Policies and limits that an operator has set on the broker.
struct PolicyTests {
    /// A broker with one policy.
    private static func rules(
        _ definition: String, on pattern: String, to kinds: String = "all", isOperators: Bool = false, others: [String] = [],
        limits: String = "[]", userLimits: String = "[]"
    ) throws -> [HarmfulRule] {
        func thing(_ name: String, _ arguments: [String: Topology.Argument]) throws -> JSONValue {
            let arguments = arguments.map { name, value in
                if case .text(let text) = value { #""\#(name)":"\#(text)""# } else { #""\#(name)":\#(value.text)"# }
            }
            return try Looks.json(#"{"name":"\#(name)","arguments":{\#(arguments.joined(separator: ","))}}"#)
        }
        var listing = PolicyFindings.Listing()
        let policy = try Looks.json(
            #"{"name":"p","pattern":"\#(pattern)","apply-to":"\#(kinds)","priority":1,"definition":{\#(definition)}}"#)
        if isOperators { listing.operatorPolicies = [policy] } else { listing.policies = [policy] }
        listing.policies += try others.map(Looks.json)
        listing.queues = try Platform.topology.queues.map { try thing($0.name, $0.arguments) } + [try thing("amq.gen-x", [:])]
        listing.exchanges = try Topology.exchanges.map { try thing($0, [:]) } + [try thing("amq.topic", [:])]
        listing.limits = try Looks.json(limits).elements
        listing.userLimits = try Looks.json(userLimits).elements
        return PolicyFindings.rules(Platform.topology, listing, users: ["catalog"])
    }

    @Test(
        arguments: [
            (#""message-ttl":60000"#, "catalog.commands", true), (#""expires":1000"#, "catalog.events", true),
            (#""delivery-limit":20"#, "catalog.commands", true), (#""delivery-limit":20"#, "catalog.dead", true),
            (#""max-length":10"#, "catalog.events", false), (#""max-length-bytes":10"#, "catalog.dead", true),
            (#""overflow":"drop-head""#, "catalog.dead", true), (#""overflow":"drop-head""#, "catalog.commands", true),
            (#""max-length":10,"overflow":"reject-publish""#, "catalog.dead", false),
            (#""dead-letter-exchange":"x""#, "catalog.dead", false),
            (#""alternate-exchange":"x""#, "mart.events", true), (#""federation-upstream-set":"all""#, "mart.events", false),
            (#""consumer-timeout":5000"#, "catalog.commands", false),
        ], [false, true])
    func `what harms is named, with its policy, pattern, key, and the thing it is applied to`(
        policy: (definition: String, thing: String, isGrave: Bool), isOperators: Bool
    ) throws {
        let rules = try Self.rules(policy.definition, on: "^\(policy.thing)$", isOperators: isOperators)
        let rule = try #require(rules.first)
        #expect(rules.count == 1 && rule.isGrave == policy.isGrave)
        #expect(rule.name == (isOperators ? "operator policy" : "policy") + " \"p\" (pattern ^\(policy.thing)$)")
        #expect(
            rule.what.hasSuffix(" on \(policy.thing)") && rule.cure.contains(isOperators ? "clear_operator_policy p" : "clear_policy p"))
    }

    @Test(arguments: [
        // Here the declaration wins.
        (#""dead-letter-exchange":"x""#, "catalog.events"), (#""delivery-limit":2000000"#, "catalog.commands"),
        (#""queue-mode":"lazy""#, "catalog.commands"), (#""ha-mode":"all""#, "catalog.events"),
        (#""overflow":"reject-publish""#, "catalog.dead"), (#""message-ttl":1"#, "amq.gen-x"), (#""alternate-exchange":"x""#, "amq.topic"),
        (#""message-ttl":1"#, "nothing of ours"),
    ])
    func `what does nothing here, or no harm, is not mentioned`(definition: String, thing: String) throws {
        #expect(try Self.rules(definition, on: thing).isEmpty)
    }

    @Test func `only the policy that is in force counts, and only for what it applies to`() throws {
        let ttl = #""message-ttl":1000"#
        #expect(try Self.rules(ttl, on: "^catalog", to: "quorum_queues").count == 1)
        for kinds in ["exchanges", "classic_queues", "streams"] { #expect(try Self.rules(ttl, on: ".*", to: kinds).isEmpty) }
        let stronger = #"{"name":"q","pattern":".*","apply-to":"queues","priority":2,"definition":{"queue-mode":"lazy"}}"#
        #expect(try Self.rules(ttl, on: ".*", others: [stronger]).isEmpty)
        // A pattern that we cannot read may fit.
        #expect(try Self.rules(ttl, on: "(?<").count == 1)
    }

    @Test func `a policy for everything names every queue once, and each of its keys`() throws {
        let all = Platform.topology.queues.map(\.name)
        let rules = try Self.rules(#""message-ttl":1000,"max-length":5"#, on: ".*")
        #expect(rules.map(\.isGrave).sorted { $0 && !$1 } == [true, true, false])
        let ttl = try #require(rules.first { $0.what.hasPrefix("message-ttl=1000 on ") })
        for queue in all { #expect(ttl.what.contains(queue)) }
    }

    @Test(arguments: [
        (#"[{"vhost":"/","value":{"max-connections":10}}]"#, 1), (#"[{"vhost":"/","value":{"max-queues":12}}]"#, 1),
        (#"[{"vhost":"/","value":{"max-connections":0,"max-queues":3}}]"#, 2),
        (#"[{"vhost":"/","value":{"max-connections":-1,"max-queues":-1}}]"#, 0),
        (#"[{"vhost":"/","value":{"max-connections":1000,"max-queues":1000}}]"#, 0),
    ])
    func `limits of the virtual host that leave no room are named`(limits: String, count: Int) throws {
        #expect(try Self.rules("", on: "none of ours", limits: limits).count == count)
    }

    @Test func `limits of the platform's users are named, of others not`() throws {
        let limits = #"[{"user":"catalog","value":{"max-connections":2,"max-channels":1}},{"user":"x","value":{"max-connections":0}}]"#
        #expect(try Self.rules("", on: "none of ours", userLimits: limits).map(\.what) == ["max-connections=2", "max-channels=1"])
    }
}
