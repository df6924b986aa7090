import TestSupport
import Testing

@testable import RabbitMQ

@Suite("Headers of a stranger", .timeLimit(.minutes(5)))
struct HostileHeadersTests {
    /// librabbitmq decodes tables by recursion without a limit. On a stack of 1 or 2 MB one message of a stranger, redelivered
    /// after every start, would end the process for ever; measured with the deepest table that fits into a frame.
    @Test(arguments: ["array", "table"])
    func nestedAsDeeplyAsAFrameAllowsDoNotEndTheProcess(kind: String) async throws {
        let pair = try Pair(url: try await TestBroker.shared.makeVirtualHost().url)
        try await pair.start()
        let depth = 20_000
        let result: String = try await withTimeLimit(.seconds(60), "publishing") {
            [configuration = pair.configuration, queue = pair.queue] in
            await withCheckedContinuation { continuation in
                // Even to build and release such a value takes a large stack.
                NativeThread.start(name: "deep", stackBytes: 256 << 20) {
                    var value = FieldValue.null
                    for _ in 0..<depth { value = kind == "array" ? .array([value]) : .table(["": value]) }
                    let message = OutgoingMessage(
                        exchange: "", routingKey: queue, body: [1], properties: MessageProperties(headers: ["deep": value]))
                    continuation.resume(returning: Self.publishUnchecked(message, configuration))
                }
            }
        }
        #expect(result == "closed in order")
        let delivery = try #require(try await pair.consumer.take(1).first)
        var levels = 1
        var value = try #require(delivery.properties.headers["deep"])
        while true {
            if case .array(let elements) = value, let next = elements.first {
                value = next
            } else if case .table(let table) = value, let next = table[""] {
                value = next
            } else {
                break
            }
            levels += 1
        }
        #expect(levels == RabbitMQLimits.headerDepth && value == .null)
        await pair.shutdown()
    }

    /// Past the check that refuses such a message.
    private static func publishUnchecked(_ message: OutgoingMessage, _ configuration: RabbitMQConfiguration) -> String {
        do {
            let connection = try NativeConnection.open(configuration, host: configuration.host(attempt: 0), name: "stranger")
            try connection.publish(message)
            try connection.close()
            return "closed in order"
        } catch {
            return "\(error)"
        }
    }
}
