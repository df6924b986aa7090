import Contracts
import Platform
import Store

extension Document {
    /// Who consumes what, for every service to assert and for the relay to know whose events must not go out unrouted.
    static let topologyManifest = Document(path: "Shared/Messaging/TopologyManifest.swift") { _ in
        let services = Platform.services.map { service in
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

            // Generated from the services' indexes by `make generate`; a test fails when it differs. Do not edit.

            extension Topology {
                /// The platform as its four services are.
                public static let platform = Topology([
            \(services.joined(separator: "\n"))
                ])
            }

            """
    }
}
