import RabbitMQ

/// A queue declared right before its node was killed can come back without its Raft state: it answers declarations, and publishers and
/// consumers wait for ever. Its sign from outside: its service lives and has no consumer there, and a consumer of ours is not answered.
enum StuckQueues {
    private static let patience = Duration.seconds(3)

    static func find(_ queues: [QueueLook], _ services: [ServiceLook], _ broker: RabbitMQConfiguration) async -> [String] {
        var stuck: [String] = []
        for queue in suspects(queues, services) where await !isAnswered(queue, broker) { stuck.append(queue) }
        return stuck
    }

    /// Only where nobody consumes although somebody should: a consumer of ours beside that of a service would take part in its turn.
    static func suspects(_ queues: [QueueLook], _ services: [ServiceLook]) -> [String] {
        let alive = Set(services.filter { $0.status != nil }.map(\.service))
        return queues.filter { queue in
            if case .there(_, consumers: 0) = queue.state { alive.contains(queue.service) } else { false }
        }.map(\.name)
    }

    private static func isAnswered(_ queue: String, _ broker: RabbitMQConfiguration) async -> Bool {
        let consumer = RabbitMQConsumer(
            configuration: broker, subscriptions: [.init(queue: queue, prefetch: 1)], logger: Connecting.logger)
        consumer.start()
        let isAnswered = (try? await Connecting.wait(within: patience) { [consumer.state] }) != nil
        await consumer.shutdown(timeout: .seconds(1))
        return isAnswered
    }
}
