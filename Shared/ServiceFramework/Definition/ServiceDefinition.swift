public import Contracts
public import Messaging
public import Primitives
public import Storage

/// The index of a service: everything it is, in one list. Queues, bindings, decoding, metrics, documents and the message map follow from it.
public struct ServiceDefinition: Sendable {
    public let name: String
    /// Named SQL, in order; never edited once released.
    public let schema: [Migration]
    public let handles: [HandlerEntry]
    public let timers: [any Timer]
    public let publishes: [any Event.Type]
    public let reads: [Route]
    /// SQL that counts what waits for a fact of another service, if anything ever does.
    public let waiting: String?
    /// Metrics of the service's own facts.
    public let measures: [Measure]
    /// What holds in its store, for the checking of backups.
    public let invariants: [Invariant]
    /// Default port of the read side.
    public let port: Int

    public init(
        name: String, port: Int, schema: [Migration], handles: [HandlerEntry], timers: [any Timer] = [], publishes: [any Event.Type],
        reads: [Route], waiting: String? = nil, measures: [Measure] = [], invariants: [Invariant] = []
    ) {
        self.name = name
        self.port = port
        self.schema = schema
        self.handles = handles
        self.timers = timers
        self.publishes = publishes
        self.reads = reads
        self.waiting = waiting
        self.measures = measures
        self.invariants = invariants
    }

    /// The schema of its store: the framework's tables, then its own.
    public var storeSchema: StoreSchema {
        StoreSchema(service: name, migrations: MessagingSchema.migrations + schema, invariants: Invariant.common + invariants)
    }

    /// Its own commands and those that every service takes.
    public var allCommands: [HandlerEntry] { handles.filter { $0.channel == .commands } + CommonCommands.entries(of: name) }
    public var commands: [MessageName] { handles.filter { $0.channel == .commands }.map(\.name) }
    public var consumes: [MessageName] { handles.filter { $0.channel == .events }.map(\.name) }
}

/// A message type with its handler, the types erased.
public final class HandlerEntry: Sendable {
    public let name: MessageName
    public let channel: Incoming.Channel
    /// The record that the data is read into; documents are generated from it.
    public let input: any Record.Type
    let decode: @Sendable (Envelope) throws(InvalidData) -> Decoded
    let isKeptWhenRejected: @Sendable (Envelope) -> Bool
    /// Whether a command says in another form what claimed its business key; asks that of the canonical bytes of each form.
    let isRepeat: @Sendable (Envelope, _ isClaim: ([UInt8]) -> Bool, Transaction) throws -> Bool
    /// Its number in the index, given by the processor.
    let place: Int

    @usableFromInline
    init(
        name: MessageName, channel: Incoming.Channel, input: any Record.Type,
        decode: @escaping @Sendable (Envelope) throws(InvalidData) -> Decoded,
        isKeptWhenRejected: @escaping @Sendable (Envelope) -> Bool,
        isRepeat: @escaping @Sendable (Envelope, _ isClaim: ([UInt8]) -> Bool, Transaction) throws -> Bool = { _, _, _ in false },
        place: Int = 0
    ) {
        self.name = name
        self.channel = channel
        self.input = input
        self.decode = decode
        self.isKeptWhenRejected = isKeptWhenRejected
        self.isRepeat = isRepeat
        self.place = place
    }

    func placed(_ place: Int) -> HandlerEntry {
        HandlerEntry(
            name: name, channel: channel, input: input, decode: decode, isKeptWhenRejected: isKeptWhenRejected, isRepeat: isRepeat,
            place: place)
    }

    /// A message ready to be handled.
    @usableFromInline
    struct Decoded {
        var subject: String
        /// For commands with a key: the key, and the canonical bytes that an equal command has too.
        var businessKey: (key: BusinessKey, canonical: [UInt8])?
        var handle: (Transaction) throws -> Outcome

        @usableFromInline
        init(
            subject: String, businessKey: (key: BusinessKey, canonical: [UInt8])?, handle: @escaping (Transaction) throws -> Outcome
        ) {
            (self.subject, self.businessKey, self.handle) = (subject, businessKey, handle)
        }
    }
}

/// A command and its handler, for the index of a service. Reading and writing are compiled in the service, for the command's type.
@inlinable
public func on<Input: Command>(_ type: Input.Type, _ handler: some Handler<Input>) -> HandlerEntry {
    HandlerEntry(
        name: Input.name, channel: .commands, input: Input.self,
        decode: { envelope throws(InvalidData) in
            let input = try read(type, from: envelope)
            let key = input.businessKey.map { (key: $0, canonical: FieldWriter.bytes(of: input)) }
            return .init(subject: input.subject, businessKey: key) { try handler.handle(input, in: $0) }
        },
        isKeptWhenRejected: { Input.isKeptWhenRejected($0.data) },
        isRepeat: { envelope, isClaim, tx in
            try handler.forms(equivalentTo: read(type, from: envelope), in: tx).contains { isClaim(FieldWriter.bytes(of: $0)) }
        })
}

/// A command's data, with the regency of the envelope where it has none of its own.
@inlinable
func read<Input: Command>(_ type: Input.Type, from envelope: Envelope) throws(InvalidData) -> Input {
    var input = try FieldReader.read(type, from: envelope.data)
    if let stated = envelope.regency {
        guard Regency.isValid(stated) else { throw InvalidData("regency", "of the envelope is none of the 22 codes") }
        if let own = input.regency, own != stated { throw InvalidData("regency", "differs from the envelope's \(stated)") }
        if input.regency == nil { input.regency = stated }
    }
    return input
}

/// An event and its handler, for the index of a service.
@inlinable
public func on<Input: Event>(_ type: Input.Type, _ handler: some Handler<Input>) -> HandlerEntry {
    HandlerEntry(
        name: Input.name, channel: .events, input: Input.self,
        decode: { envelope throws(InvalidData) in
            let input = try FieldReader.read(Input.self, from: envelope.data)
            return .init(subject: input.subject, businessKey: nil) { try handler.handle(input, in: $0) }
        },
        isKeptWhenRejected: { _ in false })
}
