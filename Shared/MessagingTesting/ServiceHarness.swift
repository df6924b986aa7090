public import Contracts
import Foundation
public import GRDB
public import Messaging
import Primitives
public import ServiceFramework
public import Storage
public import StrictJSON

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One service without a broker: its real definition, a real store in a temporary folder, the real `BatchProcessor`, and a clock that
/// stands still until it is moved. What it publishes and answers is read back from the store.
public final class ServiceHarness {
    public let store: ServiceStore
    /// As the relay reads.
    public let reader: OutboxReader
    private let processor: BatchProcessor
    private let folder: String
    private var ids = UUIDv7Generator(seed: 1)
    private var takenEvents: Int64 = 0

    /// - Parameters:
    ///   - topology: who consumes what, as far as the test asks.
    ///   - now: an instant or a date; the business clock stands there.
    public init(_ definition: ServiceDefinition, topology: Topology = Topology([]), now: String = "2026-02-05T02:00:00Z") throws {
        folder = try TemporaryFolder.make()
        store = try ServiceStore(definition, topology: topology, folder: folder, clock: .manual(Self.instant(now)))
        processor = try BatchProcessor(store)
        reader = try store.outboxReader()
        try fireTimers()
    }

    deinit {
        try? reader.close()
        try? store.pool.close()
        TemporaryFolder.remove(folder)
    }

    /// Sends a command that asks for a reply, and gives the reply.
    @discardableResult
    public func send(_ command: some Command, id: String? = nil, regency: String? = nil) throws -> TestReply {
        try send(Incoming.body(of: command, id: id ?? ids.next(), regency: regency), to: type(of: command).name.routingKey)
    }

    /// Sends a command with data of any form.
    @discardableResult
    public func send(_ name: MessageName, data: String, id: String? = nil, regency: String? = nil) throws -> TestReply {
        let body = Incoming.body(type: name.type, id: id ?? ids.next(), source: "/test", regency: regency) { $0.raw(Array(data.utf8)) }
        return try send(body, to: name.routingKey)
    }

    /// Sends bytes as a command that asks for a reply.
    public func send(_ body: [UInt8], to routingKey: String) throws -> TestReply {
        try process([Incoming(channel: .commands, routingKey: routingKey, replyTo: "reply.test.1", body: body)])
        guard let row = try rows("SELECT body FROM reply ORDER BY position DESC LIMIT 1").first else {
            throw HarnessFailure("no reply to \(routingKey)")
        }
        return try TestReply(Envelope(parsing: Array(row[0] as Data)).data)
    }

    /// Delivers an event; its source is the service that owns it unless another is named.
    @discardableResult
    public func receive(_ event: some Event, id: String? = nil, source: String? = nil, sequence: Int64? = nil) throws -> RecordedOutcome {
        let id = id ?? ids.next()
        let before = try parked.count
        try process([.delivery(of: event, id: id, source: source, sequence: sequence)])
        if try parked.count > before { return .parked }
        return try rows("SELECT outcome FROM inbox WHERE messageId = ?", [id]).first.flatMap { RecordedOutcome(rawValue: $0[0]) } ?? .parked
    }

    /// Handles a batch in one transaction, then the timers that it asks for.
    public func process(_ incoming: [Incoming]) throws {
        let committed = try processor.process(incoming)
        if committed.replayRequested { while try processor.replayParked() {} }
        if committed.timersRequested { try fireTimers() }
    }

    /// Moves the clock forward and fires timers until nothing is due.
    public func advance(to instantOrDate: String) throws {
        try store.clock.advance(to: Self.instant(instantOrDate))
        try fireTimers()
    }

    private func fireTimers() throws {
        var failure: (any Error)?
        while try processor.fireTimers(report: { failure = $1 }).timersRequested, failure == nil {}
        if let failure { throw failure }
    }

    /// Asks for a backup and takes it, as the running service does; it lies in the harness's folder.
    @discardableResult
    public func backUp(_ name: String) throws -> BackupManifest {
        try send(MessageName(store.definition.name, "backup-store"), data: #"{"name":"\#(name)","by":"Yosef Kleden"}"#)
        guard let wanted = try store.file.wantedBackup() else { throw HarnessFailure("no backup \(name) is wanted") }
        return try store.file.take(wanted, into: folder).get()
    }

    /// Events published since the last call, in order.
    public func takePublished() throws -> [PublishedEvent] {
        let events = try rows("SELECT routingKey, body FROM outbox WHERE position > ? ORDER BY position", [takenEvents]).map { row in
            try PublishedEvent(Envelope(parsing: Array(row[1] as Data)), routingKey: row[0])
        }
        takenEvents = processor.committed.events
        return events
    }

    /// A GET of the read side, e.g. `/v1/products?state=listed`.
    public func get(_ path: String) throws -> (status: Int, body: JSONValue) {
        let response = store.respond(to: path)
        return (response.status, try JSONDocument(parsing: response.body).root)
    }

    /// What is parked now, oldest first.
    public var parked: [(reason: String, error: String)] {
        get throws {
            try rows("SELECT reason, error FROM parked WHERE state = 'parked' ORDER BY position").map { ($0[0], $0[1]) }
        }
    }

    /// A row count or other single number of the store, for assertions about what was written.
    public func number(_ sql: String) throws -> Int64 { try rows(sql).first.flatMap { $0[0] as Int64? } ?? 0 }

    /// The rows of a statement, which is prepared once: laws ask the same ten thousand times.
    public func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try store.pool.unsafeRead { db in try Row.fetchAll(db.cachedStatement(sql: sql), arguments: arguments) }
    }

    private static func instant(_ text: String) throws -> Instant {
        if let date = BusinessDate(text) { return date.start }
        guard let instant = Instant(text) else { throw HarnessFailure("\(text) is neither an instant nor a date") }
        return instant
    }
}

public struct HarnessFailure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// A reply's data.
public struct TestReply: Sendable {
    public let status: ReplyStatus
    public let code: ReplyCode
    public let message: String
    public let subject: String
    public let details: JSONValue

    public init(_ data: JSONValue) throws {
        guard let status = data["status"]?.string.flatMap(ReplyStatus.init), let code = data["code"]?.string.flatMap(ReplyCode.init),
            let subject = data["subject"]?.string
        else { throw HarnessFailure("the reply is not as the contract says: \(String(decoding: data.rawBytes, as: UTF8.self))") }
        (self.status, self.code, self.subject) = (status, code, subject)
        // A reply rebuilt after its body was let go of has neither.
        message = data["message"]?.string ?? ""
        details = try data["details"] ?? JSONDocument(parsing: Array("{}".utf8)).root
    }
}

/// An event as it would leave for the broker.
public struct PublishedEvent: Sendable {
    /// Without the service, e.g. `product-listed`.
    public let name: String
    public let type: String
    public let routingKey: String
    public let id: String
    public let source: String
    public let subject: String?
    public let regency: String?
    public let causationId: String?
    public let correlationId: String?
    public let sequence: Int64?
    public let data: JSONValue

    public init(_ envelope: Envelope, routingKey: String) {
        type = envelope.type
        name = String(envelope.type.split(separator: ".").dropFirst(3).first ?? "")
        self.routingKey = routingKey
        id = envelope.id
        source = envelope.source
        subject = envelope.subject
        regency = envelope.regency
        causationId = envelope.causationId
        correlationId = envelope.correlationId
        sequence = envelope.sequence
        data = envelope.data
    }

    public func decode<E: Event>(_ type: E.Type) throws -> E { try FieldReader.read(E.self, from: data) }
}

private enum TemporaryFolder {
    static func make() throws -> String {
        // In memory where the machine has a place for that: these stores need not outlive anything, and a commit costs no sync.
        let inMemory = "/dev/shm"
        let base = access(inMemory, W_OK) == 0 ? inMemory : getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/ntt-mart-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HarnessFailure("no temporary folder: \(String(cString: strerror(errno)))") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The folder holds files only.
    static func remove(_ path: String) {
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(directory)
        rmdir(path)
    }
}
