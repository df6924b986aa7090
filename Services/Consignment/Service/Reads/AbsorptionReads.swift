import ConsignmentDomain
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// How much of what people make the mart takes up, in three stated definitions.
enum AbsorptionReads {
    static let report = Route.get(
        "/v1/absorption",
        """
        intake = accepted ÷ offered units and sellThrough = sold ÷ (accepted − returned) units, of the lots received from `from` to `to`, sold \
        less what came back to the shelf; product = products ever received ÷ products known, both up to `to`; null where there is nothing to divide by
        """, [.init("regency", .regency), .init("from", .date), .init("to", .date)]
    ) { request, db, json in
        let from = request.date("from")
        let to = request.date("to")
        if let from, let to, to < from { throw ReadError.invalid("to must not be before from") }
        let lots = try Row.fetchOne(
            db,
            sql: """
                SELECT \(WideSum.columns("offered", as: "offered")), \(WideSum.columns("accepted", as: "accepted")),
                    \(WideSum.columns("returned", as: "returned")), \(WideSum.columns("sold - restocked", as: "sold"))
                FROM lot WHERE (?1 IS NULL OR regency = ?1) AND (?2 IS NULL OR receivedAt >= ?2) AND (?3 IS NULL OR receivedAt < ?3)
                """, arguments: [request.text("regency"), from?.start.milliseconds, to?.adding(days: 1).start.milliseconds])
        let products = try Row.fetchOne(
            db,
            sql: """
                SELECT count(*) AS known, count(*) FILTER (WHERE firstReceivedOn <= ifnull(?2, firstReceivedOn)) AS received
                FROM product WHERE sellerId IS NOT NULL AND (?1 IS NULL OR regency = ?1) AND (?2 IS NULL OR knownOn <= ?2)
                """, arguments: [request.text("regency"), to?.column])
        let (offered, accepted) = (lots?.sum("offered") ?? 0, lots?.sum("accepted") ?? 0)
        let (returned, sold) = (lots?.sum("returned") ?? 0, lots?.sum("sold") ?? 0)
        let (known, received) = (products?.int("known") ?? 0, products?.int("received") ?? 0)
        json.object { json in
            json.member("regency", ifPresent: request.text("regency"))
            json.member("from", ifPresent: from?.description)
            json.member("to", ifPresent: to?.description)
            write("intake", Share.of(accepted, in: offered), to: &json)
            write("product", Share.of(received, in: known), to: &json)
            write("sellThrough", Share.of(sold, in: accepted - returned), to: &json)
            write("target", Share.target, to: &json)
            json.object("units") { json in
                json.member("offered", offered)
                json.member("accepted", accepted)
                json.member("returned", returned)
                json.member("sold", sold)
            }
            json.object("products") { json in
                json.member("registered", known)
                json.member("received", received)
            }
        }
    }

    private static func write(_ name: StaticString, _ share: Double?, to json: inout JSONWriter) {
        json.key(name)
        if let share { json.ratio(share) } else { json.null() }
    }
}
