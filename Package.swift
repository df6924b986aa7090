// swift-tools-version: 6.2
import PackageDescription

/// Every service; the same names as in Platform/Platform.swift.
let services = ["Catalog", "Permits", "Consignment", "Settlement"]

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]
// Messages are read and written by generic code of other modules: unspecialised it costs noticeably more. Exclusive access to properties is
// checked where every test runs, in debug builds; the checks would be a fortieth of a sale's cost. Not for the client, which other packages may
// depend on: a dependency must not have such flags.
let swiftSettings =
    strict + [.unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let grdb: [Target.Dependency] = [
    .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
]

let wire: [Target.Dependency] = ["Contracts", "Primitives", "StrictJSON"]
let framework: [Target.Dependency] = ["ServiceFramework", "Storage", "Messaging"] + wire

// The table reads downwards: a target depends only on targets above it.
var targets: [Target] = [
    // OpenSSL's SHA-256, which librabbitmq loads anyway
    .systemLibrary(name: "CLibCrypto", path: "Shared/CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    // RabbitMQ: the AMQP client, usable alone
    .systemLibrary(name: "CRabbitMQ", path: "Shared/CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .target(
        name: "RabbitMQ", dependencies: ["CRabbitMQ", "CLibCrypto", logging], path: "Shared/RabbitMQ", exclude: ["README.md"],
        swiftSettings: strict),

    // The one setting of SQLite that GRDB does not reach
    .systemLibrary(name: "CSQLite", path: "Shared/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

    // Holds the numbers of standard streams that nobody gave, in every program that links it
    .target(name: "CStandardStreams", path: "Shared/CStandardStreams"),

    // Words and wire forms
    shared("Primitives", []),
    shared("StrictJSON", []),
    shared("Contracts", ["Primitives", "StrictJSON"]),
    shared("Messaging", wire),

    // A service in three layers: its file; what it does, with no I/O but the file; the process around it
    shared("Storage", ["Primitives", "StrictJSON", "CLibCrypto", "CSQLite"] + grdb),
    shared("ServiceFramework", ["Storage", "Messaging", "CLibCrypto"] + wire + grdb),
    shared(
        "ServiceHost",
        framework + [
            "RabbitMQ", "CStandardStreams", logging, lifecycle, grdb[0],
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            .product(name: "Hummingbird", package: "hummingbird"), .product(name: "HummingbirdCore", package: "hummingbird"),
            .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ]),
    shared("MessagingTesting", framework + ["RabbitMQ", grdb[0]]),
]

// The services: none imports another. What one must know of the others is the generated manifest, which its program hands to it
targets.append(
    .target(name: "PlatformManifest", dependencies: ["Messaging", "Contracts"], path: "Platform/Manifest", swiftSettings: swiftSettings))

for name in services {
    let folder = "Services/\(name)"
    targets += [
        .target(name: "\(name)Domain", dependencies: ["Primitives"], path: "\(folder)/Domain", swiftSettings: swiftSettings),
        .target(
            name: "\(name)Service",
            dependencies: [.target(name: "\(name)Domain")] + framework + grdb,
            path: "\(folder)/Service", swiftSettings: swiftSettings),
        .executableTarget(
            name: "\(name)Main", dependencies: [.target(name: "\(name)Service"), "PlatformManifest", "ServiceHost"],
            path: "\(folder)/Main", swiftSettings: swiftSettings),
        test(
            "\(name)Tests", "Tests/Unit/\(name)",
            [.target(name: "\(name)Service"), .target(name: "\(name)Domain"), "MessagingTesting", grdb[0]] + framework),
    ]
}

targets += [
    // The one list of the platform: what enumerates the services links it, and no service does
    .target(
        name: "Platform", dependencies: services.map { .target(name: "\($0)Service") } + framework,
        path: "Platform", exclude: ["README.md", "Manifest"], swiftSettings: swiftSettings),

    // Tools: the audit shares nothing with the services
    .target(name: "Audit", path: "Tools/Audit", swiftSettings: swiftSettings),
    .target(
        name: "MartctlKit", dependencies: framework + ["Platform", "CStandardStreams", "Audit", "RabbitMQ", logging, argumentParser],
        path: "Tools/martctl", exclude: ["Main"], resources: [.embedInCode("Resources")], swiftSettings: swiftSettings),
    .target(
        name: "Documents", dependencies: framework + ["Platform", "ServiceHost", "MessagingTesting", "MartctlKit"],
        path: "Tools/Documents", swiftSettings: swiftSettings),
    .executableTarget(
        name: "Generate", dependencies: ["Documents", argumentParser],
        path: "Tools/Generate", swiftSettings: swiftSettings),
    .executableTarget(
        name: "MartctlMain", dependencies: ["MartctlKit", argumentParser], path: "Tools/martctl/Main", swiftSettings: swiftSettings),

    // The whole platform in one process, with simulated faults
    .target(
        name: "Simulator", dependencies: framework + ["Platform", "ServiceHost", "MessagingTesting", "RabbitMQ", grdb[0]],
        path: "Tests/Simulation/Simulator", swiftSettings: swiftSettings),
    .executableTarget(
        name: "Simulate", dependencies: ["Simulator", .product(name: "ArgumentParser", package: "swift-argument-parser")],
        path: "Tools/Simulate", swiftSettings: swiftSettings),

    // Tests
    .target(
        name: "TestSupport", dependencies: ["Platform", "ServiceFramework"], path: "Tests/Support", swiftSettings: swiftSettings),
    test("SharedTests", "Tests/Unit/Shared", framework + ["MessagingTesting", grdb[0]]),
    test(
        "ServiceHostTests", "Tests/Unit/ServiceHost",
        framework + [
            "ServiceHost", "RabbitMQ", .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
        ]),
    test("RabbitMQTests", "Tests/Unit/RabbitMQ", ["RabbitMQ", "TestSupport", logging]),
    test(
        "SystemTests", "Tests/System", framework + ["TestSupport", "RabbitMQ", "Platform", "PlatformManifest", "ServiceHost", logging]),
    test("ChaosTests", "Tests/Chaos", framework + ["TestSupport", "Platform", "Audit", "RabbitMQ", logging] + grdb),
    test("AuditTests", "Tests/Unit/Audit", ["Audit"]),
    test("MartctlTests", "Tests/Unit/Martctl", framework + ["MartctlKit", "Platform", "RabbitMQ", argumentParser]),
    test("DocumentsTests", "Tests/Unit/Documents", framework + ["Documents", "Platform", "MessagingTesting", grdb[0]]),
    test("ConformanceTests", "Tests/Conformance", ["MessagingTesting", "RabbitMQ", "TestSupport", logging]),
    test("SimulationTests", "Tests/Simulation/Tests", ["Simulator"]),
    test("TidyTests", "Tests/Tidy", []),
]

let package = Package(
    name: "ntt-mart",
    platforms: [.macOS(.v15)],
    products: services.map { .executable(name: $0.lowercased(), targets: ["\($0)Main"]) } + [
        .executable(name: "martctl", targets: ["MartctlMain"]),
        .library(name: "RabbitMQ", targets: ["RabbitMQ"]),
        // for Benchmarks/, which is a package of its own
        .library(name: "CSQLite", targets: ["CSQLite"]),
        .library(name: "Platform", targets: ["Platform", "ServiceFramework"]),
        .library(
            name: "Settlement",
            targets: ["SettlementService", "PlatformManifest", "ServiceFramework", "Storage", "Messaging", "Primitives"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: targets
)

func shared(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: ["README.md"], swiftSettings: swiftSettings)
}

func test(_ name: String, _ path: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: path, swiftSettings: swiftSettings)
}
