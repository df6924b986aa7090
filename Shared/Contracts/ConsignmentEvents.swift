public import Primitives

public struct GoodsReceived: Event {
    public static let name = MessageName("consignment", "goods-received")
    public var lotId = ""
    public var regency = ""
    public var productId = ""
    /// Units accepted.
    public var quantity: Int64 = 0
    public var offered: Int64 = 0
    public var refusedReason: String?
    public var expiresOn: BusinessDate?
    public var sellerId = ""
    public var receivedAt = Instant(milliseconds: 0)
    public init() {}

    public var subject: String { lotId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("lotId", &lotId)
        try f.regency("regency", &regency)
        try f.id("productId", &productId)
        try f.quantity("quantity", &quantity)
        try f.quantity("offered", &offered)
        try f.prose("refusedReason", &refusedReason)
        try f.date("expiresOn", &expiresOn)
        try f.id("sellerId", &sellerId)
        try f.instant("receivedAt", &receivedAt)
    }
}

public struct SaleRecorded: Event {
    public static let name = MessageName("consignment", "sale-recorded")

    public struct Lot: Record {
        public var lotId = ""
        public var quantity: Int64 = 0
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lotId", &lotId)
            try f.quantity("quantity", &quantity)
        }
    }

    public struct Line: Record {
        public var lineId = ""
        public var productId = ""
        /// Nil where an offline sale names a product that nobody knows.
        public var sellerId: String?
        public var quantity: Int64 = 0
        public var unitPrice = Rupiah.zero
        /// quantity × unitPrice
        public var net = Rupiah.zero
        public var flags: [SaleFlag] = []
        /// Units that no lot could give (offline sales only).
        public var unallocated: Int64 = 0
        /// The lots that the units came from, in the order in which they were taken.
        public var lots: [Lot] = []
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lineId", &lineId)
            try f.id("productId", &productId)
            try f.id("sellerId", &sellerId)
            try f.quantity("quantity", &quantity)
            try f.price("unitPrice", &unitPrice)
            try f.money("net", &net)
            try f.choices("flags", &flags)
            try f.count("unallocated", &unallocated)
            try f.records("lots", &lots, 0...10_000)
        }

        public func check() throws(InvalidData) {
            let (product, overflow) = quantity.multipliedReportingOverflow(by: unitPrice.amount)
            if overflow || product != net.amount { throw InvalidData("net", "must be quantity × unitPrice") }
        }
    }

    public var saleId = ""
    public var regency = ""
    public var till = ""
    public var soldAt = Instant(milliseconds: 0)
    public var tender = Tender.cash
    public var offline = false
    /// Union of the lines' flags, and those of the sale itself.
    public var flags: [SaleFlag] = []
    public var lines: [Line] = []
    public var total = Rupiah.zero
    public init() {}

    public var subject: String { saleId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("saleId", &saleId)
        try f.regency("regency", &regency)
        try f.id("till", &till)
        try f.instant("soldAt", &soldAt)
        try f.choice("tender", &tender)
        try f.flag("offline", &offline)
        try f.choices("flags", &flags)
        try f.records("lines", &lines, 1...200)
        try f.money("total", &total)
    }

    public func check() throws(InvalidData) {
        try LineIds.checkDistinct(lines) { $0.lineId }
        try Totals.check(total, of: lines.count) { lines[$0].net }
    }
}

enum Totals {
    static func check(_ total: Rupiah, of count: Int, net: (Int) -> Rupiah) throws(InvalidData) {
        var sum = Rupiah.zero
        for index in 0..<count {
            guard let next = try? sum.adding(net(index)) else { throw InvalidData("total", "is beyond \(Rupiah.maximum)") }
            sum = next
        }
        if sum != total { throw InvalidData("total", "must be the sum of the lines' net") }
    }
}

public struct SaleRefunded: Event {
    public static let name = MessageName("consignment", "sale-refunded")

    public struct Line: Record {
        public var lineId = ""
        public var productId = ""
        public var sellerId: String?
        public var quantity: Int64 = 0
        /// Units of the line that earlier refunds took back.
        public var refundedBefore: Int64 = 0
        /// R(refundedBefore) − R(refundedBefore + quantity), see section 7.
        public var net = Rupiah.zero
        public init() {}

        public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
            try f.id("lineId", &lineId)
            try f.id("productId", &productId)
            try f.id("sellerId", &sellerId)
            try f.quantity("quantity", &quantity)
            try f.integer("refundedBefore", &refundedBefore, 0...Rupiah.maximum.amount)
            try f.money("net", &net)
        }
    }

    public var refundId = ""
    public var saleId = ""
    public var regency = ""
    public var refundedAt = Instant(milliseconds: 0)
    public var tender = Tender.cash
    public var reason = ""
    public var restock = false
    public var lines: [Line] = []
    public var total = Rupiah.zero
    public init() {}

    public var subject: String { saleId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("refundId", &refundId)
        try f.id("saleId", &saleId)
        try f.regency("regency", &regency)
        try f.instant("refundedAt", &refundedAt)
        try f.choice("tender", &tender)
        try f.prose("reason", &reason)
        try f.flag("restock", &restock)
        try f.records("lines", &lines, 1...200)
        try f.money("total", &total)
    }

    public func check() throws(InvalidData) {
        try LineIds.checkDistinct(lines) { $0.lineId }
        try Totals.check(total, of: lines.count) { lines[$0].net }
    }
}

public struct GoodsReturned: Event {
    public static let name = MessageName("consignment", "goods-returned")
    public var returnId = ""
    public var lotId = ""
    public var quantity: Int64 = 0
    public var reason = ""
    public var productId = ""
    public var sellerId = ""
    public var regency = ""
    public init() {}

    public var subject: String { lotId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("returnId", &returnId)
        try f.id("lotId", &lotId)
        try f.quantity("quantity", &quantity)
        try f.prose("reason", &reason)
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.regency("regency", &regency)
    }
}

public struct GoodsWrittenOff: Event {
    public static let name = MessageName("consignment", "goods-written-off")
    public var writeOffId = ""
    public var lotId = ""
    public var productId = ""
    public var sellerId = ""
    public var regency = ""
    public var quantity: Int64 = 0
    /// The price in force on the day of the write-off.
    public var unitPrice = Rupiah.zero
    public var net = Rupiah.zero
    public var reason = ""
    public var liability = Liability.none
    public init() {}

    public var subject: String { lotId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("writeOffId", &writeOffId)
        try f.id("lotId", &lotId)
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.regency("regency", &regency)
        try f.quantity("quantity", &quantity)
        try f.price("unitPrice", &unitPrice)
        try f.money("net", &net)
        try f.prose("reason", &reason)
        try f.choice("liability", &liability)
    }

    public func check() throws(InvalidData) {
        let (product, overflow) = quantity.multipliedReportingOverflow(by: unitPrice.amount)
        if overflow || product != net.amount { throw InvalidData("net", "must be quantity × unitPrice") }
    }
}
