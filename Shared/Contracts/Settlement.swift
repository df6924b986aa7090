public import Primitives

// Settlement: who is owed what (section 8 of the contract).

/// Says whose line in suspense is: an offline sale of a product that nobody knew.
public struct AssignSuspense: Command {
    public static let name = MessageName("settlement", "assign-suspense")
    public var assignmentId = ""
    public var saleId = ""
    public var lineId = ""
    public var sellerId = ""
    public var assignedBy = ""
    public init() {}

    public var subject: String { saleId }
    public var businessKey: BusinessKey? { BusinessKey("assignment", assignmentId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("assignmentId", &assignmentId)
        try f.id("saleId", &saleId)
        try f.id("lineId", &lineId)
        try f.id("sellerId", &sellerId)
        try f.person("assignedBy", &assignedBy)
    }
}

/// Takes a line from the seller to whom it was assigned, and gives it to another: the assignment was wrong.
public struct ReassignSuspense: Command {
    public static let name = MessageName("settlement", "reassign-suspense")
    public var assignmentId = ""
    /// The line's last assignment or reassignment.
    public var replaces = ""
    public var sellerId = ""
    public var reason = ""
    public var assignedBy = ""
    /// Another person.
    public var approvedBy = ""
    public init() {}

    public var subject: String { assignmentId }
    public var businessKey: BusinessKey? { BusinessKey("assignment", assignmentId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("assignmentId", &assignmentId)
        try f.id("replaces", &replaces)
        try f.id("sellerId", &sellerId)
        try f.prose("reason", &reason)
        try f.person("assignedBy", &assignedBy)
        try f.person("approvedBy", &approvedBy)
    }
}

/// An amount and its two parts; net = sellerShare + martShare.
public struct Shares: Record, Hashable {
    public var net = Rupiah.zero
    public var sellerShare = Rupiah.zero
    public var martShare = Rupiah.zero
    public init() {}

    public init(net: Rupiah, sellerShare: Rupiah, martShare: Rupiah) {
        self.net = net
        self.sellerShare = sellerShare
        self.martShare = martShare
    }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.money("net", &net)
        try f.money("sellerShare", &sellerShare)
        try f.money("martShare", &martShare)
    }
}

public struct SettlementPosted: Event {
    public static let name = MessageName("settlement", "settlement-posted")

    public struct Line: Record {
        public var lineId = ""
        /// Nil while the line stands in suspense.
        public var sellerId: String?
        public var productId = ""
        public var shares = Shares()
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lineId", &lineId)
            try f.id("sellerId", &sellerId)
            try f.id("productId", &productId)
            try shares.fields(&f)
        }
    }

    /// The sale's id, or the write-off's.
    public var settlementId = ""
    public var saleId: String?
    /// In place of `saleId` for goods lost under the mart's liability.
    public var writeOffId: String?
    public var regency = ""
    public var lines: [Line] = []
    public var totals = Shares()
    public init() {}

    public var subject: String { settlementId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("settlementId", &settlementId)
        try f.id("saleId", &saleId)
        try f.id("writeOffId", &writeOffId)
        try f.regency("regency", &regency)
        try f.records("lines", &lines, 1...200)
        try f.record("totals", &totals)
    }
}

public struct SettlementReversed: Event {
    public static let name = MessageName("settlement", "settlement-reversed")

    public struct Line: Record {
        public var lineId = ""
        public var sellerId: String?
        public var shares = Shares()
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lineId", &lineId)
            try f.id("sellerId", &sellerId)
            try shares.fields(&f)
        }
    }

    public var refundId = ""
    public var saleId = ""
    public var regency = ""
    public var lines: [Line] = []
    public var totals = Shares()
    public init() {}

    public var subject: String { saleId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("refundId", &refundId)
        try f.id("saleId", &saleId)
        try f.regency("regency", &regency)
        try f.records("lines", &lines, 1...200)
        try f.record("totals", &totals)
    }
}

public struct SuspenseAssigned: Event {
    public static let name = MessageName("settlement", "suspense-assigned")
    public var assignmentId = ""
    public var saleId = ""
    public var lineId = ""
    public var sellerId = ""
    public var assignedBy = ""
    public var regency = ""
    /// What moved from `suspense` to the seller: the line's share less what refunds had taken back.
    public var sellerShare = Rupiah.zero
    public init() {}

    public var subject: String { saleId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("assignmentId", &assignmentId)
        try f.id("saleId", &saleId)
        try f.id("lineId", &lineId)
        try f.id("sellerId", &sellerId)
        try f.person("assignedBy", &assignedBy)
        try f.regency("regency", &regency)
        try f.money("sellerShare", &sellerShare)
    }
}

public struct SuspenseReassigned: Event {
    public static let name = MessageName("settlement", "suspense-reassigned")
    public var assignmentId = ""
    public var replaces = ""
    public var saleId = ""
    public var lineId = ""
    /// Whose the line is now.
    public var sellerId = ""
    public var fromSellerId = ""
    public var reason = ""
    public var assignedBy = ""
    public var approvedBy = ""
    public var regency = ""
    /// What moved from one seller to the other: the line's share less what refunds had taken back.
    public var sellerShare = Rupiah.zero
    public init() {}

    public var subject: String { saleId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("assignmentId", &assignmentId)
        try f.id("replaces", &replaces)
        try f.id("saleId", &saleId)
        try f.id("lineId", &lineId)
        try f.id("sellerId", &sellerId)
        try f.id("fromSellerId", &fromSellerId)
        try f.prose("reason", &reason)
        try f.person("assignedBy", &assignedBy)
        try f.person("approvedBy", &approvedBy)
        try f.regency("regency", &regency)
        try f.money("sellerShare", &sellerShare)
    }
}
