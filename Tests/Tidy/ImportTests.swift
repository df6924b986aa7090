import Testing

/// Who may import what: the diagram of the architecture.
struct ImportTests {
    @Test func `only the native folder of the RabbitMQ client imports the C library`() {
        expectNone(
            imports(in: Repository.swiftFiles.outside("Shared/RabbitMQ/Native")) { _, module in module == "CRabbitMQ" },
            instead: "use the Swift types of RabbitMQ, or add what is missing to Shared/RabbitMQ/Native")
    }

    @Test func `a domain imports Primitives and nothing else`() {
        let domains = Repository.services.flatMap { Repository.swiftFiles.under("Services/\($0)/Domain") }
        expectNone(
            imports(in: domains) { _, module in module != "Primitives" },
            instead: "rules compute on values; what needs a library belongs to Service/, what all domains need to Primitives")
    }

    @Test func `no service imports another`() {
        let ours = imports(in: Repository.swiftFiles.under("Services")) { file, module in
            let own = file.path.split(separator: "/")[1]
            return Repository.services.contains { $0 != own && module.hasPrefix($0) && Repository.modules.contains(module) }
        }
        expectNone(ours, instead: "send the other service a command or follow its events, both in Shared/Contracts")
    }

    @Test func `shared code imports no service`() {
        expectNone(
            imports(in: Repository.swiftFiles.under("Shared")) { _, module in
                Repository.services.contains { module == "\($0)Domain" || module == "\($0)Service" }
            },
            instead: "let the service pass it in through its ServiceDefinition")
    }

    @Test func `the audit imports nothing of ours`() {
        expectNone(
            imports(in: Repository.swiftFiles.under("Tools/Audit")) { _, module in Repository.modules.contains(module) },
            instead: "compute it a second time in Tools/Audit: an auditor who shares code with the books shares their mistakes")
    }

    @Test func `what ships imports no test support`() {
        // The documents are written by developers; their examples come from services that really run.
        let shipped =
            Repository.swiftFiles.under("Services")
            + Repository.swiftFiles.under("Tools").outside("Tools/Documents").outside("Tools/Generate")
        expectNone(
            imports(in: shipped) { _, module in ["TestSupport", "MessagingTesting", "Testing", "XCTest"].contains(module) },
            instead: "move what both need to Shared")
    }
}
