import GRDB
import Primitives
import Store
import StrictJSON

/// `/v1/marts`
enum MartReads {
    static let list = Route.list(
        "/v1/marts", "Marts that are open, or have a date on which they open",
        rows: { request, db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM mart WHERE regency > ? ORDER BY regency LIMIT ?",
                arguments: [request.after ?? "", request.limit + 1])
        },
        id: { $0["regency"] },
        write: { row, json in
            let regency: String = row["regency"]
            json.object { json in
                json.member("regency", regency)
                json.member("regencyName", ifPresent: Regency.find(regency)?.name)
                json.member("name", row["name"] as String)
                json.member("openedOn", ifPresent: ProductView.date(row["openedOn"])?.description)
                json.member("state", row["isOpen"] ? "open" : "planned")
            }
        })
}
