import Contracts
import Foundation
import GRDB
import Messaging
import MessagingTesting
import Primitives
import RabbitMQ
import ServiceKit
import Store
import Synchronization

/// One service process: its real store, handlers, timers and processor, and the same decisions about relay, timers and suspects that `ServiceKit`
/// makes on its threads. Every turn is a step of the run.
final class Node {
    /// What a turn of the writer left behind.
    struct Commit {
        /// In their order; a message that nobody could read has no verdict of its own.
        var judged: [(incoming: Incoming, verdict: Decision.Verdict)] = []
        /// Business time of the transaction.
        var now: Instant
        /// Appended by it, in the order of their sequence.
        var events: [PublishedEvent] = []
    }

    let definition: ServiceDefinition
    let publisher: PublisherEnd
    let consumer: ConsumerEnd
    private let broker: InMemoryBroker
    private let machine: VirtualMachine
    private let folder: String
    private let prefetch: Int
    /// How far its clock is ahead, in milliseconds.
    var clockOffset: Int64

    private(set) var store: ServiceStore?
    private var processor: BatchProcessor?
    private var window = RelayWindow(events: 0, replies: 0)
    private var timers = TimerSchedule()
    private var suspects = Suspects(isArmed: false)
    /// Taken, and not yet committed: the store failed.
    private var held: [Delivery] = []
    /// Of those held, the ones that came back after a crash.
    private var turns: [Int: SuspectTurn] = [:]
    private var decisions: [Int: [Decision]] = [:]
    private var lastNow = Instant(milliseconds: 0)
    private var lastEvent: Int64 = 0
    private var isOpen = false
    private var pausedUntil = Instant(milliseconds: 0)

    var name: String { definition.name }
    var isRunning: Bool { store != nil }
    var businessNow: Instant { max(lastNow, Instant(milliseconds: machine.now.milliseconds + clockOffset)) }

    init(_ definition: ServiceDefinition, _ broker: InMemoryBroker, _ machine: VirtualMachine, in folder: String, _ plan: Plan, place: Int)
        throws
    {
        self.definition = definition
        self.broker = broker
        self.machine = machine
        self.folder = "\(folder)/\(definition.name)"
        prefetch = plan.prefetch
        clockOffset = plan.clockOffsets[place]
        publisher = PublisherEnd(broker)
        consumer = ConsumerEnd(broker)
        try StoreTemplate.copy(definition, to: self.folder)
        try start()
    }

    // MARK: Life

    func start() throws {
        let store = try ServiceStore(
            definition, folder: folder, clock: .manual(Instant(milliseconds: machine.now.milliseconds + clockOffset)),
            surroundings: machine.surroundings)
        let processor = try BatchProcessor(store)
        processor.keepsRoutine = true
        let marks = store.sent.withLock { $0 }
        window = RelayWindow(events: marks.events, replies: marks.replies)
        timers = TimerSchedule()
        suspects = Suspects(isArmed: store.wasStoppedUncleanly)
        lastNow = max(lastNow, store.clock.now)
        (self.store, self.processor) = (store, processor)
        isOpen = false
        pausedUntil = machine.now
    }

    /// Nothing of the process is left but its files, and its connections as the broker sees them.
    func crash() throws -> [Zombie] {
        (held, turns, decisions) = ([], [:], [:])
        processor = nil
        try store?.pool.close()
        store = nil
        _ = publisher.takeSettlements()
        let zombies = [publisher.lose(), consumer.lose()].compactMap { $0 }
        _ = publisher.takeSettlements()
        return zombies
    }

    /// As `crash`, and the machine with it: what was written and not synced is gone, and a write that was under way is torn.
    func cutPower(tearing garbage: [UInt8]) throws -> [Zombie] {
        guard let store else { return [] }
        let path = URL(fileURLWithPath: store.pool.path)
        let log = URL(fileURLWithPath: store.pool.path + "-wal")
        // With synchronous=FULL every commit is synced; with less, the log since the last checkpoint is not.
        let isSynced = try store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? 0 } >= 2
        let main = try Data(contentsOf: path)
        let tail = isSynced ? (try? Data(contentsOf: log)) ?? Data() : Data()
        let zombies = try crash()
        try main.write(to: path)
        try (tail + garbage).write(to: log)
        return zombies
    }

    /// A disk without room: what needs another page fails.
    func fillDisk(_ isFull: Bool) throws {
        try store?.pool.writeWithoutTransaction { db in
            let pages = try isFull ? Int.fetchOne(db, sql: "PRAGMA page_count") ?? 1 : 1_073_741_823
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    // MARK: Connections

    func connect() throws {
        guard isRunning else { return }
        if !publisher.isConnected {
            publisher.connect()
            try broker.assertTopology(Topology.platform.queues)
        }
        if !consumer.isConnected {
            let queues = Topology.platform.queues(of: name)
            let isConnected = consumer.connect { channel in
                try broker.assertTopology(queues)
                try broker.declareQueue("\(name).owner", exclusiveTo: channel)
                for queue in queues { try broker.consume(queue.name, on: channel, prefetch: prefetch) }
            }
            isOpen = isOpen || isConnected
        }
    }

    // MARK: Turns

    /// Timers that are due, or else the next deliveries, in one transaction. Nil if there was nothing to do.
    func write(max: Int) throws -> Commit? {
        guard let store, let processor else { return nil }
        store.clock.advance(to: Instant(milliseconds: machine.now.milliseconds + clockOffset))
        lastNow = Swift.max(lastNow, store.clock.now)
        if timers.isDue(on: store.clock.today, at: machine.monotonic) { return try fireTimers(store, processor) }
        let deliveries = held.isEmpty ? consumer.take(max) : held
        guard let last = deliveries.last else {
            try processor.saveSentMarks()
            return nil
        }
        held = deliveries
        var commit = Commit(now: lastNow)
        var batch: [Incoming] = []
        for (place, delivery) in deliveries.enumerated() {
            guard suspects.contains(delivery) else {
                batch.append(Incoming(delivery))
                continue
            }
            try take(turn: place, Incoming(delivery), processor, &commit)
        }
        if !batch.isEmpty {
            try processor.process(batch)
            try record(batch, processor.decisions, &commit)
        }
        held = []
        (turns, decisions) = ([:], [:])
        consumer.acknowledge(through: last)
        if processor.committed.timersRequested { timers.request() }
        if processor.committed.replayRequested { while try processor.replayParked() {} }
        commit.events = try newEvents(store)
        return commit
    }

    /// A message that came back after a crash; where the store fails, its turn goes on at the next try.
    private func take(turn place: Int, _ incoming: Incoming, _ processor: BatchProcessor, _ commit: inout Commit) throws {
        var turn = turns[place] ?? SuspectTurn(incoming)
        defer { turns[place] = turn }
        if !turn.isOver { try turn.proceed(processor) { decisions[place] = $0 } }
        try record([incoming], decisions[place] ?? [], &commit)
    }

    private func record(_ batch: [Incoming], _ all: [Decision], _ commit: inout Commit) throws {
        var decisions = all[...]
        for incoming in batch {
            guard let decision = decisions.popFirst() else {
                throw Broken("\(name) took no decision on \(incoming.messageId ?? "a message")")
            }
            commit.judged.append((incoming, decision.verdict))
            // A report that was rejected is kept for a person as well.
            if case .rejected = decision.verdict, let next = decisions.first, case .parked = next.verdict,
                next.messageId == decision.messageId
            {
                decisions.removeFirst()
            }
        }
    }

    private func fireTimers(_ store: ServiceStore, _ processor: BatchProcessor) throws -> Commit {
        var failure: (any Error)?
        try processor.fireTimers { failure = $1 }
        if let failure { throw failure }
        timers.fired(on: store.clock.today, more: processor.committed.timersRequested)
        return Commit(now: lastNow, events: try newEvents(store))
    }

    private func newEvents(_ store: ServiceStore) throws -> [PublishedEvent] {
        let rows = try store.events(after: lastEvent, limit: 100_000)
        lastEvent = rows.last?.position ?? lastEvent
        return try rows.map { try PublishedEvent(Envelope(parsing: $0.body), routingKey: $0.routingKey) }
    }

    /// One turn of the relay, as `Relay` takes it.
    func relay() throws {
        guard let store, let processor else { return }
        for settlement in publisher.takeSettlements() { window.settle(settlement) }
        window.mark(store)
        if window.mustRewind, window.inFlight == 0 {
            let mustAssertTopology = window.rewind()
            pausedUntil = machine.now.adding(mustAssertTopology ? .seconds(1) : .milliseconds(50))
            if mustAssertTopology, let zombie = publisher.lose() { broker.close(zombie.channel) }
        }
        guard isOpen, !window.mustRewind, machine.now >= pausedUntil, publisher.isConnected else { return }
        while let batch = try window.takeEvents(from: store, upTo: processor.committed.events, consumed: Topology.platform.consumedTypes) {
            publisher.enqueue(batch)
        }
        while let batch = try window.takeReplies(from: store, upTo: processor.committed.replies) { publisher.enqueue(batch) }
        window.mark(store)
    }

    /// Whether everything that was taken is done and everything that was committed has left.
    var isQuiet: Bool {
        guard let store, let processor else { return false }
        let committed = processor.committed
        return held.isEmpty && consumer.isIdle && publisher.isIdle && publisher.isConnected && consumer.isConnected
            && !timers.isDue(on: BusinessDate(businessNow), at: machine.monotonic) && window.events.mark >= committed.events
            && window.replies.mark >= committed.replies && store.inFlight.load(ordering: .relaxed) == 0
    }
}

extension InMemoryBroker {
    func assertTopology(_ queues: [Topology.Queue]) throws {
        for exchange in Topology.exchanges { declareExchange(exchange) }
        for queue in queues {
            try declareQueue(queue.name, arguments: queue.arguments.mapValues(\.fieldValue))
            for binding in queue.bindings { try bind(queue.name, to: binding.exchange, binding.routingKey) }
        }
    }
}
