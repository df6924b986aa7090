import CatalogService
import ConsignmentService
public import Contracts
public import Messaging
import PermitsService
public import ServiceFramework
import SettlementService
public import StrictJSON

/// The one list of the platform: its services by their indexes. Tools, tests, simulator and benchmarks follow from it, and by `make generate`
/// the compose files, the Dockerfile, the scripts and the documents.
public enum Platform {
    /// Every service, in the order in which they stand everywhere, with the rules of a `MART_RULES` file (nil: the built-in ones).
    public static func services(rules: JSONValue?) throws(InvalidData) -> [ServiceDefinition] {
        [
            try CatalogService.definition(rules: rules),
            try PermitsService.definition(rules: rules),
            try ConsignmentService.definition(rules: rules),
            try SettlementService.definition(rules: rules),
        ]
    }

    /// Clients of the broker that have no queues of their own, by their user names; each has a key in the secured stack.
    public static let participants = ["martctl"]

    /// Every service with its built-in rules.
    public static let services: [ServiceDefinition] = {
        do throws(InvalidData) {
            return try services(rules: nil)
        } catch {
            preconditionFailure("the built-in rules are wrong: \(error)")
        }
    }()

    /// Who consumes what.
    public static let topology = Topology(services.map { ServiceTopology($0.name, consumes: $0.consumes) })

    /// `catalog`, …
    public static let names = services.map(\.name)

    /// Each service behind those that consume its events, as far as they do not consume in a circle: a backup of a listener that is older
    /// than its source's lacks nothing that cannot be sent again.
    public static let listenersFirst: [ServiceDefinition] = {
        var (rest, ordered) = (services, [ServiceDefinition]())
        while !rest.isEmpty {
            let next = rest.firstIndex { service in
                !rest.contains { $0.name != service.name && $0.consumes.contains { $0.service == service.name } }
            }
            ordered.append(rest.remove(at: next ?? 0))
        }
        return ordered
    }()
}
