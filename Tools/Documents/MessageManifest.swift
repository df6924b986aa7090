import Contracts
import Platform
import ServiceFramework

extension Document {
    /// The names of all messages, for programs that know no service: which are commands, which are events.
    static let messageManifest = Document(path: "Shared/Contracts/MessageManifest.swift") { _ in
        let services = Platform.services
        func list(_ names: [MessageName]) -> String {
            names.map { "        MessageName(\"\($0.service)\", \"\($0.name)\")," }.joined(separator: "\n")
        }
        let commands = services.flatMap { $0.allCommands.map(\.name) }
        let events = services.flatMap { service in
            service.publishes.map { $0.name } + [MessageName(service.name, "command-rejected")]
        }
        return """
            // Generated from the services' indexes by `make generate`; a test fails when it differs. Do not edit.

            extension MessageName {
                /// Every command that a service takes.
                public static let commands = [
            \(list(commands))
                ]

                /// Every event that a service publishes.
                public static let events = [
            \(list(events))
                ]
            }

            """
    }
}
