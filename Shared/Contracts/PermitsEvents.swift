public import Primitives

/// What every permit event says of its permit. Agency and regency may miss in events of others; Permits always sends them.
public struct PermitFacts: Sendable, Hashable {
    public var permitId = ""
    public var permitKind = PermitKind.nib
    public var agency: Agency?
    public var regency: String?
    public var sellerId = ""
    public var productId: String?
    public init() {}

    mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("permitId", &permitId)
        try f.choice("permitKind", &permitKind)
        try f.choice("agency", &agency)
        try f.regency("regency", &regency)
        try f.id("sellerId", &sellerId)
        try f.id("productId", &productId)
    }

    func check() throws(InvalidData) {
        if permitKind.isBusinessLevel, productId != nil {
            throw InvalidData("productId", "must be absent: \(permitKind.rawValue) belongs to the business")
        }
        if !permitKind.isBusinessLevel, productId == nil {
            throw InvalidData("productId", "is missing: \(permitKind.rawValue) belongs to one product")
        }
    }
}

public protocol PermitEvent: Event {
    var permit: PermitFacts { get set }
}

extension PermitEvent {
    public var subject: String { permit.permitId }
    public var eventRegency: String? { permit.regency }
    public func check() throws(InvalidData) { try permit.check() }
}

public struct PermitApplied: PermitEvent {
    public static let name = MessageName("permits", "permit-applied")
    public var permit = PermitFacts()
    public var documents: [String] = []
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try permit.fields(&f)
        try f.texts("documents", &documents)
    }
}

public struct PermitApproved: PermitEvent {
    public static let name = MessageName("permits", "permit-approved")
    public var permit = PermitFacts()
    public var number = ""
    public var validFrom = BusinessDate(day: 0)
    /// Last day in force; nil: no end.
    public var validUntil: BusinessDate?
    public var officer = ""
    /// Oddities of the number, for the officer.
    public var warnings: [String] = []
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try permit.fields(&f)
        try f.text("number", &number)
        try f.date("validFrom", &validFrom)
        try f.date("validUntil", &validUntil)
        try f.person("officer", &officer)
        try f.texts("warnings", &warnings)
    }
}

/// What every event of an officer's decision says of it; `effectiveOn` is the day on which it took effect.
public struct DecisionFacts: Sendable, Hashable {
    public var reason: String?
    public var officer: String?
    public var effectiveOn: BusinessDate?
    public init() {}
}

public protocol PermitDecisionEvent: PermitEvent {
    var decision: DecisionFacts { get set }
}

extension PermitDecisionEvent {
    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try permit.fields(&f)
        try f.prose("reason", &decision.reason)
        try f.person("officer", &decision.officer)
        try f.date("effectiveOn", &decision.effectiveOn)
    }
}

public struct PermitRefused: PermitDecisionEvent {
    public static let name = MessageName("permits", "permit-refused")
    public var permit = PermitFacts()
    public var decision = DecisionFacts()
    public init() {}
}

public struct PermitRepairRequested: PermitDecisionEvent {
    public static let name = MessageName("permits", "permit-repair-requested")
    public var permit = PermitFacts()
    public var decision = DecisionFacts()
    public init() {}
}

public struct PermitSuspended: PermitDecisionEvent {
    public static let name = MessageName("permits", "permit-suspended")
    public var permit = PermitFacts()
    public var decision = DecisionFacts()
    public init() {}
}

public struct PermitReinstated: PermitDecisionEvent {
    public static let name = MessageName("permits", "permit-reinstated")
    public var permit = PermitFacts()
    public var decision = DecisionFacts()
    public init() {}
}

public struct PermitRevoked: PermitDecisionEvent {
    public static let name = MessageName("permits", "permit-revoked")
    public var permit = PermitFacts()
    public var decision = DecisionFacts()
    public init() {}
}

public struct PermitExpired: PermitEvent {
    public static let name = MessageName("permits", "permit-expired")
    public var permit = PermitFacts()
    /// The last day on which it was in force.
    public var validUntil: BusinessDate?
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try permit.fields(&f)
        try f.date("validUntil", &validUntil)
    }
}

public struct PermitExpiring: PermitEvent {
    public static let name = MessageName("permits", "permit-expiring")
    public var permit = PermitFacts()
    public var validUntil = BusinessDate(day: 0)
    /// The threshold that was reached: 180, 90, 30 or 7 days.
    public var daysLeft: Int64 = 0
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try permit.fields(&f)
        try f.date("validUntil", &validUntil)
        try f.integer("daysLeft", &daysLeft, 0...180)
    }
}
