import ArgumentParser
import Foundation
import Messaging
import RabbitMQ

/// Broker, and its management API where there is one.
struct TopologyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The broker's management API; it lists bindings too. [environment: RABBITMQ_API]", valueName: "url"))
    var api: String?

    @OptionGroup var broker: BrokerOptions

    private var apiURL: String? { (api ?? ProcessInfo.processInfo.environment["RABBITMQ_API"]).flatMap { $0.isEmpty ? nil : $0 } }

    var seesBindings: Bool { apiURL != nil }

    func differences() async throws -> [TopologyDifference] {
        let configuration = try broker.configuration()
        if let apiURL {
            let management = try ManagementAPI(
                url: apiURL, user: configuration.user, password: configuration.password, virtualHost: configuration.virtualHost)
            return try await management.differences(.platform)
        }
        return try await Blocking.run { try TopologyProbe.differences(.platform, on: configuration) }
    }
}
