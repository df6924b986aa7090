public import Primitives

// Consignment: what a person sets right afterwards.

/// A count found more or fewer units of a lot than are booked.
public struct AdjustStock: Command {
    public static let name = MessageName("consignment", "adjust-stock")
    public var adjustmentId = ""
    public var lotId = ""
    /// Counted minus booked, never 0. A difference, so that sales on their way do not spoil it.
    public var difference: Int64 = 0
    public var reason = ""
    public var countedBy = ""
    /// Somebody else.
    public var approvedBy = ""
    public init() {}

    public var subject: String { lotId }
    public var businessKey: BusinessKey? { BusinessKey("adjustment", adjustmentId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("adjustmentId", &adjustmentId)
        try f.id("lotId", &lotId)
        try f.difference("difference", &difference)
        try f.prose("reason", &reason)
        try f.person("countedBy", &countedBy)
        try f.person("approvedBy", &approvedBy)
    }

    public func check() throws(InvalidData) { try Difference.check(difference) }
}

public struct StockAdjusted: Event {
    public static let name = MessageName("consignment", "stock-adjusted")
    public var adjustmentId = ""
    public var lotId = ""
    public var productId = ""
    public var sellerId = ""
    public var regency = ""
    /// Counted minus booked, never 0.
    public var difference: Int64 = 0
    public var reason = ""
    public var countedBy = ""
    public var approvedBy = ""
    public var adjustedAt = Instant(milliseconds: 0)
    public init() {}

    public var subject: String { lotId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("adjustmentId", &adjustmentId)
        try f.id("lotId", &lotId)
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.regency("regency", &regency)
        try f.difference("difference", &difference)
        try f.prose("reason", &reason)
        try f.person("countedBy", &countedBy)
        try f.person("approvedBy", &approvedBy)
        try f.instant("adjustedAt", &adjustedAt)
    }

    public func check() throws(InvalidData) { try Difference.check(difference) }
}

private enum Difference {
    static func check(_ difference: Int64) throws(InvalidData) {
        if difference == 0 { throw InvalidData("difference", "must not be 0: what is counted is what is booked") }
    }
}

extension Fields {
    fileprivate mutating func difference(_ name: StaticString, _ value: inout Int64) throws(InvalidData) {
        try integer(name, &value, -Rupiah.maximum.amount...Rupiah.maximum.amount)
    }
}

/// A person has looked at what was irregular about an offline sale.
public struct ResolveFlag: Command {
    public static let name = MessageName("consignment", "resolve-flag")
    public var resolutionId = ""
    public var saleId = ""
    public var flag = SaleFlag.notListed
    /// Absent: the sale as a whole, every line that carries the flag.
    public var lineId: String?
    public var note = ""
    public var resolvedBy = ""
    public init() {}

    public var subject: String { saleId }
    public var businessKey: BusinessKey? { BusinessKey("resolution", resolutionId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("resolutionId", &resolutionId)
        try f.id("saleId", &saleId)
        try f.choice("flag", &flag)
        try f.id("lineId", &lineId)
        try f.prose("note", &note)
        try f.person("resolvedBy", &resolvedBy)
    }
}

public struct FlagResolved: Event {
    public static let name = MessageName("consignment", "flag-resolved")
    public var resolutionId = ""
    public var saleId = ""
    public var regency = ""
    /// Nil: every line that carried the flag and was not resolved before.
    public var lineId: String?
    public var flag = SaleFlag.notListed
    public var note = ""
    public var resolvedBy = ""
    public var resolvedAt = Instant(milliseconds: 0)
    public init() {}

    public var subject: String { saleId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("resolutionId", &resolutionId)
        try f.id("saleId", &saleId)
        try f.regency("regency", &regency)
        try f.id("lineId", &lineId)
        try f.choice("flag", &flag)
        try f.prose("note", &note)
        try f.person("resolvedBy", &resolvedBy)
        try f.instant("resolvedAt", &resolvedAt)
    }
}
