public import Primitives
public import StrictJSON

// Consignment: goods received, stock, sales (section 7 of the contract).

public struct ReceiveGoods: Command {
    public static let name = MessageName("consignment", "receive-goods")
    public var lotId = ""
    public var regency: String?
    public var productId = ""
    /// Units accepted.
    public var quantity: Int64 = 0
    /// Units offered; default: as many as were accepted.
    public var offered: Int64?
    public var refusedReason: String?
    /// Last day of sale.
    public var expiresOn: BusinessDate?
    public init() {}

    public var subject: String { lotId }
    public var businessKey: BusinessKey? { BusinessKey("lot", lotId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("lotId", &lotId)
        try f.regency("regency", &regency)
        try f.id("productId", &productId)
        try f.quantity("quantity", &quantity)
        try f.integer("offered", &offered, 1...Rupiah.maximum.amount)
        try f.prose("refusedReason", &refusedReason)
        try f.date("expiresOn", &expiresOn)
    }

    public func check() throws(InvalidData) {
        guard let offered else { return }
        if offered < quantity { throw InvalidData("offered", "must not be less than the quantity accepted") }
        if offered > quantity, refusedReason == nil { throw InvalidData("refusedReason", "is missing: less was accepted than offered") }
    }
}

public struct RecordSale: Command {
    public static let name = MessageName("consignment", "record-sale")

    public struct Line: Record {
        public var lineId = ""
        public var productId = ""
        public var quantity: Int64 = 0
        public var unitPrice: Rupiah?
        public var lotId: String?
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lineId", &lineId)
            try f.id("productId", &productId)
            try f.quantity("quantity", &quantity)
            try f.price("unitPrice", &unitPrice)
            try f.id("lotId", &lotId)
        }
    }

    public var saleId = ""
    public var regency: String?
    public var till = ""
    public var soldAt = Instant(milliseconds: 0)
    public var lines: [Line] = []
    public var tender = Tender.cash
    /// The sale happened while the till had no connection; it is reported, not asked for.
    public var offline = false
    public init() {}

    public var subject: String { saleId }
    public var businessKey: BusinessKey? { BusinessKey("sale", saleId) }

    public static func isKeptWhenRejected(_ data: JSONValue) -> Bool { data["offline"]?.bool == true }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("saleId", &saleId)
        try f.regency("regency", &regency)
        try f.id("till", &till)
        try f.instant("soldAt", &soldAt)
        try f.records("lines", &lines, 1...200)
        try f.choice("tender", &tender)
        try f.flag("offline", &offline)
    }

    public func check() throws(InvalidData) {
        try LineIds.checkDistinct(lines) { $0.lineId }
        var total = Rupiah.zero
        for (index, line) in lines.enumerated() {
            guard let unitPrice = line.unitPrice else {
                if offline { throw InvalidData("lines[\(index)].unitPrice", "is missing: an offline sale names its prices") }
                continue
            }
            do {
                total = try total.adding(unitPrice.multiplied(by: line.quantity))
            } catch {
                throw InvalidData("lines[\(index)]", "adds up to more than \(Rupiah.maximum)")
            }
        }
    }
}

enum LineIds {
    static func checkDistinct<Line>(_ lines: [Line], id: (Line) -> String) throws(InvalidData) {
        if lines.count < 2 { return }
        var seen = Set<String>(minimumCapacity: lines.count)
        for (index, line) in lines.enumerated() where !seen.insert(id(line)).inserted {
            throw InvalidData("lines[\(index)].lineId", "is there twice")
        }
    }
}

public struct RefundSale: Command {
    public static let name = MessageName("consignment", "refund-sale")

    public struct Line: Record {
        public var lineId = ""
        public var quantity: Int64 = 0
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lineId", &lineId)
            try f.quantity("quantity", &quantity)
        }
    }

    public var refundId = ""
    public var saleId = ""
    public var lines: [Line] = []
    public var reason = ""
    /// Whether the units go back on the shelf.
    public var restock = false
    public init() {}

    public var subject: String { saleId }
    public var businessKey: BusinessKey? { BusinessKey("refund", refundId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("refundId", &refundId)
        try f.id("saleId", &saleId)
        try f.records("lines", &lines, 1...200)
        try f.prose("reason", &reason)
        try f.requiredFlag("restock", &restock)
    }

    public func check() throws(InvalidData) { try LineIds.checkDistinct(lines) { $0.lineId } }
}

public struct ReturnGoods: Command {
    public static let name = MessageName("consignment", "return-goods")
    public var returnId = ""
    public var lotId = ""
    public var quantity: Int64 = 0
    public var reason = ""
    public init() {}

    public var subject: String { lotId }
    public var businessKey: BusinessKey? { BusinessKey("return", returnId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("returnId", &returnId)
        try f.id("lotId", &lotId)
        try f.quantity("quantity", &quantity)
        try f.prose("reason", &reason)
    }
}

public struct WriteOffGoods: Command {
    public static let name = MessageName("consignment", "write-off-goods")
    public var writeOffId = ""
    public var lotId = ""
    public var quantity: Int64 = 0
    public var reason = ""
    public var liability = Liability.none
    public init() {}

    public var subject: String { lotId }
    public var businessKey: BusinessKey? { BusinessKey("write-off", writeOffId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("writeOffId", &writeOffId)
        try f.id("lotId", &lotId)
        try f.quantity("quantity", &quantity)
        try f.prose("reason", &reason)
        try f.choice("liability", &liability)
    }
}
