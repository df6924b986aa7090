public import Primitives

// Permits: applications and grants (section 6 of the contract).

public struct ApplyForPermit: Command {
    public static let name = MessageName("permits", "apply-for-permit")
    public var permitId = ""
    public var permitKind = PermitKind.nib
    public var regency: String?
    public var sellerId = ""
    /// Absent for business-level kinds, else required.
    public var productId: String?
    public var documents: [String] = []
    public init() {}

    public var subject: String { permitId }
    public var businessKey: BusinessKey? { BusinessKey("permit", permitId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.choice("permitKind", &permitKind)
        try f.regency("regency", &regency)
        try f.id("sellerId", &sellerId)
        try f.id("productId", &productId)
        try f.texts("documents", &documents)
    }

    public func check() throws(InvalidData) {
        if permitKind.isBusinessLevel, productId != nil {
            throw InvalidData("productId", "must be absent: \(permitKind.rawValue) belongs to the business")
        }
        if !permitKind.isBusinessLevel, productId == nil {
            throw InvalidData("productId", "is missing: \(permitKind.rawValue) belongs to one product")
        }
    }
}

public struct ResubmitPermit: Command {
    public static let name = MessageName("permits", "resubmit-permit")
    public var permitId = ""
    public var documents: [String] = []
    public init() {}

    public var subject: String { permitId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.requiredTexts("documents", &documents)
    }
}

public struct ApprovePermit: Command {
    public static let name = MessageName("permits", "approve-permit")
    public var permitId = ""
    public var number = ""
    public var validFrom = BusinessDate(day: 0)
    /// Default: by kind, from `validFrom`.
    public var validUntil: BusinessDate?
    public var officer = ""
    public init() {}

    public var subject: String { permitId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.text("number", &number)
        try f.date("validFrom", &validFrom)
        try f.date("validUntil", &validUntil)
        try f.person("officer", &officer)
    }

    public func check() throws(InvalidData) {
        if let validUntil, validUntil < validFrom { throw InvalidData("validUntil", "must not be before validFrom") }
    }
}

/// An officer's decision that needs nothing but a reason.
public protocol ReasonedDecision: Command {
    var permitId: String { get set }
    var reason: String { get set }
    var officer: String { get set }
}

extension ReasonedDecision {
    public var subject: String { permitId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.prose("reason", &reason)
        try f.person("officer", &officer)
    }
}

public struct RefusePermit: ReasonedDecision {
    public static let name = MessageName("permits", "refuse-permit")
    public var permitId = ""
    public var reason = ""
    public var officer = ""
    public init() {}
}

public struct RequestRepair: ReasonedDecision {
    public static let name = MessageName("permits", "request-repair")
    public var permitId = ""
    public var reason = ""
    public var officer = ""
    public init() {}
}

/// A decision about a granted permit, which may take effect on another day.
public protocol DatedDecision: ReasonedDecision {
    /// Default: today. A future date takes effect that day; a past one is for revocations only.
    var effectiveOn: BusinessDate? { get set }
}

extension DatedDecision {
    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.prose("reason", &reason)
        try f.person("officer", &officer)
        try f.date("effectiveOn", &effectiveOn)
    }
}

public struct SuspendPermit: DatedDecision {
    public static let name = MessageName("permits", "suspend-permit")
    public var permitId = ""
    public var reason = ""
    public var officer = ""
    public var effectiveOn: BusinessDate?
    public init() {}
}

public struct ReinstatePermit: DatedDecision {
    public static let name = MessageName("permits", "reinstate-permit")
    public var permitId = ""
    public var reason = ""
    public var officer = ""
    public var effectiveOn: BusinessDate?
    public init() {}
}

public struct RevokePermit: DatedDecision {
    public static let name = MessageName("permits", "revoke-permit")
    public var permitId = ""
    public var reason = ""
    public var officer = ""
    public var effectiveOn: BusinessDate?
    public init() {}
}
