public import Contracts
public import Messaging
public import Primitives
public import Storage
public import StrictJSON

/// The open transaction, as a handler or timer sees it: rows, events, and the message that caused them.
public final class Transaction {
    public let connection: Connection
    /// The message or clock tick that is being handled; events published now name it as their cause.
    public internal(set) var cause = Cause.clock(BusinessDate(day: 0))
    /// Business time, the same for the whole transaction.
    public internal(set) var now = Instant(milliseconds: 0)
    public var today: BusinessDate { BusinessDate(now) }
    /// What the clock said when the transaction began.
    var moment: BusinessClock.Moment?
    /// What a person accepts as the system's clock; counts when the transaction is committed.
    var acceptedClock: Instant?
    /// The delivery that is being handled. A handler that puts a message off keeps what it needs of it, to be able to park it later.
    public internal(set) var incoming: Incoming?
    let parkingLot: ParkingLot

    /// Set by `requestTimers`, cleared by the processor.
    var timersRequested = false
    var replayRequested = false
    /// How many backups were asked for since the start. Never goes back: a reason to look is enough.
    private(set) var backupRequests = 0
    /// The same of resyncs.
    private(set) var resyncRequests = 0
    /// The same of messages that were set aside and are to be sent again.
    private(set) var sendAgainRequests = 0
    let positions: CurrentPositions
    /// Who consumes what on the platform.
    let topology: Topology
    let outbox: Outbox
    /// Position of the last reply.
    var lastReply: Int64 { positions.now.replies }
    private let numbers: RememberedNumbers
    let sources: SourceTable

    init(
        connection: Connection, topology: Topology, positions: CurrentPositions, outbox: Outbox, numbers: RememberedNumbers,
        sources: SourceTable, parkingLot: ParkingLot
    ) {
        self.connection = connection
        self.topology = topology
        self.parkingLot = parkingLot
        self.outbox = outbox
        self.positions = positions
        self.numbers = numbers
        self.sources = sources
    }

    /// Appends an event to the outbox; it is sent after the commit, in this order.
    @inlinable
    public func publish<E: Event>(_ event: E) throws {
        // What depends on the event's type is compiled in the service, for that type.
        try publish(E.name, subject: event.subject, regency: event.eventRegency) { FieldWriter.publish(event, to: &$0) }
    }

    @usableFromInline
    func publish(_ name: MessageName, subject: String, regency: String?, _ write: (inout JSONWriter) -> Void) throws {
        try outbox.append(name, subject: subject, regency: regency, cause: cause, in: connection, write)
    }

    @inlinable @discardableResult
    public func execute<each Value: Bindable>(_ sql: SQL, _ values: repeat each Value) throws -> Int {
        try connection.execute(sql, repeat each values)
    }

    /// For statements that run for every message.
    @inlinable @discardableResult
    public func execute(_ sql: SQL, binding values: (inout Parameters) -> Void) throws -> Int {
        try connection.execute(sql, binding: values)
    }

    @inlinable
    public func first<T, each Value: Bindable>(_ sql: SQL, _ values: repeat each Value, read: (StatementRow) throws -> T) throws -> T? {
        try connection.first(sql, repeat each values, read: read)
    }

    @inlinable
    public func all<T, each Value: Bindable>(_ sql: SQL, _ values: repeat each Value, read: (StatementRow) throws -> T) throws -> [T] {
        try connection.all(sql, repeat each values, read: read)
    }

    @inlinable
    public func exists<each Value: Bindable>(_ sql: SQL, _ values: repeat each Value) throws -> Bool {
        try connection.first(sql, repeat each values) { _ in true } ?? false
    }

    /// The number that `sql` finds for a text, of a row that never changes or goes once it is there; asked for once.
    public func number(_ sql: SQL, _ text: String) throws -> Int64? { try numbers.number(sql, text, in: connection) }

    /// The same of a statement without parameters, such as a count that seldom changes. Whoever changes it calls `forget`.
    public func number(_ sql: SQL) throws -> Int64? { try numbers.number(sql, in: connection) }
    public func forget(_ sql: SQL) { numbers.forget(sql) }

    /// Has the timers fired right after this transaction: for work that a handler put off because it was too much for one.
    public func requestTimers() { timersRequested = true }

    func requestReplay() { replayRequested = true }
    func requestBackup() { backupRequests += 1 }
    func requestResync() { resyncRequests += 1 }
    func requestSendAgain() { sendAgainRequests += 1 }

    private static let advanceFacet = SQL(
        """
        INSERT INTO facet (source, subject, facet, sequence, life) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET sequence = excluded.sequence, life = excluded.life
        WHERE (excluded.life, excluded.sequence) > (facet.life, facet.sequence)
        """)

    /// Whether a later state event of this source about this facet of the subject has been applied already, so that the current one must have no
    /// effect; if not, remembers the current one. Without a sequence, arrival order counts. Whatever a source says after its store was restored
    /// (`/<service>~<n>`) is later than all it had said before.
    public func isStale(facet: String, of subject: String) throws -> Bool {
        guard let sequence = cause.sequence else { return false }
        let life = SourceLife(cause.source)
        let origin = try sources.number(of: life.origin, in: connection)
        return try execute(Self.advanceFacet, origin, subject, facet, sequence, life.number) == 0
    }

    /// Runs `body` as if `cause` had been received: for effects that were put off when their message came.
    public func with<T>(cause other: Cause, _ body: () throws -> T) rethrows -> T {
        let own = cause
        // What was put off before traces were checked may have any.
        let isTraced = other.traceparent.map { TraceContext.isValid($0) } ?? false
        cause = isTraced ? other : other.with(traceparent: outbox.traces.start())
        defer { cause = own }
        return try body()
    }
}
