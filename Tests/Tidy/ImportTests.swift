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

    @Test func `a module of Shared imports what its README allows`() {
        let allowed: [String: Set<String>] = [
            "Primitives": [], "StrictJSON": [], "RabbitMQ": ["CLibCrypto", "CRabbitMQ"],
            "Contracts": ["Primitives", "StrictJSON"],
            "Messaging": ["Contracts", "Primitives", "StrictJSON"],
            "Storage": ["Primitives", "StrictJSON", "CLibCrypto", "CSQLite"],
            "ServiceFramework": ["Storage", "Messaging", "Contracts", "Primitives", "StrictJSON", "CLibCrypto"],
            "ServiceHost": [
                "ServiceFramework", "Storage", "Messaging", "Contracts", "Primitives", "StrictJSON", "RabbitMQ", "CStandardStreams",
            ],
        ]
        for (module, known) in allowed.sorted(by: { $0.key < $1.key }) {
            expectNone(
                imports(in: Repository.swiftFiles.under("Shared/\(module)")) { _, other in
                    Repository.modules.contains(other) && !known.contains(other)
                },
                instead: "have it handed in from above, or move what both need below; Shared/\(module)/README.md says what may be known")
        }
    }

    @Test func `the framework does no input and output but the store's`() {
        let packages: Set<String> = [
            "Dispatch", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore", "NIOHTTP1", "NIOPosix", "ServiceLifecycle", "UnixSignals",
        ]
        let files = Repository.swiftFiles.under("Shared/Storage") + Repository.swiftFiles.under("Shared/ServiceFramework")
        expectNone(
            imports(in: files) { _, module in packages.contains(module) },
            instead: "return what is to be done, and let ServiceHost do it: the simulator runs the framework without threads")
    }

    @Test func `a service is told of the platform, and does not look it up`() {
        expectNone(
            imports(in: Repository.swiftFiles.under("Services") + Repository.swiftFiles.under("Shared")) { file, module in
                module == "Platform" || module == "PlatformManifest" && !file.path.contains("/Main/")
            },
            instead: "take it from the topology that ServiceMain was handed")
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
