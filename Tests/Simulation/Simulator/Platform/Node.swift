import Contracts
import Foundation
import GRDB
import Messaging
import MessagingTesting
import Platform
import Primitives
import RabbitMQ
import ServiceFramework
import ServiceHost
import Storage
import Synchronization

/// One service process: its real store, handlers, timers and processor, and the same decisions about relay, timers and suspects that `ServiceHost`
/// makes on its threads. Every turn is a step of the run.
final class Node {
    let definition: ServiceDefinition
    private(set) var publisher: PublisherEnd
    /// For replies to queues.
    private(set) var queuePublisher: PublisherEnd
    private(set) var consumer: ConsumerEnd
    let broker: InMemoryBroker
    let machine: VirtualMachine
    let folder: String
    private let prefetch: Int
    private static let queues = Platform.topology.queues
    private let ownQueues: [Topology.Queue]
    let clock: NodeClock

    private(set) var store: ServiceStore?
    private(set) var reader: OutboxReader?
    private(set) var processor: BatchProcessor?
    var window = RelayWindow(events: 0, replies: 0)
    var sendAgainRequests = -1
    /// Messages that the relay has set aside.
    var passedOver = 0
    var resync = RelayResync()
    var timers = TimerSchedule()
    private(set) var suspects = Suspects(isArmed: false)
    /// Taken, and not yet committed: the store failed.
    var held: [Delivery] = []
    /// Of those held, the ones that came back after a crash.
    var turns: [Int: SuspectTurn] = [:]
    /// Business time of its last commit.
    var lastNow = Instant(milliseconds: 0)
    /// The step in which a person last accepted its clock.
    var acceptedAt: Int?
    var lastEvent: Int64 = 0
    private(set) var isOpen = false
    /// The store is another one than before: what it holds was told long ago.
    private var isRestored = false

    // Deaths amid a transaction.
    private(set) var doom: Doom?
    /// What was committed by a process that died before it could be looked at.
    var unobserved: Commit?
    /// The next message that is handled shall be deadly.
    var isNextDeadly = false
    /// Id of a message that kills the process each time it is handled, until it is mended.
    private(set) var deadly: String?
    /// The message whose attempt is counted now.
    var attempted: String?
    /// How often the process has ended over a message while its attempts were counted.
    private(set) var deaths: [String: Int] = [:]

    var name: String { definition.name }
    var isRunning: Bool { store != nil }
    var businessNow: Instant { store?.clock.now ?? lastNow }
    /// Nothing dated happens there.
    var isClockDoubted: Bool { store?.clock.moment.verdict.holdsDates ?? false }

    init(_ definition: ServiceDefinition, _ broker: InMemoryBroker, _ machine: VirtualMachine, in folder: String, _ plan: Plan, place: Int)
        throws
    {
        self.definition = definition
        self.broker = broker
        self.machine = machine
        self.folder = "\(folder)/\(definition.name)"
        prefetch = plan.prefetch
        ownQueues = Platform.topology.queues(of: definition.name)
        clock = NodeClock(machine, offset: plan.clockOffsets[place])
        publisher = PublisherEnd(broker)
        queuePublisher = PublisherEnd(broker)
        consumer = ConsumerEnd(broker)
        try StoreTemplate.copy(definition, to: self.folder)
        _ = try start()
    }

    /// Closed by hand, its log is not brought into a file that is about to go.
    deinit {
        processor = nil
        try? reader?.close()
        try? store?.pool.close()
    }

    // MARK: Life

    /// Answers what the process before had committed and nobody has seen.
    func start() throws -> Commit? {
        let store = try ServiceStore(
            definition, topology: Platform.topology, folder: folder, clock: clock.business, surroundings: clock.surroundings)
        let processor = try BatchProcessor(store)
        processor.keepsRoutine = true
        let marks = store.sent.withLock { $0 }
        window = RelayWindow(
            events: marks.events, replies: marks.replies, consumed: Platform.topology.consumedTypes, seed: UInt64(machine.now.milliseconds))
        sendAgainRequests = -1
        reader = try store.outboxReader()
        resync = RelayResync()
        timers = TimerSchedule()
        suspects = Suspects(isArmed: store.file.wasStoppedUncleanly)
        if isRestored { (lastNow, lastEvent, isRestored) = (store.clock.now, processor.committed.events, false) }
        (self.store, self.processor) = (store, processor)
        isOpen = false
        guard var commit = unobserved else { return nil }
        unobserved = nil
        commit.events = try newEvents(store)
        return commit
    }

    /// Nothing of the process is left but its files, and its connections as the broker sees them.
    func crash() throws -> [Zombie] {
        if let attempted { deaths[attempted, default: 0] += 1 }
        attempted = nil
        (held, turns) = ([], [:])
        processor = nil
        try reader?.close()
        try store?.pool.close()
        (store, reader) = (nil, nil)
        doom = nil
        let zombies = [publisher.lose(), queuePublisher.lose(), consumer.lose()].compactMap { $0 }
        // The next process counts its connections from one.
        (publisher, queuePublisher, consumer) = (PublisherEnd(broker), PublisherEnd(broker), ConsumerEnd(broker))
        return zombies
    }

    /// As `crash`, and the machine with it: what was written and not synced is gone, and a write that was under way is torn.
    func cutPower(tearing garbage: [UInt8]) throws -> [Zombie] {
        guard let store else { return [] }
        let path = store.pool.path
        // With synchronous=FULL every commit is synced; with less, the log since the last checkpoint is not.
        let isSynced = try store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") ?? 0 } >= 2
        let image = try DiskImage(of: path, isLogged: isSynced)
        let zombies = try crash()
        try image.put(to: path, tearing: garbage)
        return zombies
    }

    /// Plans a death in the next turn of the writer that changes anything.
    func plan(deathAfterChanges count: Int, of table: String? = nil) {
        guard let store else { return }
        let doom = Doom(afterChanges: count, of: table, path: store.pool.path)
        doom.watch(store.pool)
        self.doom = doom
    }

    func cancelDeath() {
        if let store { Doom.forget(store.pool) }
        doom = nil
    }

    /// The death that was planned.
    func die() throws -> [Zombie] {
        guard let store, let doom else { return [] }
        if let failure = doom.failure { throw failure }
        let path = store.pool.path
        // What was committed before it is seen at the next start.
        if unobserved == nil { unobserved = Commit(now: lastNow) }
        let zombies = try crash()
        try doom.remains?.put(to: path)
        return zombies
    }

    /// Makes a message deadly; nil: what made it so is mended.
    func make(deadly id: String?) {
        deadly = id
        isNextDeadly = false
    }

    /// A disk without room: what needs another page fails.
    func fillDisk(_ isFull: Bool) throws {
        try store?.pool.writeWithoutTransaction { db in
            let pages = try isFull ? Int.fetchOne(db, sql: "PRAGMA page_count") ?? 1 : 1_073_741_823
            _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    // MARK: Backups

    func backUp(_ name: String) throws -> BackupPlace? {
        guard let store else { return nil }
        let backups = "\(folder)/backups"
        _ = try BackupWriter(path: store.pool.path, service: self.name, folder: backups).take(name, by: "Ani", at: machine.now)
        return BackupPlace(folder: backups, service: self.name, name: name)
    }

    /// Puts a backup in the place of the store; the process must have ended.
    func restore(_ place: BackupPlace) throws {
        _ = try StoreRestore(BackupInspection(place, [definition.storeSchema]), into: folder).run(at: machine.now)
        (isRestored, unobserved) = (true, nil)
    }

    // MARK: Connections

    func connect() throws {
        guard isRunning else { return }
        if !publisher.isConnected {
            publisher.connect()
            try broker.assertTopology(Self.queues)
        }
        if !queuePublisher.isConnected, window.wantsQueues || window.state(of: .queues) != .open {
            queuePublisher.connect()
            window.opened()
        }
        if !consumer.isConnected {
            let isConnected = consumer.connect { channel in
                try broker.assertTopology(ownQueues)
                try broker.declareQueue("\(name).owner", exclusiveTo: channel)
                for queue in ownQueues { try broker.consume(queue.name, on: channel, prefetch: prefetch) }
            }
            isOpen = isOpen || isConnected
        }
    }

    private func hasResync(_ store: ServiceStore) throws -> Bool {
        try store.pool.writeWithoutTransaction { db in
            try Int.fetchOne(db.cachedStatement(sql: "SELECT 1 FROM resync WHERE sent < endsAt LIMIT 1")) != nil
        }
    }

    /// Whether everything that was taken is done and everything that was committed has left.
    var isQuiet: Bool {
        guard let store, let processor else { return false }
        let committed = processor.committed
        return held.isEmpty && consumer.isIdle && publisher.isIdle && queuePublisher.isIdle && publisher.isConnected && consumer.isConnected
            && !isClockDoubted && !timers.isDue(on: store.clock.moment.datedToday, at: machine.monotonic)
            && window.events.mark >= committed.events
            && window.replies.mark >= committed.replies && !committed.replayRequested && (try? hasResync(store)) == false
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
