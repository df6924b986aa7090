// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .treatAllWarnings(as: .error)]

// A package of its own, so that nobody who builds the services builds this. `make bench` in the folder above runs it.
let package = Package(
    name: "ntt-mart-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "ntt-mart", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "SaleMaker", path: "Sources/SaleMaker", swiftSettings: strict),
        .executableTarget(
            name: "bench",
            dependencies: [
                "SaleMaker", .product(name: "CSQLite", package: "ntt-mart"),
                .product(name: "RabbitMQ", package: "ntt-mart"), .product(name: "Platform", package: "ntt-mart"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            path: "Sources/Bench",
            swiftSettings: strict),
        // The writer's work alone, in one thread and without a broker, for profilers that count instructions.
        .executableTarget(
            name: "settle-loop", dependencies: ["SaleMaker", .product(name: "Settlement", package: "ntt-mart")], path: "Sources/SettleLoop",
            swiftSettings: strict),
        .executableTarget(
            name: "client-load",
            dependencies: [.product(name: "RabbitMQ", package: "ntt-mart"), .product(name: "Logging", package: "swift-log")],
            path: "Sources/ClientLoad", swiftSettings: strict),
    ]
)
