import Foundation
import Messaging
import Platform
import StrictJSON

/// RabbitMQ's management HTTP API, where it is there: it lists arguments and bindings, which AMQP does not.
struct ManagementAPI: Sendable {
    private let client: HTTPClient
    private let virtualHost: String

    /// - Parameter url: `http://user:password@host:15672`; without a user, the broker's own is taken.
    init(url: String, user: String, password: String, virtualHost: String) throws {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host, parts.path.isEmpty || parts.path == "/"
        else { throw Failure(.usage, "--api must read http://[user:password@]host:port") }
        let login = Data("\(parts.user ?? user):\(parts.password ?? password)".utf8).base64EncodedString()
        client = try HTTPClient(
            url: "http://\(host):\(parts.port ?? 15672)", service: "the management API", headers: ["Authorization: Basic \(login)"])
        self.virtualHost = HTTPClient.escaped(virtualHost)
    }

    /// Every difference, bindings included.
    func differences(_ topology: Topology) async throws -> [TopologyDifference] {
        let exchanges = try await client.get("/api/exchanges/\(virtualHost)").elements
        let queues = try await client.get("/api/queues/\(virtualHost)").elements
        let bindings = try await client.get("/api/bindings/\(virtualHost)").elements
        return TopologyComparison.differences(topology, exchanges: exchanges, queues: queues, bindings: bindings)
    }

    /// Policies and limits with which messages are lost or held up.
    /// - Parameter users: of the platform.
    func harmfulRules(users: Set<String>) async throws -> [HarmfulRule] {
        var listing = PolicyFindings.Listing()
        listing.policies = try await client.get("/api/policies/\(virtualHost)").elements
        listing.operatorPolicies = try await client.get("/api/operator-policies/\(virtualHost)").elements
        listing.queues = try await client.get("/api/queues/\(virtualHost)").elements
        listing.exchanges = try await client.get("/api/exchanges/\(virtualHost)").elements
        listing.limits = try await client.get("/api/vhost-limits/\(virtualHost)").elements
        // Only since 3.8.10.
        listing.userLimits = try await client.find("/api/user-limits")?.elements ?? []
        return PolicyFindings.rules(Platform.topology, listing, users: users)
    }

    /// Who consumes from the services' queues and is none of the services.
    func strangers(_ topology: Topology) async throws -> [Stranger] {
        let search = StrangerSearch(
            consumers: try await client.get("/api/consumers/\(virtualHost)").elements,
            queues: try await client.get("/api/queues/\(virtualHost)").elements,
            connections: try await client.get("/api/vhosts/\(virtualHost)/connections").elements)
        return search.strangers(topology)
    }
}

/// The manifest held against what the management API lists. Pure.
enum TopologyComparison {
    static func differences(
        _ topology: Topology, exchanges: [JSONValue], queues: [JSONValue], bindings: [JSONValue]
    ) -> [TopologyDifference] {
        let exchangesByName = byName(exchanges)
        var found = Topology.exchanges.flatMap { name in compare("exchange \(name)", exchangesByName[name], type: "topic", [:]) }
        let queuesByName = byName(queues)
        for queue in topology.queues {
            found += compare("queue \(queue.name)", queuesByName[queue.name], type: nil, queue.arguments)
            if queuesByName[queue.name] != nil { found += compare(queue, bindings) }
        }
        return found
    }

    private static func byName(_ things: [JSONValue]) -> [String: JSONValue] {
        Dictionary(things.compactMap { thing in thing["name"]?.string.map { ($0, thing) } }, uniquingKeysWith: { $1 })
    }

    private static func compare(
        _ object: String, _ thing: JSONValue?, type: String?, _ arguments: [String: Topology.Argument]
    ) -> [TopologyDifference] {
        guard let thing else { return [.missing(object)] }
        var found: [TopologyDifference] = []
        if let type, thing["type"]?.string != type { found.append(.other(object, "type", wanted: type, found: thing.text("type"))) }
        if thing["durable"]?.bool != true { found.append(.other(object, "durable", wanted: "true", found: "false")) }
        let current = Dictionary(
            (thing["arguments"]?.members ?? []).map { ($0.name, $0.value.string ?? String(decoding: $0.value.rawBytes, as: UTF8.self)) },
            uniquingKeysWith: { $1 })
        for name in Set(current.keys).union(arguments.keys).sorted() where current[name] != arguments[name]?.text {
            found.append(.other(object, name, wanted: arguments[name]?.text ?? "none", found: current[name] ?? "none"))
        }
        return found
    }

    private static func compare(_ queue: Topology.Queue, _ bindings: [JSONValue]) -> [TopologyDifference] {
        let current = Set(
            bindings.filter { $0["destination"]?.string == queue.name && $0["destination_type"]?.string == "queue" }
                // Every queue is bound to the default exchange by its name.
                .compactMap { binding in
                    binding["source"]?.string.flatMap { $0.isEmpty ? nil : "\($0) \(binding["routing_key"]?.string ?? "")" }
                })
        let wanted = Set(queue.bindings.map { "\($0.exchange) \($0.routingKey)" })
        let missing = queue.bindings.filter { !current.contains("\($0.exchange) \($0.routingKey)") }
        let extra = current.subtracting(wanted).sorted().map { $0.split(separator: " ", maxSplits: 1).map(String.init) }
        return missing.map { .unbound($0, queue.name) }
            + extra.map { .extra($0.count == 2 ? $0[1] : "", exchange: $0[0], queue.name) }
    }
}
