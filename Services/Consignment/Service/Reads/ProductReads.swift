import ConsignmentDomain
import GRDB
import Primitives
import ServiceFramework
import Storage
import StrictJSON

/// Consignment's own view of a product, so that a sender can wait until an event has arrived here.
enum ProductReads {
    static let one = Route.get("/v1/products/{id}", "A product as Consignment knows it: may it be received and sold, at what price") {
        request, db, json in
        let id = request.pathValue("id")
        guard
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT product.*, \(Marts.columns) FROM product LEFT JOIN mart ON mart.regency = product.regency
                    WHERE productId = ? AND sellerId IS NOT NULL
                    """, arguments: [id])
        else { throw ReadError.notFound("product \(id) is not known here") }
        let prices = try Row.fetchAll(
            db, sql: "SELECT effectiveOn, price FROM price WHERE productId = ? ORDER BY effectiveOn", arguments: [id])
        let today = request.today.column
        let inForce = (prices.last { $0.int("effectiveOn") <= today } ?? prices.first)?.int("price")
        let mart = row.date("openedOn").map { MartDays(openedOn: $0, closedOn: row.date("closedOn"), reopenedOn: row.date("reopenedOn")) }
        let listing = try ListingView(row, on: request.today)
        json.object { json in
            json.member("productId", id)
            json.member("sellerId", ifPresent: row.text("sellerId"))
            json.member("regency", ifPresent: row.text("regency"))
            json.member("name", ifPresent: row.text("name"))
            json.member("programme", ifPresent: row.text("programme"))
            json.member("kind", ifPresent: row.text("kind"))
            json.member("unit", ifPresent: row.text("unit"))
            json.member("price", ifPresent: inForce)
            json.member("state", listing.state.rawValue)
            json.member("reason", ifPresent: listing.reason)
            json.member("missingPermits", PermitList.kinds(row.text("missingPermits") ?? ""))
            json.member("listedUntil", ifPresent: row.date("listedUntil")?.description)
            json.member("martOpen", mart?.isOpen(on: request.today) ?? false)
            json.array("prices", prices) { json, price in
                json.object { json in
                    let effectiveOn = price.int("effectiveOn")
                    if effectiveOn > PriceHistory.always.column {
                        json.member("effectiveOn", BusinessDate(day: Int32(truncatingIfNeeded: effectiveOn)).description)
                    }
                    json.member("price", price.int("price"))
                }
            }
        }
    }
}

/// The state that a sale would meet today: a listing that has run out is no listing, though nobody has said so yet.
private struct ListingView {
    var state: ListingState
    var reason: String?

    init(_ row: Row, on today: BusinessDate) throws {
        guard let stored = row.text("state").flatMap(ListingState.init) else { throw ReadError.notFound("the product has no state") }
        state = stored
        reason = row.text("reason")
        if stored == .listed, let until = row.date("listedUntil"), until < today {
            state = .held
            reason = HoldReason.permitExpired.rawValue
        }
    }
}
