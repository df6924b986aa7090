import Platform

/// A virtual host of its own on the shared broker (or on a given one) and services on it, in one temporary folder.
///
/// ```swift
/// let stack = try await Stack.start()
/// let answer = try await stack["settlement"].get("/v1/status")
/// try await stack["settlement"].kill()
/// try await stack.restart("settlement")       // same data, ready again
/// try await stack.stop()                       // every service drained, exit code 0
/// ```
public struct Stack: Sendable {
    public static let allServices = Platform.names

    public let amqpURL: String
    public let folder: TemporaryFolder
    private let services: [ServiceProcess]

    /// Starts the services and waits until each is ready.
    ///
    /// - Parameters:
    ///   - broker: the shared one unless the test breaks it.
    ///   - environment: for all services, such as `MART_NOW`.
    public static func start(
        services names: [String] = allServices, broker: TestBroker? = nil, environment: [String: String] = [:]
    ) async throws -> Stack {
        let broker = if let broker { broker } else { try await TestBroker.shared }
        let place = try await broker.makeVirtualHost()
        let folder = try TemporaryFolder("stack")
        let services = try names.map {
            try ServiceProcess($0, amqpURL: place.url, folder: folder, environment: environment)
        }
        let stack = Stack(amqpURL: place.url, folder: folder, services: services)
        do {
            for service in services { try await service.waitUntilReady() }
        } catch {
            await stack.killAll()
            throw error
        }
        return stack
    }

    /// The service of that name.
    public subscript(_ name: String) -> ServiceProcess {
        guard let service = services.first(where: { $0.name == name }) else {
            preconditionFailure("this stack has no \(name), only \(services.map(\.name))")
        }
        return service
    }

    /// Starts a service again on the same data, ending it gracefully if it still runs, and waits until it is ready.
    public func restart(_ name: String) async throws {
        try await self[name].restart()
        try await self[name].waitUntilReady()
    }

    /// Ends every service that runs with SIGTERM, together; throws when one does not end with exit code 0.
    public func stop() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services where await service.exitCode == nil {
                group.addTask {
                    let code = try await service.terminate()
                    guard code == 0 else { throw SupportError("\(service.name) ended with exit code \(code):\n\(service.logTail())") }
                }
            }
            try await group.waitForAll()
        }
    }

    /// For a test that does not care how they end.
    public func killAll() async {
        for service in services { try? await service.kill() }
    }

    /// The variables that `martctl` takes: `AMQP_URL`, `CATALOG_URL`, `PERMITS_URL`, …
    public var clientEnvironment: [String: String] {
        services.reduce(into: ["AMQP_URL": amqpURL]) { $0["\($1.name.uppercased())_URL"] = $1.url }
    }
}
