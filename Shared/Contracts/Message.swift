public import StrictJSON

/// A structure on the wire: it lists its fields once, and reading, writing and the JSON schema all follow that list.
public protocol Record: Sendable {
    init()
    /// Visits every field in wire order.
    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData)
    /// Rules over more than one field; called after reading.
    func check() throws(InvalidData)
}

extension Record {
    public func check() throws(InvalidData) {}

    /// Built in place: `SellerRegistered.with { $0.sellerId = … }`.
    public static func with(_ fill: (inout Self) throws -> Void) rethrows -> Self {
        var record = Self()
        try fill(&record)
        return record
    }
}

/// What travels as the `data` of an envelope.
public protocol Message: Record {
    static var name: MessageName { get }
    /// Id of the thing that the message is about; the envelope's `subject`.
    var subject: String { get }
}

/// A request to one service, published to `mart.commands`.
public protocol Command: Message {
    /// What this command claims for ever once it is accepted, e.g. `("sale", saleId)`; nil for transitions, which may be said again.
    var businessKey: BusinessKey? { get }
    /// The regency of the data; filled from the envelope when the data has none. Commands without one keep the default.
    var regency: String? { get set }
    /// Whether a rejection of this data must also be kept for a person, because it reports something that has already happened.
    static func isKeptWhenRejected(_ data: JSONValue) -> Bool
}

extension Command {
    public var regency: String? {
        get { nil }
        set {}
    }
    public static func isKeptWhenRejected(_ data: JSONValue) -> Bool { false }
}

public struct BusinessKey: Sendable, Hashable {
    public let kind: String
    public let id: String

    public init(_ kind: String, _ id: String) {
        self.kind = kind
        self.id = id
    }
}

/// A fact, published to `mart.events` by its owner alone.
public protocol Event: Message {
    /// Regency of the fact, for the envelope and the routing key; nil where it has none.
    var eventRegency: String? { get }
}

/// `id.nttmart.<service>.<name>.v<version>`.
public struct MessageName: Sendable, Hashable, CustomStringConvertible {
    public static let prefix = "id.nttmart."

    public let service: String
    public let name: String
    public let version: Int
    /// The CloudEvents `type`.
    public let type: String
    /// `<service>.<name>`: a command's routing key, and the start of an event's.
    public let routingKey: String

    public init(_ service: String, _ name: String, version: Int = 1) {
        self.service = service
        self.name = name
        self.version = version
        type = "\(Self.prefix)\(service).\(name).v\(version)"
        routingKey = "\(service).\(name)"
    }

    public var description: String { routingKey }
}

/// Data of the right type that breaks a rule of the contract.
public struct InvalidData: Error, Sendable, Hashable, CustomStringConvertible {
    /// Path of the field, e.g. `lines[2].quantity`; empty for the whole.
    public var field: String
    public var message: String

    public init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }

    public var description: String { field.isEmpty ? message : "\(field) \(message)" }
}
