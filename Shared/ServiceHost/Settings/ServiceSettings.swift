import Foundation
import Logging
import Primitives
import RabbitMQ
import Storage
import StrictJSON

/// A service's settings, every value checked: flags before environment before defaults.
struct ServiceSettings {
    var broker: RabbitMQConfiguration
    var dataFolder: String
    var backupFolder: String
    var repliesToQueues: Bool
    var httpHost: String
    var httpPort: Int
    var readTokenFile: String?
    var rules: JSONValue?
    var clock: BusinessClock
    var businessStart: Instant?
    var logLevel: Logger.Level
    var logsJSON: Bool
    /// What may begin where the store that should be there is not. A flag alone: a variable would stay.
    var beginning: Beginning?

    /// One clear line; exit code 78.
    struct Fault: Error, CustomStringConvertible {
        var description: String
    }

    enum Request {
        case run(ServiceSettings)
        case health(ServiceSettings)
        case help(String)
    }

    static func read(service: String, port: Int, arguments: [String], environment: [String: String]) throws -> Request {
        let settings = Setting.all(service: service, port: port)
        var values: [String: String] = [:]
        for setting in settings {
            if let value = environment[setting.variable], !value.isEmpty { values[setting.variable] = value }
        }
        var asksForHealth = false
        var beginning: Beginning?
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--help" || argument == "-h" { return .help(Setting.help(service, settings)) }
            if argument == "--health" {
                asksForHealth = true
                continue
            }
            if let told = [Beginning.store, .life].first(where: { $0.flag == argument }) {
                guard beginning == nil || beginning == told else {
                    throw Fault(description: "\(Beginning.store.flag) and \(Beginning.life.flag) do not go together; see --help")
                }
                beginning = told
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard let setting = settings.first(where: { $0.flag == parts.first }) else {
                throw Fault(description: "unknown argument \(argument); see --help")
            }
            guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
                throw Fault(description: "\(setting.flag) needs a value")
            }
            values[setting.variable] = value
        }
        for setting in settings where values[setting.variable] == nil { values[setting.variable] = setting.defaultValue }
        var result = try ServiceSettings(values, service: service, environment: environment)
        result.beginning = beginning
        return asksForHealth ? .health(result) : .run(result)
    }

    private init(_ values: [String: String], service: String, environment: [String: String]) throws {
        func value(_ name: String) -> String { values[name] ?? "" }
        func file(_ name: String) throws -> [UInt8]? {
            guard let path = values[name] else { return nil }
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Fault(description: "\(name): the file \(path) cannot be read")
            }
            return Array(data)
        }
        let secret = try file("AMQP_URL_FILE").map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        do throws(RabbitMQError) {
            broker = try RabbitMQConfiguration(url: secret ?? value("AMQP_URL"))
        } catch {
            throw Fault(description: "\(secret == nil ? "AMQP_URL" : "AMQP_URL_FILE"): \(error.context)")
        }
        broker.caFile = values["AMQP_CA"]
        broker.certFile = values["AMQP_CERT"]
        broker.keyFile = values["AMQP_KEY"]
        broker.connectionName = service
        for name in ["AMQP_CA", "AMQP_CERT", "AMQP_KEY"] { _ = try file(name) }
        do throws(RabbitMQError) {
            try broker.check()
        } catch {
            throw Fault(description: "AMQP_CA, AMQP_CERT, AMQP_KEY: \(error.context)")
        }
        dataFolder = value("DATA_DIR")
        backupFolder = values["BACKUP_DIR"] ?? "\(dataFolder)/backups"
        repliesToQueues = try Self.choice("REPLY_TO_QUEUES", value("REPLY_TO_QUEUES"), ["on", "off"]) == "on"
        httpHost = value("HTTP_HOST")
        guard let port = Int(value("HTTP_PORT")), (1...65535).contains(port) else {
            throw Fault(description: "HTTP_PORT: \(value("HTTP_PORT")) is no port from 1 to 65535")
        }
        httpPort = port
        readTokenFile = values["READ_TOKEN_FILE"]
        if let bytes = try file("MART_RULES") {
            do throws(JSONError) {
                rules = try JSONDocument(parsing: bytes).root
            } catch {
                throw Fault(description: "MART_RULES: \(error)")
            }
        }
        if let text = values["MART_NOW"] {
            guard let instant = Instant(text) else { throw Fault(description: "MART_NOW: \(text) is no RFC 3339 instant") }
            businessStart = instant
        }
        clock = .system(startingAt: businessStart)
        let level = value("LOG_LEVEL").lowercased()
        guard let known = Logger.Level(rawValue: level) else {
            throw Fault(description: "LOG_LEVEL: \(level) is none of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        logLevel = known
        logsJSON = try Self.choice("LOG_FORMAT", value("LOG_FORMAT"), ["text", "json"]) == "json"
    }

    private static func choice(_ name: String, _ value: String, _ words: [String]) throws -> String {
        guard words.contains(value) else { throw Fault(description: "\(name): \(value) is none of \(words.joined(separator: ", "))") }
        return value
    }
}
