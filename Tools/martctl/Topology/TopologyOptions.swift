import ArgumentParser
import Foundation
import Messaging
import Platform
import RabbitMQ

/// Broker, and its management API where there is one.
struct TopologyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The broker's management API; it lists bindings too. [environment: RABBITMQ_API]", valueName: "url"))
    var api: String?

    @OptionGroup var broker: BrokerOptions

    private var apiURL: String? { (api ?? ProcessInfo.processInfo.environment["RABBITMQ_API"]).flatMap { $0.isEmpty ? nil : $0 } }

    var seesBindings: Bool { apiURL != nil }

    /// Nil where nobody has named it.
    func management() throws -> ManagementAPI? {
        guard let apiURL else { return nil }
        let broker = try broker.configuration()
        return try ManagementAPI(url: apiURL, user: broker.user, password: broker.password, virtualHost: broker.virtualHost)
    }

    func differences() async throws -> [TopologyDifference] {
        let configuration = try broker.configuration()
        if let management = try management() { return try await management.differences(Platform.topology) }
        return try await Blocking.run { try TopologyProbe.differences(Platform.topology, on: configuration) }
    }
}
