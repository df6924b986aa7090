import Messaging
import StrictJSON

/// One way in which the broker is not as the manifest says.
struct TopologyDifference: Sendable, Equatable {
    /// `queue catalog.commands`, `exchange mart.events`
    let object: String
    /// The argument or attribute, or the word for its being there at all.
    let what: String
    let wanted: String
    let found: String
    let cure: String

    static func missing(_ object: String) -> TopologyDifference {
        TopologyDifference(
            object: object, what: "existence", wanted: "there", found: "missing",
            cure: "declare it: martctl topology apply --yes, or start the services, which declare everything")
    }

    static func other(_ object: String, _ what: String, wanted: String, found: String) -> TopologyDifference {
        let name = object.split(separator: " ").last.map(String.init) ?? object
        let cure =
            object.hasPrefix("queue")
            ? "an argument cannot be changed: stop the service, let the queue run empty, `rabbitmqctl delete_queue \(name)`, start the service"
            : "stop the services, `rabbitmqctl eval` or the management API to delete the exchange \(name), start the services"
        return TopologyDifference(object: object, what: what, wanted: wanted, found: found, cure: cure)
    }

    static func unbound(_ binding: Topology.Binding, _ queue: String) -> TopologyDifference {
        TopologyDifference(
            object: "queue \(queue)", what: "binding \(binding.routingKey)", wanted: "on \(binding.exchange)", found: "missing",
            cure: "bind it: martctl topology apply --yes; events published meanwhile must be published again by their service")
    }

    static func extra(_ routingKey: String, exchange: String, _ queue: String) -> TopologyDifference {
        TopologyDifference(
            object: "queue \(queue)", what: "binding \(routingKey)", wanted: "none", found: "on \(exchange)",
            cure: "what comes that way is parked: unbind it with the management API, unless somebody means it")
    }

    static func unknown(_ object: String, _ why: String) -> TopologyDifference {
        TopologyDifference(
            object: object, what: "comparison", wanted: "possible", found: why,
            cure: "use a user who may configure it, or name the management API with --api")
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("object", object)
            json.member("what", what)
            json.member("wanted", wanted)
            json.member("found", found)
            json.member("cure", cure)
        }
    }
}

extension Topology.Argument {
    var text: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        }
    }
}
