import CatalogDomain
import GRDB
import Primitives
import StrictJSON

/// A product as the read side shows it.
struct ProductView {
    let row: Row
    let today: BusinessDate
    var listing: Listing

    var productId: String { row["productId"] }
    var sellerId: String { row["sellerId"] }
    private var kind: ProductKind? { ProductKind(rawValue: row["kind"]) }

    static func all(
        _ db: Database, _ filter: (condition: String, arguments: StatementArguments), limit: Int, today: BusinessDate
    ) throws -> [ProductView] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT p.*, COALESCE(m.isOpen, 0) AS isMartOpen,
                    (SELECT amount FROM price WHERE productId = p.productId AND effectiveOn <= ?
                        ORDER BY effectiveOn DESC, position DESC LIMIT 1) AS amount
                FROM product p LEFT JOIN mart m ON m.regency = p.regency
                WHERE \(filter.condition) ORDER BY p.productId LIMIT ?
                """,
            arguments: [today.day] + filter.arguments + [limit])
        return rows.map { row in
            let columns = ListingColumns(
                state: ProductState(rawValue: row["state"]) ?? .awaitingPermits,
                holdReason: (row["holdReason"] as String?).flatMap { HoldReason(rawValue: $0) },
                withdrawalReason: row["withdrawalReason"], missingPermits: row["missingPermits"], listedUntil: date(row["listedUntil"]))
            return ProductView(row: row, today: today, listing: columns.listing)
        }
    }

    static func date(_ day: Int32?) -> BusinessDate? { day.map { BusinessDate(day: $0) } }

    /// Judges as of today, so that an answer is true also while a change that touched thousands is still being worked off.
    mutating func judge(_ rules: RequirementTable, _ permits: [Permit]) {
        guard let kind else { return }
        let facts = ListingFacts(kind: kind, current: listing, permits: permits, isMartOpen: row["isMartOpen"])
        listing = rules.listing(of: facts, on: today).listing
    }

    func write(to json: inout JSONWriter, _ rules: RequirementTable) {
        json.member("productId", productId)
        json.member("sellerId", sellerId)
        json.member("regency", row["regency"] as String)
        json.member("name", row["name"] as String)
        json.member("programme", row["programme"] as String)
        json.object("origin") { json in
            json.member("villageCode", ifPresent: row["villageCode"] as String?)
            json.member("community", ifPresent: row["community"] as String?)
            json.member("communityKind", ifPresent: row["communityKind"] as String?)
            json.member("school", ifPresent: row["school"] as String?)
            json.member("level", ifPresent: row["schoolLevel"] as String?)
            json.member("npsn", ifPresent: row["npsn"] as String?)
        }
        json.member("kind", row["kind"] as String)
        json.member("price", row["amount"] as Int64)
        json.member("unit", row["unit"] as String)
        json.member("net", ifPresent: row["net"] as String?)
        json.member("shelfLifeDays", ifPresent: row["shelfLifeDays"] as Int64?)
        json.member("barcode", ifPresent: row["barcode"] as String?)
        json.member("state", listing.state.rawValue)
        switch listing {
        case .awaitingPermits: break
        case .listed(let until): json.member("listedUntil", ifPresent: until?.description)
        case .held(let reason, _): json.member("reason", reason.rawValue)
        case .withdrawn(let reason): json.member("reason", reason)
        }
        json.member("missingPermits", listing.missing.map(\.description))
        json.member("requiredPermits", kind.map { rules.demand(on: $0, at: today).requirements.map(\.description) } ?? [])
    }
}

/// A permit as the read side shows it.
enum PermitView {
    static func all(_ db: Database, of productId: String, sellerId: String) throws -> [Permit] {
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM permit WHERE sellerId = ? AND (productId = ? OR productId IS NULL) ORDER BY permitId",
            arguments: [sellerId, productId])
        return rows.compactMap(permit).filter { $0.counts(for: productId, of: sellerId) }
    }

    private static func permit(_ row: Row) -> Permit? {
        guard let kind = PermitKind(rawValue: row["permitKind"]) else { return nil }
        var permit = Permit(permitId: row["permitId"], kind: kind, sellerId: row["sellerId"], productId: row["productId"])
        if let validFrom = ProductView.date(row["validFrom"]) {
            permit.grant = Permit.Grant(number: row["number"] ?? "", validFrom: validFrom, validUntil: ProductView.date(row["validUntil"]))
        }
        if let from = ProductView.date(row["suspendedFrom"]) {
            permit.suspension = Permit.Suspension(from: from, until: ProductView.date(row["suspendedUntil"]))
        }
        if let from = ProductView.date(row["endedOn"]), let ending = (row["ending"] as String?).flatMap({ Permit.EndingKind(rawValue: $0) })
        {
            permit.ending = Permit.Ending(ending, from: from)
        }
        permit.correctedNumber = row["correctedNumber"]
        return permit
    }

    static func write(_ permit: Permit, to json: inout JSONWriter, today: BusinessDate) {
        json.member("permitId", permit.permitId)
        json.member("permitKind", permit.kind.rawValue)
        json.member("number", ifPresent: permit.number)
        json.member("validFrom", ifPresent: permit.grant?.validFrom.description)
        json.member("validUntil", ifPresent: permit.grant?.validUntil?.description)
        json.member("status", permit.status(on: today).rawValue)
    }
}
