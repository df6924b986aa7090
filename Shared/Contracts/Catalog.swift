public import Primitives

// Catalog: who sells what, from where, and whether it may be sold (section 5 of the contract).

// MARK: Commands

public struct OpenMart: Command {
    public static let name = MessageName("catalog", "open-mart")
    public var regency: String?
    public var martName = ""
    /// A future date opens the mart on that date.
    public var openedOn = BusinessDate(day: 0)
    public init() {}

    public var subject: String { regency ?? "" }
    public var businessKey: BusinessKey? { regency.map { BusinessKey("mart", $0) } }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.regency("regency", &regency)
        try f.text("name", &martName)
        try f.date("openedOn", &openedOn)
    }
}

public struct RegisterSeller: Command {
    public static let name = MessageName("catalog", "register-seller")
    public var sellerId = ""
    public var sellerName = ""
    public var regency: String?
    public var phone: String?
    public var nib: String?
    public init() {}

    public var subject: String { sellerId }
    public var businessKey: BusinessKey? { BusinessKey("seller", sellerId) }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("sellerId", &sellerId)
        try f.text("name", &sellerName)
        try f.regency("regency", &regency)
        try f.text("phone", &phone)
        try f.text("nib", &nib)
    }
}

/// Where a product comes from; which fields are there depends on the programme.
public struct Origin: Record, Hashable {
    public var villageCode: String?
    public var community: String?
    public var communityKind: CommunityKind?
    public var school: String?
    public var level: SchoolLevel?
    public var npsn: String?
    public init() {}

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.text("villageCode", &villageCode)
        try f.text("community", &community)
        try f.choice("communityKind", &communityKind)
        try f.text("school", &school)
        try f.choice("level", &level)
        try f.text("npsn", &npsn)
    }

    public func check() throws(InvalidData) {
        if let villageCode, !Regency.isVillageCode(villageCode) {
            throw InvalidData("villageCode", "must be a village code of the province, e.g. 53.06.07.2005")
        }
    }

    func check(for programme: Programme) throws(InvalidData) {
        switch programme {
        case .ovop:
            if villageCode == nil { throw InvalidData("origin.villageCode", "is missing (an ovop product comes from a village)") }
        case .ocop:
            if community == nil { throw InvalidData("origin.community", "is missing (an ocop product comes from a community)") }
            if communityKind == nil { throw InvalidData("origin.communityKind", "is missing") }
        case .osop:
            if school == nil { throw InvalidData("origin.school", "is missing (an osop product comes from a school)") }
            if level == nil { throw InvalidData("origin.level", "is missing") }
        }
    }
}

public struct RegisterProduct: Command {
    public static let name = MessageName("catalog", "register-product")
    public var productId = ""
    public var sellerId = ""
    public var productName = ""
    public var programme = Programme.ovop
    public var origin = Origin()
    public var kind = ProductKind.craft
    public var price = Rupiah.zero
    public var unit: String?
    public var net: String?
    public var shelfLifeDays: Int64?
    public var barcode: String?
    public init() {}

    public var subject: String { productId }
    public var businessKey: BusinessKey? { BusinessKey("product", productId) }

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
    }

    public func check() throws(InvalidData) { try origin.check(for: programme) }
}

public struct ChangePrice: Command {
    public static let name = MessageName("catalog", "change-price")
    public var productId = ""
    public var price = Rupiah.zero
    /// Default: today. A past date is invalid.
    public var effectiveOn: BusinessDate?
    public init() {}

    public var subject: String { productId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.price("price", &price)
        try f.date("effectiveOn", &effectiveOn)
    }
}

public struct ReclassifyProduct: Command {
    public static let name = MessageName("catalog", "reclassify-product")
    public var productId = ""
    public var kind = ProductKind.craft
    public init() {}

    public var subject: String { productId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.choice("kind", &kind)
    }
}

public struct WithdrawProduct: Command {
    public static let name = MessageName("catalog", "withdraw-product")
    public var productId = ""
    public var reason = ""
    public init() {}

    public var subject: String { productId }
    public var businessKey: BusinessKey? { nil }

    public mutating func fields<F: Fields>(_ f: inout F) throws(InvalidData) {
        try f.id("productId", &productId)
        try f.prose("reason", &reason)
    }
}
