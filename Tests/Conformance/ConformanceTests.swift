import Foundation
import MessagingTesting
import TestSupport
import Testing

/// One suite for every transport: what the simulator believes of RabbitMQ is what RabbitMQ does.
@Suite("Transports behave as RabbitMQ does")
struct ConformanceTests {
    @Test("in memory", arguments: TransportConformance.all)
    func inMemory(conformance: TransportConformance) async throws { try await conformance.run(InMemoryTransport()) }

    /// RabbitMQ 3.10 by `TestBroker`.
    @Test("the client over RabbitMQ", arguments: TransportConformance.all)
    func real(conformance: TransportConformance) async throws {
        guard conformance.disturbsOthers else {
            return try await run(conformance, on: RealTransport(url: try await Self.virtualHost.value, prefix: prefix))
        }
        let broker = try await TestBroker.start(virtualHosts: 1)
        try await conformance.run(RealTransport(url: broker.url, prefix: prefix) { try await broker.control($0) })
        try await broker.stop()
    }

    /// Another broker, where `AMQP_URL_4` names one and `AMQP_CONTROL_4` its `rabbitmqctl`. Nobody else may use it meanwhile, and so the cases come
    /// one after the other.
    @Test("the client over another RabbitMQ", .enabled(if: anotherURL != nil))
    func another() async throws {
        let control = Self.environment["AMQP_CONTROL_4"]?.split(separator: " ").map(String.init)
        for conformance in TransportConformance.all where control != nil || !conformance.disturbsOthers {
            let transport = try RealTransport(url: Self.anotherURL ?? "", prefix: prefix) { arguments in
                try await runTool((control ?? []) + arguments)
            }
            do { try await run(conformance, on: transport) } catch { Issue.record("\(conformance): \(error)") }
        }
    }

    private static let virtualHost = Task { try await TestBroker.shared.makeVirtualHost().url }
    private static let environment = ProcessInfo.processInfo.environment
    private static let anotherURL = environment["AMQP_URL_4"]

    private var prefix: String { "conformance-\(UUID().uuidString.prefix(8))-" }

    private func run(_ conformance: TransportConformance, on transport: RealTransport) async throws {
        try await conformance.run(transport)
        for queue in ["work", "dead", "one", "two", "somewhere", "kept", "small", "large", "slow", "quick"] + (0..<6).map({ "q\($0)" }) {
            try await transport.delete(queue: queue)
        }
    }
}
