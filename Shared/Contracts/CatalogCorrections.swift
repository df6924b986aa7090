public import Primitives

// Catalog: what a person sets right afterwards.

/// What is known of a seller has changed, or was wrong. Absent fields stay as they are; at least one must be there.
public struct UpdateSeller: Command {
    public static let name = MessageName("catalog", "update-seller")
    public var sellerId = ""
    public var sellerName: String?
    public var phone: String?
    public var nib: String?
    public var changedBy: String?
    public init() {}

    public var subject: String { sellerId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("sellerId", &sellerId)
        try f.text("name", &sellerName)
        try f.text("phone", &phone)
        try f.text("nib", &nib)
        try f.person("changedBy", &changedBy)
    }

    public func check() throws(InvalidData) {
        if sellerName == nil, phone == nil, nib == nil {
            throw InvalidData("", "nothing is to be changed: name, phone and nib are all missing")
        }
    }
}

/// The seller as it is known from now on; phone and bank data never travel in events.
public struct SellerUpdated: Event {
    public static let name = MessageName("catalog", "seller-updated")
    public var sellerId = ""
    public var sellerName = ""
    public var regency = ""
    /// What differs from before, also where the event does not say it.
    public var changed: [SellerField] = []
    public var changedBy: String?
    public init() {}

    public var subject: String { sellerId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("sellerId", &sellerId)
        try f.text("name", &sellerName)
        try f.regency("regency", &regency)
        try f.choices("changed", &changed)
        try f.person("changedBy", &changedBy)
    }
}

/// A mart takes no goods and sells nothing from a day on, until it is opened again.
public struct CloseMart: Command {
    public static let name = MessageName("catalog", "close-mart")
    public var regency: String?
    /// The first day on which it is closed. Default: today. A past date is invalid.
    public var closedOn: BusinessDate?
    public var reason = ""
    public var closedBy = ""
    public init() {}

    public var subject: String { regency ?? "" }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.regency("regency", &regency)
        try f.date("closedOn", &closedOn)
        try f.prose("reason", &reason)
        try f.person("closedBy", &closedBy)
    }
}

/// A closed mart goes on.
public struct ReopenMart: Command {
    public static let name = MessageName("catalog", "reopen-mart")
    public var regency: String?
    /// The first day on which it is open again. Default: today. A past date is invalid.
    public var reopenedOn: BusinessDate?
    public var reason = ""
    public var reopenedBy = ""
    public init() {}

    public var subject: String { regency ?? "" }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.regency("regency", &regency)
        try f.date("reopenedOn", &reopenedOn)
        try f.prose("reason", &reason)
        try f.person("reopenedBy", &reopenedBy)
    }
}

/// Published on the day.
public struct MartClosed: Event {
    public static let name = MessageName("catalog", "mart-closed")
    public var regency = ""
    public var closedOn = BusinessDate(day: 0)
    public var reason = ""
    public var closedBy = ""
    public init() {}

    public var subject: String { regency }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.regency("regency", &regency)
        try f.date("closedOn", &closedOn)
        try f.prose("reason", &reason)
        try f.person("closedBy", &closedBy)
    }
}

/// Published on the day.
public struct MartReopened: Event {
    public static let name = MessageName("catalog", "mart-reopened")
    public var regency = ""
    /// Since when it had been closed.
    public var closedOn: BusinessDate?
    public var reopenedOn = BusinessDate(day: 0)
    public var reason = ""
    public var reopenedBy = ""
    public init() {}

    public var subject: String { regency }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.regency("regency", &regency)
        try f.date("closedOn", &closedOn)
        try f.date("reopenedOn", &reopenedOn)
        try f.prose("reason", &reason)
        try f.person("reopenedBy", &reopenedBy)
    }
}
