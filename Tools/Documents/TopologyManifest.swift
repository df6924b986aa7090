import Contracts
import Messaging
import Platform

extension Document {
    /// Who consumes what, handed to every service: to assert it, and to know whose events must not go out unrouted.
    static let topologyManifest = Document(path: "Platform/Manifest/Manifest.swift") { _ in
        let services = Platform.topology.services.map { service in
            if service.consumes.isEmpty { return "        ServiceTopology(\"\(service.name)\", consumes: [])," }
            let names = service.consumes.map { "                MessageName(\"\($0.service)\", \"\($0.name)\")," }
            return """
                        ServiceTopology(
                            "\(service.name)",
                            consumes: [
                \(names.joined(separator: "\n"))
                            ]),
                """
        }
        return """
            import Contracts
            public import Messaging

            // Generated from the services' indexes by `make generate`; a test fails when it differs. Do not edit.

            /// The platform as a service is told of it.
            public enum Manifest {
                /// Every service with the events that it consumes.
                public static let topology = Topology([
            \(services.joined(separator: "\n"))
                ])
            }

            """
    }
}
