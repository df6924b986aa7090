public import GRDB
public import Messaging
public import Primitives
public import Storage
public import Synchronization

/// The store of a running service: its file, what the service is, and what writer and relay tell each other between two commits.
public final class ServiceStore: Sendable {
    public let definition: ServiceDefinition
    /// Who consumes what on the platform.
    public let topology: Topology
    public let file: Store
    /// How far the relay has got; written to the store with the next batch.
    public let sent: Mutex<SentMarks>
    /// Events that have left although one before them has not; for figures alone, and gone with the process.
    public let eventsSentBeyond = Atomic<Int>(0)
    /// The same of replies.
    public let repliesSentBeyond = Atomic<Int>(0)
    /// Deliveries taken from the broker and not yet committed.
    public let inFlight = Atomic<Int>(0)

    /// Opens or creates `<folder>/<service>.sqlite` (`Store`).
    ///
    /// - Parameters:
    ///   - topology: who consumes what on the platform, from the generated manifest.
    ///   - backups: where its backups lie; `backups` in its folder unless named.
    ///   - told: what may begin where the store that should be there is not. Refused unless a person has said so.
    public init(
        _ definition: ServiceDefinition, topology: Topology, folder: String, backups: String? = nil, clock: BusinessClock,
        told: Beginning? = nil, surroundings: Surroundings = .system
    ) throws(StoreOpenError) {
        self.definition = definition
        self.topology = topology
        file = try Store(
            definition.storeSchema, folder: folder, backups: backups, clock: clock, told: told, surroundings: surroundings)
        sent = Mutex(SentMarks(events: file.sentAtOpening.events, replies: file.sentAtOpening.replies))
    }

    public var clock: BusinessClock { file.clock }
    public var pool: DatabasePool { file.pool }
    /// A random id of this file, to tell a restored or swapped store from the old one.
    public var storeId: String { file.storeId }
    /// The CloudEvents source of what it publishes: `/<service>`, or `/<service>~<n>` after a restore.
    public var source: String { file.source }
    /// The position of the outbox behind which the sequence of that source begins: 0 unless the store was restored.
    public var lifeStart: Int64 { file.lifeStart }

    /// Remembers how far the relay got, and closes the file as one on which everything was finished. When nobody writes to it any more.
    public func closeCleanly() throws {
        let marks = sent.withLock { $0 }
        try file.closeCleanly { db in
            try db.execute(sql: "UPDATE progress SET eventsSent = ?, repliesSent = ?", arguments: [marks.events, marks.replies])
            for (number, sent) in marks.resyncs {
                try db.execute(sql: "UPDATE resync SET sent = max(sent, ?) WHERE number = ?", arguments: [sent, number])
            }
            guard let handle = db.sqliteConnection else { return }
            try SetAside.write(marks.setAside, at: file.surroundings.now(), to: Connection(handle))
        }
    }
}
