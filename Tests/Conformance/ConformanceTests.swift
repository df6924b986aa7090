import Foundation
import MessagingTesting
import TestSupport
import Testing

/// One suite for every transport: what the simulator believes of RabbitMQ is what RabbitMQ does.
@Suite("Transports behave as RabbitMQ does")
struct ConformanceTests {
    @Test("in memory", arguments: TransportConformance.all)
    func inMemory(conformance: TransportConformance) async throws { try await conformance.run(InMemoryTransport()) }

    /// RabbitMQ 3.10 by `TestBroker`, and another one where `AMQP_URL_4` names it.
    @Test("the client over RabbitMQ", arguments: ["TestBroker"] + [rabbit4].compactMap { $0 }, TransportConformance.all)
    func real(broker: String, conformance: TransportConformance) async throws {
        try await run(conformance, url: broker == "TestBroker" ? try await Self.virtualHost.value : broker)
    }

    private static let virtualHost = Task { try await TestBroker.shared.makeVirtualHost().url }
    private static let rabbit4 = ProcessInfo.processInfo.environment["AMQP_URL_4"]

    private func run(_ conformance: TransportConformance, url: String) async throws {
        let transport = try RealTransport(url: url, prefix: "conformance-\(UUID().uuidString.prefix(8))-")
        try await conformance.run(transport)
        for queue in ["work", "dead", "one", "two", "somewhere", "kept", "small", "large", "slow", "quick"] + (0..<6).map({ "q\($0)" }) {
            try await transport.delete(queue: queue)
        }
    }
}
