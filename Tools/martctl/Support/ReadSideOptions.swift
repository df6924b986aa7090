import ArgumentParser

// Generated from Platform/Platform.swift by `make generate`; a test fails when it differs. Do not edit.

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

    /// By service, as far as they are given.
    var urls: [String: String] {
        let given: [String: String?] = [
            "catalog": catalogUrl,
            "permits": permitsUrl,
            "consignment": consignmentUrl,
            "settlement": settlementUrl,
        ]
        return given.compactMapValues { $0 }
    }
}
