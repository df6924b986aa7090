import Logging
import RabbitMQ
import StrictJSON
import TestSupport

/// The outside world of a mart: sends commands until the broker has each, hears the replies, watches every event, and keeps a record of it.
final class Trader: Sendable {
    struct Record: Sendable {
        struct Entry: Sendable {
            let command: Command
            var isSent = false
            var isConfirmed = false
            /// `accepted ok`, `rejected not-found`, …, one for each reply.
            var verdicts: [String] = []
            var isRetriable = false
        }
        var entries: [Entry] = []
        /// Bodies by `<source> <id>`, each time they came.
        var events: [String: [[UInt8]]] = [:]
        var sent = 0
        var answered = 0
        var unsettled = 0
        /// Entries to publish (again).
        var outbox: [Int] = []
        var isConnected = false
        var isOver = false

        var window = Trader.window

        /// Business is brisk, not a flood: whoever waits for answers sends nothing new. What was lost on the way is sent again all the same.
        var maySend: Bool {
            guard isConnected, unsettled < window, let first = outbox.first else { return false }
            return entries[first].isSent || sent - answered < window
        }

        mutating func takeNext() -> Int? {
            guard maySend else { return nil }
            let number = outbox.removeFirst()
            unsettled += 1
            if !entries[number].isSent {
                entries[number].isSent = true
                sent += 1
            }
            return number
        }
    }

    let record = Watched(Record())
    private let publisher: RabbitMQPublisher
    private let consumer: RabbitMQConsumer
    private let watches: Bool
    private static let replies = "chaos.replies"
    private static let seen = "chaos.events-seen"

    /// - Parameter watches: whether to hold a queue bound to all events; with one, an event never comes back unroutable.
    static func connect(to url: String, watches: Bool) async throws -> Trader {
        let trader = try Trader(url, watches)
        trader.publisher.start()
        trader.consumer.start()
        try await trader.record.wait("the driver connects", limit: .seconds(30)) { $0.isConnected }
        try await eventually("the driver consumes") { if case .connected = trader.consumer.state { true } else { nil } }
        trader.run()
        return trader
    }

    private init(_ url: String, _ watches: Bool) throws {
        var configuration = try RabbitMQConfiguration(url: url)
        configuration.connectionName = "chaos"
        self.watches = watches
        let record = record
        let logger = Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() }
        publisher = RabbitMQPublisher(
            configuration: configuration, logger: logger, setup: { try Self.declareExchanges($0) },
            onSettled: { settlements in
                record.change { record in
                    var lost: [Int] = []
                    for settlement in settlements {
                        record.unsettled -= 1
                        if settlement.outcome == .confirmed {
                            record.entries[Int(settlement.token)].isConfirmed = true
                        } else {
                            lost.append(Int(settlement.token))
                        }
                    }
                    // First, so that it comes as near to its place as it can.
                    record.outbox.insert(contentsOf: lost, at: 0)
                }
            },
            onStateChange: { state in record.change { if case .connected = state { $0.isConnected = true } else { $0.isConnected = false } }
            })
        consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: ([Self.replies] + (watches ? [Self.seen] : [])).map { .init(queue: $0, prefetch: 2000) }, logger: logger,
            setup: { channel in
                try Self.declareExchanges(channel)
                try Self.bindReplies(channel)
                guard watches else { return }
                try channel.declareQueue(Self.seen)
                try channel.bindQueue(Self.seen, exchange: "mart.events", routingKey: "#")
            })
    }

    static func bindReplies(_ channel: SetupChannel) throws(RabbitMQError) {
        try channel.declareExchange("mart.replies", type: "topic", durable: true)
        try channel.declareQueue(replies)
        try channel.bindQueue(replies, exchange: "mart.replies", routingKey: "reply.chaos.#")
    }

    private static func declareExchanges(_ channel: SetupChannel) throws(RabbitMQError) {
        for exchange in ["mart.commands", "mart.events", "mart.dead", "mart.replies"] {
            try channel.declareExchange(exchange, type: "topic", durable: true)
        }
    }

    // MARK: Sending

    /// Puts commands on their way.
    func send(_ commands: [Command]) {
        record.change { record in
            for command in commands {
                record.outbox.append(record.entries.count)
                record.entries.append(Record.Entry(command: command))
            }
        }
    }

    /// Puts commands on their way and waits until each is answered somehow.
    @discardableResult
    func answer(_ commands: [Command], limit: Duration = .seconds(30)) async throws -> [Record.Entry] {
        let first = record.read { $0.entries.count }
        send(commands)
        let range = first..<first + commands.count
        try await record.wait("\(commands.count) commands are answered", limit: limit) { record in
            record.entries[range].allSatisfy { !$0.verdicts.isEmpty }
        }
        return record.read { Array($0.entries[range]) }
    }

    /// Puts commands on their way and waits until each is answered; throws if one is refused.
    func ask(_ commands: [Command], limit: Duration = .seconds(30)) async throws {
        let answers = try await answer(commands, limit: limit)
        for entry in answers where !["accepted ok", "duplicate ok"].contains(entry.verdicts[0]) {
            throw SupportError("\(entry.command.name) \(entry.command.key): \(entry.verdicts)")
        }
    }

    /// The same for commands that may come too early: those refused for now are asked again under other ids.
    func askUntilKnown(_ commands: [Command]) async throws {
        var open = commands
        var round = 0
        try await eventually("\(commands.count) commands are accepted", timeout: .seconds(30)) { () -> Bool? in
            let named = open.map { Command(name: $0.name, id: "\($0.id)-try\(round)", key: $0.key, data: $0.data) }
            round += 1
            open = try await self.answer(named).filter(\.isRetriable).map(\.command)
            return open.isEmpty ? true : nil
        }
    }

    /// Puts bytes that may be no message at all into a service's queue of commands; nothing answers them.
    func inject(_ messages: [OutgoingMessage]) async throws { for message in messages { _ = try await publisher.publish(message) } }

    /// How many may be unanswered at a time.
    static let window = 64

    /// Lets so many be unanswered at a time.
    func widen(to window: Int) { record.change { $0.window = window } }

    /// Asks again, under the same ids, what has not been answered: a reply that found no queue does not come again by itself.
    func repeatUnanswered() {
        record.change { record in
            let waiting = Set(record.outbox)
            let open = record.entries.indices.filter {
                record.entries[$0].isConfirmed && record.entries[$0].verdicts.isEmpty && !waiting.contains($0)
            }
            record.outbox.insert(contentsOf: open, at: 0)
        }
    }

    private func run() {
        let (record, publisher, consumer) = (record, publisher, consumer)
        Task {
            while true {
                // Ends with the driver: `close` sets isOver.
                try? await record.wait("something is to be sent", limit: .seconds(3600)) { record in
                    record.isOver || record.maySend
                }
                let batch: [(token: UInt64, message: OutgoingMessage)]? = record.change { record in
                    if record.isOver { return nil }
                    var batch: [(token: UInt64, message: OutgoingMessage)] = []
                    while let number = record.takeNext() {
                        batch.append((UInt64(number), record.entries[number].command.message(replyTo: "reply.chaos.\(number)")))
                    }
                    return batch
                }
                guard let batch else { return }
                publisher.enqueue(batch)
            }
        }
        Task {
            while let batch = try? await consumer.nextBatch(max: 1000) {
                if let last = batch.last {
                    record.change { record in for delivery in batch { Self.enter(delivery, in: &record) } }
                    consumer.acknowledge(through: last)
                } else if consumer.state == .closed {
                    return
                }
            }
        }
    }

    private static func enter(_ delivery: Delivery, in record: inout Record) {
        guard let body = try? JSONDocument(parsing: delivery.body).root else { return }
        if delivery.queue == seen {
            record.events["\(body["source"]?.string ?? "") \(body["id"]?.string ?? "")", default: []].append(delivery.body)
            return
        }
        guard let number = delivery.routingKey.split(separator: ".").last.flatMap({ Int($0) }), record.entries.indices.contains(number),
            let data = body["data"]
        else { return }
        if record.entries[number].verdicts.isEmpty { record.answered += 1 }
        record.entries[number].verdicts.append("\(data["status"]?.string ?? "?") \(data["code"]?.string ?? "?")")
        if data["details"]?["retriable"]?.bool == true { record.entries[number].isRetriable = true }
    }

    func close() async {
        record.change { $0.isOver = true }
        await consumer.shutdown(timeout: .seconds(2))
        await publisher.shutdown(timeout: .seconds(2))
    }
}
