public import StrictJSON

// What every service understands and says: parked messages, rejections, replies (sections 4 and 9 of the contract).
// Their names carry the service, so a name is made for each.

/// Which parked messages a command is about.
public struct ParkedFilter: Record {
    public var reason: String?
    public var type: String?
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.text("reason", &reason)
        try f.text("type", &type)
    }
}

/// Data of `replay-parked` and `discard-parked`.
public struct ParkedSelection: Record {
    public var parkedIds: [String]?
    public var filter: ParkedFilter?
    /// Only says what would be done.
    public var dryRun = false
    public var by = ""
    public var reason = ""
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.ids("parkedIds", &parkedIds)
        try f.record("filter", &filter)
        try f.flag("dryRun", &dryRun)
        try f.person("by", &by)
        try f.prose("reason", &reason)
    }

    public func check() throws(InvalidData) {
        if parkedIds == nil, filter == nil { throw InvalidData("parkedIds", "is missing: name parkedIds or a filter") }
    }
}

public enum ReplyStatus: String, Sendable, Hashable {
    case accepted, rejected, duplicate
}

/// Codes of a reply, in the order in which they are judged: over several lines, the earliest wins.
public enum ReplyCode: String, Sendable, Hashable, CaseIterable, Comparable {
    case ok, invalid, conflict
    case notFound = "not-found"
    case martNotOpen = "mart-not-open"
    case prohibited
    case wrongState = "wrong-state"
    case productNotListed = "product-not-listed"
    case expired
    case priceDiffers = "price-differs"
    case outOfStock = "out-of-stock"
    case exceedsOriginal = "exceeds-original"
    case notAllowed = "not-allowed"
    case tooLate = "too-late"

    private var rank: Int { Self.allCases.firstIndex(of: self)! }
    public static func < (left: ReplyCode, right: ReplyCode) -> Bool { left.rank < right.rank }

    /// What is missing may still be on its way: ask again under a new message id.
    public var isRetriable: Bool { self == .notFound || self == .martNotOpen || self == .productNotListed }
}

/// A business answer of "no": never parked, never retried.
public struct Rejection: Error, Sendable, Hashable {
    public var code: ReplyCode
    /// A sentence for a person.
    public var message: String
    public var field: String?
    public var lineId: String?
    public var missingPermits: [String]?

    public init(_ code: ReplyCode, _ message: String, field: String? = nil, lineId: String? = nil, missingPermits: [String]? = nil) {
        self.code = code
        self.message = message
        self.field = field
        self.lineId = lineId
        self.missingPermits = missingPermits
    }

    public init(_ invalid: InvalidData) { self.init(.invalid, invalid.description, field: invalid.field.isEmpty ? nil : invalid.field) }
}

/// Data of a reply.
public struct ReplyData: Sendable {
    /// The `type` of a reply's envelope.
    public static let type = "id.nttmart.reply.v1"

    public var status: ReplyStatus
    public var code: ReplyCode
    public var message: String
    public var subject: String
    /// A JSON object.
    public var details: [UInt8]

    public init(status: ReplyStatus, code: ReplyCode, message: String, subject: String, details: [UInt8] = Array("{}".utf8)) {
        self.status = status
        self.code = code
        self.message = message
        self.subject = subject
        self.details = details
    }

    public init(_ rejection: Rejection, subject: String) {
        let details = JSONWriter.object { json in
            json.member("field", ifPresent: rejection.field)
            json.member("lineId", ifPresent: rejection.lineId)
            if let missing = rejection.missingPermits { json.member("missingPermits", missing) }
            if rejection.code.isRetriable { json.member("retriable", true) }
        }
        self.init(status: .rejected, code: rejection.code, message: rejection.message, subject: subject, details: details)
    }

    public func write(to json: inout JSONWriter, commandId: String? = nil, commandSource: String? = nil, commandType: String? = nil) {
        json.object { json in
            json.member("status", status.rawValue)
            json.member("code", code.rawValue)
            json.member("message", message)
            json.member("subject", subject)
            json.key("details")
            json.raw(details)
            json.member("commandId", ifPresent: commandId)
            json.member("commandSource", ifPresent: commandSource)
            json.member("commandType", ifPresent: commandType)
        }
    }
}
