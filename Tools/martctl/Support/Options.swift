import ArgumentParser
import Foundation
import Platform
import RabbitMQ
import ServiceFramework

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
            let text: String
            do {
                text = String(decoding: try InputFile.contents(path), as: UTF8.self)
            } catch let failure as Failure {
                throw Failure(failure.code, "AMQP_URL_FILE: \(failure.message)")
            }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if let url = environment["AMQP_URL"], !url.isEmpty { return url }
        return "amqp://guest:guest@127.0.0.1:5672/%2f"
    }
}

extension ReadSideOptions {
    /// - Parameter token: the read token, for what is masked without it.
    func sides(token: String? = nil) throws -> ReadSides {
        let environment = ProcessInfo.processInfo.environment
        let headers = token.map { ["Authorization: Bearer \($0)"] } ?? []
        return ReadSides(
            try Platform.services.map { service in
                let variable = service.name.uppercased()
                return try HTTPClient(
                    url: urls[service.name] ?? environment["\(variable)_URL"] ?? "http://127.0.0.1:\(service.port)",
                    shownURL: environment["\(variable)_SHOWN_URL"], service: service.name, headers: headers)
            })
    }
}

/// The token with which a read side shows phone and account numbers whole.
struct ReadTokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "File that holds the read token, to see phone and account numbers whole. [environment: READ_TOKEN_FILE]", valueName: "file"))
    var readTokenFile: String?

    func token() throws -> String? {
        guard let path = readTokenFile ?? ProcessInfo.processInfo.environment["READ_TOKEN_FILE"], !path.isEmpty else { return nil }
        guard let text = try? String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty
        else { throw Failure(.usage, "the file \(path) of the read token cannot be read, or is empty") }
        guard text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw Failure(.usage, "the read token in \(path) is more than one word of printable ASCII")
        }
        return text
    }
}
