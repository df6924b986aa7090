public import Primitives

public struct MartOpened: Event {
    public static let name = MessageName("catalog", "mart-opened")
    public var regency = ""
    public var martName = ""
    public var openedOn = BusinessDate(day: 0)
    public init() {}

    public var subject: String { regency }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.regency("regency", &regency)
        try f.text("name", &martName)
        try f.date("openedOn", &openedOn)
    }
}

/// Phone and bank data never travel in events.
public struct SellerRegistered: Event {
    public static let name = MessageName("catalog", "seller-registered")
    public var sellerId = ""
    public var sellerName = ""
    public var regency = ""
    public init() {}

    public var subject: String { sellerId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("sellerId", &sellerId)
        try f.text("name", &sellerName)
        try f.regency("regency", &regency)
    }
}

public struct ProductRegistered: Event {
    public static let name = MessageName("catalog", "product-registered")
    public var productId = ""
    public var sellerId = ""
    public var productName = ""
    public var programme = Programme.ovop
    public var origin = Origin()
    public var kind = ProductKind.craft
    public var price = Rupiah.zero
    public var unit = "pcs"
    public var net: String?
    public var shelfLifeDays: Int64?
    public var barcode: String?
    public var regency = ""
    /// Permit kinds; alternatives are joined by a bar: `nib|school-letter`.
    public var requiredPermits: [String] = []
    public init() {}

    public var subject: String { productId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.text("name", &productName)
        try f.choice("programme", &programme)
        try f.record("origin", &origin)
        try f.choice("kind", &kind)
        try f.price("price", &price)
        try f.text("unit", &unit)
        try f.text("net", &net)
        try f.integer("shelfLifeDays", &shelfLifeDays, 1...36_500)
        try f.text("barcode", &barcode)
        try f.regency("regency", &regency)
        try f.texts("requiredPermits", &requiredPermits)
    }
}

public struct ProductReclassified: Event {
    public static let name = MessageName("catalog", "product-reclassified")
    public var productId = ""
    public var kind = ProductKind.craft
    public var requiredPermits: [String] = []
    /// Goes into the envelope; the data has none.
    public var eventRegency: String?
    public init() {}

    public var subject: String { productId }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.choice("kind", &kind)
        try f.texts("requiredPermits", &requiredPermits)
    }
}

public struct PriceChanged: Event {
    public static let name = MessageName("catalog", "price-changed")
    public var productId = ""
    public var price = Rupiah.zero
    public var effectiveOn = BusinessDate(day: 0)
    /// Goes into the envelope; the data has none.
    public var eventRegency: String?
    public init() {}

    public var subject: String { productId }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.price("price", &price)
        try f.date("effectiveOn", &effectiveOn)
    }
}

/// Alone suffices to sell the product; sent again when `listedUntil` changes.
public struct ProductListed: Event {
    public static let name = MessageName("catalog", "product-listed")
    public var productId = ""
    public var sellerId = ""
    public var regency = ""
    public var productName = ""
    public var programme = Programme.ovop
    public var kind = ProductKind.craft
    public var price = Rupiah.zero
    public var unit = "pcs"
    /// Last day on which it may be sold; nil while no permit has an end.
    public var listedUntil: BusinessDate?
    public init() {}

    public var subject: String { productId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.regency("regency", &regency)
        try f.text("name", &productName)
        try f.choice("programme", &programme)
        try f.choice("kind", &kind)
        try f.price("price", &price)
        try f.text("unit", &unit)
        try f.date("listedUntil", &listedUntil)
    }
}

public struct ProductHeld: Event {
    public static let name = MessageName("catalog", "product-held")
    public var productId = ""
    public var sellerId = ""
    public var regency = ""
    public var reason = HoldReason.permitExpired
    public var missingPermits: [String] = []
    public init() {}

    public var subject: String { productId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.regency("regency", &regency)
        try f.choice("reason", &reason)
        try f.texts("missingPermits", &missingPermits)
    }
}

/// Only on withdrawal.
public struct ProductDelisted: Event {
    public static let name = MessageName("catalog", "product-delisted")
    public var productId = ""
    public var sellerId = ""
    public var regency = ""
    public var reason = ""
    public init() {}

    public var subject: String { productId }
    public var eventRegency: String? { regency }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.id("sellerId", &sellerId)
        try f.regency("regency", &regency)
        try f.prose("reason", &reason)
    }
}
