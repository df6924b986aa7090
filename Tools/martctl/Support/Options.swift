import ArgumentParser
import Foundation
import RabbitMQ

/// Where the broker is.
struct BrokerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The broker; several hosts by comma. [environment: AMQP_URL, or AMQP_URL_FILE]", valueName: "url"))
    var amqpUrl: String?

    @Option(help: ArgumentHelp("How many seconds to try to reach it.", valueName: "seconds"))
    var connectTimeout: Double = 10

    var patience: Duration { .seconds(connectTimeout) }

    func configuration() throws -> RabbitMQConfiguration {
        let environment = ProcessInfo.processInfo.environment
        do {
            var configuration = try RabbitMQConfiguration(url: try url(environment))
            func file(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
            (configuration.caFile, configuration.certFile, configuration.keyFile) = (file("AMQP_CA"), file("AMQP_CERT"), file("AMQP_KEY"))
            configuration.connectionName = "martctl"
            try configuration.check()
            return configuration
        } catch let error as RabbitMQError {
            throw Failure(.usage, "the settings of the broker cannot be used: \(error.context)")
        }
    }

    private func url(_ environment: [String: String]) throws -> String {
        if let amqpUrl { return amqpUrl }
        // As the services do: the file before the variable, which may be a default of the environment.
        if let path = environment["AMQP_URL_FILE"], !path.isEmpty {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw Failure(.usage, "AMQP_URL_FILE names \(path), which cannot be read")
            }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if let url = environment["AMQP_URL"], !url.isEmpty { return url }
        return "amqp://guest:guest@127.0.0.1:5672/%2f"
    }
}

/// Where the services' read sides are.
struct ReadSideOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Catalog's read side. [environment: CATALOG_URL]", valueName: "url"))
    var catalogUrl: String?

    @Option(help: ArgumentHelp("Permits' read side. [environment: PERMITS_URL]", valueName: "url"))
    var permitsUrl: String?

    @Option(help: ArgumentHelp("Consignment's read side. [environment: CONSIGNMENT_URL]", valueName: "url"))
    var consignmentUrl: String?

    @Option(help: ArgumentHelp("Settlement's read side. [environment: SETTLEMENT_URL]", valueName: "url"))
    var settlementUrl: String?

    func sides() throws -> ReadSides {
        ReadSides(
            catalog: try client("CATALOG_URL", catalogUrl, 8101), permits: try client("PERMITS_URL", permitsUrl, 8102),
            consignment: try client("CONSIGNMENT_URL", consignmentUrl, 8103),
            settlement: try client("SETTLEMENT_URL", settlementUrl, 8104))
    }

    private func client(_ variable: String, _ option: String?, _ port: Int) throws -> HTTPClient {
        let environment = ProcessInfo.processInfo.environment
        return try HTTPClient(
            url: option ?? environment[variable] ?? "http://127.0.0.1:\(port)", shownURL: environment["\(variable.dropLast(4))_SHOWN_URL"],
            service: variable.dropLast(4).lowercased())
    }
}
