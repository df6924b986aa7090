import Messaging
import StrictJSON

/// A consumer on a service's queue that is not the service's, as the management API lists it.
struct Stranger: Sendable, Equatable {
    let queue: String
    let tag: String
    /// As the client calls its connection; nil where it does not.
    var connection: String?
    /// Host and port; this and the user are nil until the broker's statistics have them.
    var address: String?
    var user: String?
    /// Whether the queue's messages go to it, and to nobody else.
    var isServed = false

    var sentence: String {
        var words = ["consumer tag \"\(tag)\""]
        if let connection { words.append("connection \"\(connection)\"") }
        if let address { words.append("address \(address)") }
        if let user { words.append("user \(user)") }
        return words.joined(separator: ", ") + (isServed ? "; it is served, the service is not" : "")
    }
}

/// Who consumes from the services' queues, by what the management API lists. Pure.
struct StrangerSearch {
    /// The connection of a service's one instance, known by the owner queue that it alone can hold: names can be taken by anybody.
    private enum Owner {
        case connection(String)
        /// Nobody holds the owner queue.
        case nobody
        /// The broker does not say.
        case unknown
    }

    let consumers: [JSONValue]
    let queues: [JSONValue]
    let connections: [JSONValue]

    func strangers(_ topology: Topology) -> [Stranger] {
        topology.services.flatMap { service in
            let ours = Set(topology.queues(of: service.name).map(\.name))
            let owner = owner(of: service.name)
            return consumers.compactMap { consumer -> Stranger? in
                guard let queue = consumer["queue"]?["name"]?.string, ours.contains(queue) else { return nil }
                let details = consumer["channel_details"]
                let tag = consumer["consumer_tag"]?.string ?? ""
                let connection = details?["connection_name"]?.string
                let called = connection.flatMap(calledName)
                if isOwn(tag, connection, called, service.name, owner) { return nil }
                let address = details?["peer_host"]?.string.map { "\($0):\(details?["peer_port"]?.int64 ?? 0)" }
                return Stranger(
                    queue: queue, tag: tag, connection: called, address: address, user: details?["user"]?.string,
                    isServed: consumer["activity_status"]?.string == "single_active")
            }
        }
    }

    private func isOwn(_ tag: String, _ connection: String?, _ called: String?, _ service: String, _ owner: Owner) -> Bool {
        switch (owner, connection) {
        case (.connection(let owner), let connection?): connection == owner
        case (.nobody, _?): false
        case (.unknown, _?): called == "\(service) consumer"
        // In its first seconds the statistics do not know a consumer's connection. A service's tags are numbers.
        case (_, nil): Int(tag) != nil
        }
    }

    private func owner(of service: String) -> Owner {
        guard let queue = queues.first(where: { $0["name"]?.string == "\(service).owner" }) else { return .nobody }
        return queue["owner_pid_details"]?["name"]?.string.map { .connection($0) } ?? .unknown
    }

    private func calledName(_ connection: String) -> String? {
        connections.first { $0["name"]?.string == connection }?["client_properties"]?["connection_name"]?.string
    }
}
