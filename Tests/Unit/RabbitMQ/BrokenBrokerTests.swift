import Logging
import RabbitMQ
import TestSupport
import Testing

/// Each test breaks a node of its own.
@Suite("A broken broker", .serialized, .processes(minutes: 4))
struct BrokenBrokerTests {
    @Test func isComeBackToWhenItIsRestarted() async throws {
        let broker = try await TestBroker.start()
        let pair = try Pair(url: broker.url, queueArguments: ["x-queue-type": "quorum"])
        try await pair.start()
        _ = try await pair.publisher.publish(message("before", to: pair.queue))
        #expect(try await pair.consumer.take(1).map(text) == ["before"])
        try await broker.stop()
        try await pair.publisherStates.first("the publisher notices") { $0.failure != nil }
        try await pair.consumerStates.first("the consumer notices") { $0.failure != nil }
        try await broker.restart()
        try await pair.publisherStates.first("the publisher comes back") { $0 == .connected(generation: 2) }
        try await pair.consumerStates.first("the consumer comes back") { $0 == .connected(generation: 2) }
        _ = try await pair.publisher.publish(message("after", to: pair.queue))
        let deliveries = try await pair.consumer.take(2)
        #expect(deliveries.map(text) == ["before", "after"])
        #expect(deliveries.map(\.redelivered) == [true, false])
        await pair.shutdown()
        try await broker.stop()
    }

    @Test func pausesThePublisherWhileItHasAnAlarm() async throws {
        let broker = try await TestBroker.start()
        var limits = PublisherLimits()
        limits.confirmTimeout = .seconds(1)
        let pair = try Pair(url: broker.url, limits: limits)
        try await pair.start()
        try await broker.control("set_vm_memory_high_watermark", "absolute", "1")
        // The broker tells only a connection that publishes.
        pair.publisher.enqueue([(1, message("a", to: pair.queue))])
        try await pair.publisherStates.first("it is blocked") { $0.blockReason?.contains("memory") == true }
        pair.publisher.enqueue([(2, message("b", to: pair.queue))])
        // Lifting the alarm takes longer than the confirm timeout, which stands still meanwhile.
        try await withTimeLimit(.seconds(60), "the alarm is lifted") { _ = try await broker.control("set_vm_memory_high_watermark", "0.9") }
        try await pair.settled.wait("both are confirmed") { $0.count == 2 }
        #expect(pair.settled.items.map(\.outcome) == [.confirmed, .confirmed])
        #expect(pair.publisherStates.items.suffix(2).last == .connected(generation: 1))
        #expect(try await pair.consumer.take(2).map(text) == ["a", "b"])
        await pair.shutdown()
        try await broker.stop()
    }

    @Test func isNoticedByItsSilence() async throws {
        let broker = try await TestBroker.start()
        let pair = try Pair(url: broker.url, heartbeat: .seconds(1))
        try await pair.start()
        try broker.pause()
        for states in [pair.publisherStates, pair.consumerStates] {
            try await states.first("it is noticed") { $0.failure?.code == .heartbeatTimeout }
        }
        try broker.resume()
        try await pair.publisherStates.first("the publisher comes back") { $0 == .connected(generation: 2) }
        try await pair.consumerStates.first("the consumer comes back") { $0 == .connected(generation: 2) }
        await pair.shutdown()
        try await broker.stop()
    }

    @Test func doesNotHoldAPublishForEver() async throws {
        let broker = try await TestBroker.start()
        var configuration = try RabbitMQConfiguration(url: broker.url)
        configuration.heartbeat = .seconds(1)
        configuration.connectTimeout = .seconds(1)
        let lines = Recorder<String>()
        let states = Recorder<ConnectionState>()
        let settled = Recorder<RabbitMQPublisher.Settlement>()
        let publisher = RabbitMQPublisher(
            configuration: configuration, logger: Logger(label: "test") { _ in LineRecorder(lines: lines) },
            setup: { try $0.declareQueue("work") }, onSettled: { settled.add($0) }, onStateChange: { states.add([$0]) })
        publisher.start()
        try await states.first("it connects") { $0 == .connected(generation: 1) }
        try broker.pause()
        // More than the buffers of both kernels hold: the thread hangs in a write.
        let body = [UInt8](repeating: 7, count: 1 << 20)
        publisher.enqueue((0..<64).map { (token: $0, message: OutgoingMessage(exchange: "", routingKey: "work", body: body)) })
        try await lines.first("the watchdog cuts the socket", limit: .seconds(20)) { $0.contains("socket is cut") }
        try await settled.wait("all are lost", limit: .seconds(20)) { $0.count == 64 }
        #expect(settled.items.allSatisfy { $0.outcome == .lost })
        try broker.resume()
        try await states.first("it comes back") { $0 == .connected(generation: 2) }
        #expect(try await publisher.publish(message("x", to: "work")).generation == 2)
        await publisher.shutdown(timeout: .seconds(5))
        try await broker.stop()
    }

    @Test func doesNotHoldAShutdownForEver() async throws {
        let broker = try await TestBroker.start()
        let pair = try Pair(url: broker.url)
        try await pair.start()
        try broker.pause()
        pair.publisher.enqueue([(1, message("x", to: pair.queue))])
        let start = ContinuousClock.now
        await pair.publisher.shutdown(timeout: .seconds(1))
        await pair.consumer.shutdown(timeout: .seconds(1))
        #expect(ContinuousClock.now - start < .seconds(10))
        try await pair.settled.wait("it is lost") { $0 == [.init(token: 1, outcome: .lost)] }
        try broker.resume()
        try await broker.stop()
    }
}

/// Records the messages of log lines.
private struct LineRecorder: LogHandler {
    let lines: Recorder<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Recorder<String>) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add(["\(event.message)"]) }
}
