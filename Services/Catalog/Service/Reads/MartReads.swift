import CatalogDomain
import GRDB
import Primitives
import ServiceFramework
import StrictJSON

/// `/v1/marts`
enum MartReads {
    private struct Item {
        var row: Row
        /// By day, then in order of acceptance.
        var orders: [Row]
        var regency: String { row["regency"] }
    }

    static let list = Route.list(
        "/v1/marts", "Marts that are open, closed, or have a date on which they open, with every order to close or reopen them",
        rows: { request, db in
            let marts = try Row.fetchAll(
                db, sql: "SELECT * FROM mart WHERE regency > ? ORDER BY regency LIMIT ?",
                arguments: [request.after ?? "", request.limit + 1])
            return try marts.map { mart in
                let orders = try Row.fetchAll(
                    db, sql: "SELECT * FROM martOrder WHERE regency = ? ORDER BY effectiveOn, position", arguments: [mart["regency"]])
                return Item(row: mart, orders: orders)
            }
        },
        id: { $0.regency },
        write: { mart, json in
            let closedOn = ProductView.date(mart.row["closedOn"])
            let state: MartState = mart.row["isOpen"] ? .open : closedOn == nil ? .planned : .closed
            json.object { json in
                json.member("regency", mart.regency)
                json.member("regencyName", ifPresent: Regency.find(mart.regency)?.name)
                json.member("name", mart.row["name"] as String)
                json.member("openedOn", ifPresent: ProductView.date(mart.row["openedOn"])?.description)
                json.member("state", state.rawValue)
                json.member("closedOn", ifPresent: closedOn?.description)
                json.array("orders", mart.orders) { json, order in
                    json.object { json in
                        json.member("action", order["action"] as String)
                        json.member("effectiveOn", ifPresent: ProductView.date(order["effectiveOn"])?.description)
                        json.member("reason", order["reason"] as String)
                        json.member("by", order["orderedBy"] as String)
                        json.member("status", order["status"] as String)
                    }
                }
            }
        })
}
