import CatalogDomain
import Contracts
import Primitives
import ServiceFramework
import Storage

/// A product as far as judging and announcing it goes.
struct Product {
    var productId: String
    var sellerId: String
    var regency: String
    var name: String
    var programme: Programme
    var kind: ProductKind
    var unit: String
    /// What was last found and published.
    var listing: Listing
    var reviewOn: BusinessDate?
    var isMartOpen: Bool
}

/// The product table, and the prices.
struct Products {
    let tx: Transaction

    private static let find = SQL(
        """
        SELECT p.productId, p.sellerId, p.regency, p.name, p.programme, p.kind, p.unit, p.reviewOn, COALESCE(m.isOpen, 0),
            p.state, p.holdReason, p.withdrawalReason, p.missingPermits, p.listedUntil
        FROM product p LEFT JOIN mart m ON m.regency = p.regency WHERE p.productId = ?
        """)

    func find(_ productId: String) throws -> Product? {
        try tx.first(Self.find, productId) { row in
            Product(
                productId: row.text(0), sellerId: row.text(1), regency: row.text(2), name: row.text(3), programme: try row.choice(4),
                kind: try row.choice(5), unit: row.text(6),
                listing: ListingColumns(
                    state: try row.choice(9), holdReason: try row.choiceOrNil(10), withdrawalReason: row.textOrNil(11),
                    missingPermits: row.text(12), listedUntil: row.dateOrNil(13)
                ).listing,
                reviewOn: row.dateOrNil(7), isMartOpen: row.bool(8))
        }
    }

    private static let add = SQL(
        """
        INSERT INTO product (productId, sellerId, regency, name, searchName, programme, kind, unit, net, shelfLifeDays, barcode, villageCode,
            community, communityKind, school, schoolLevel, npsn, registeredAt, state, missingPermits)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'awaiting-permits', '')
        """)

    func add(_ command: RegisterProduct, regency: String, unit: String) throws {
        let origin = command.origin
        try tx.execute(
            Self.add, command.productId, command.sellerId, regency, command.productName, SearchText.folded(command.productName),
            command.programme, command.kind, unit, command.net, command.shelfLifeDays, command.barcode, origin.villageCode,
            origin.community,
            origin.communityKind?.rawValue, origin.school, origin.level?.rawValue, origin.npsn, tx.now)
    }

    private static let saveFinding = SQL(
        """
        UPDATE product SET state = ?, holdReason = ?, withdrawalReason = ?, missingPermits = ?, listedUntil = ?, reviewOn = ?
        WHERE productId = ?
        """)

    func save(_ finding: ListingFinding, of productId: String) throws {
        let columns = ListingColumns(finding.listing)
        try tx.execute(
            Self.saveFinding, columns.state.rawValue, columns.holdReason, columns.withdrawalReason, columns.missingPermits,
            columns.listedUntil, finding.reviewOn, productId)
    }

    private static let saveKind = SQL("UPDATE product SET kind = ? WHERE productId = ?")

    func save(_ kind: ProductKind, of productId: String) throws { try tx.execute(Self.saveKind, kind, productId) }

    private static let addPrice = SQL("INSERT INTO price (productId, effectiveOn, amount) VALUES (?, ?, ?)")

    func addPrice(_ amount: Rupiah, of productId: String, from date: BusinessDate) throws {
        try tx.execute(Self.addPrice, productId, date, amount)
    }

    private static let priceInForce = SQL(
        "SELECT amount FROM price WHERE productId = ? AND effectiveOn <= ? ORDER BY effectiveOn DESC, position DESC LIMIT 1")

    func price(of productId: String, on date: BusinessDate) throws -> Rupiah? {
        try tx.first(Self.priceInForce, productId, date) { $0.rupiah(0) }
    }
}

/// A listing as the product table keeps it.
struct ListingColumns {
    var state: ProductState
    var holdReason: HoldReason?
    var withdrawalReason: String?
    /// Joined by commas.
    var missingPermits: String
    var listedUntil: BusinessDate?

    var listing: Listing {
        let missing = missingPermits.split(separator: ",").compactMap { Requirement(String($0)) }
        switch state {
        case .awaitingPermits: return .awaitingPermits(missing: missing)
        case .listed: return .listed(until: listedUntil)
        // The schema's CHECKs make sure that the reasons are there.
        case .held: return .held(holdReason ?? .requirementsChanged, missing: missing)
        case .withdrawn: return .withdrawn(reason: withdrawalReason ?? "")
        }
    }
}

extension ListingColumns {
    init(_ listing: Listing) {
        self.init(state: listing.state, missingPermits: listing.missing.map(\.description).joined(separator: ","))
        switch listing {
        case .awaitingPermits: break
        case .listed(let until): listedUntil = until
        case .held(let reason, _): holdReason = reason
        case .withdrawn(let reason): withdrawalReason = reason
        }
    }
}
