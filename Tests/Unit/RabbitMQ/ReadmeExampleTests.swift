import Foundation
import Logging
import RabbitMQ
import TestSupport
import Testing

@Suite("The README", .timeLimit(.minutes(5)))
struct ReadmeExampleTests {
    @Test func itsExampleWorks() async throws {
        let url = try await TestBroker.shared.makeVirtualHost().url
        let logger = quiet
        // README begins
        let configuration = try RabbitMQConfiguration(url: url)
        let queue: @Sendable (SetupChannel) throws -> Void = { try $0.declareQueue("greetings") }
        let publisher = RabbitMQPublisher(configuration: configuration, logger: logger, setup: queue)
        let consumer = RabbitMQConsumer(
            configuration: configuration, subscriptions: [.init(queue: "greetings", prefetch: 100)], logger: logger, setup: queue)
        publisher.start()
        consumer.start()
        _ = try await publisher.publish(OutgoingMessage(exchange: "", routingKey: "greetings", body: Array("hello".utf8)))
        let deliveries = try await consumer.nextBatch(max: 10)
        for delivery in deliveries { consumer.acknowledge(delivery) }
        await publisher.shutdown(timeout: .seconds(5))
        await consumer.shutdown(timeout: .seconds(5))
        // README ends
        #expect(deliveries.map(text) == ["hello"])
        #expect(try SetupChannel.run(on: configuration) { try $0.declareQueue("greetings", passive: true).messageCount } == 0)
    }

    @Test func itsExampleIsTheOneAbove() throws {
        let source = URL(fileURLWithPath: #filePath)
        let repository = (0..<4).reduce(source) { folder, _ in folder.deletingLastPathComponent() }
        let readme = try String(contentsOf: repository.appendingPathComponent("Shared/RabbitMQ/README.md"), encoding: .utf8)
        let inReadme = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first?.components(separatedBy: "\n```").first)
        let lines = try String(contentsOf: source, encoding: .utf8).components(separatedBy: "\n")
        let first = try #require(lines.firstIndex(of: "        // README begins")) + 1
        let end = try #require(lines.firstIndex(of: "        // README ends"))
        let inTest = lines[first..<end].map { $0.hasPrefix("        ") ? String($0.dropFirst(8)) : $0 }.joined(separator: "\n")
        #expect(inReadme == inTest)
    }
}
