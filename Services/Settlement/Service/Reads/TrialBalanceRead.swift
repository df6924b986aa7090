import GRDB
import ServiceFramework
import StrictJSON

/// `/v1/ledger/trial-balance`: the balance of every account that has entries; debit positive. The sum is 0, or the books are wrong.
enum TrialBalanceRead {
    static let route = Route.get("/v1/ledger/trial-balance", "The balance of every account; they sum to zero") { _, db, json in
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT account.name, balance.*
                FROM (SELECT account, \(WideSum.columns("amount", as: "balance")) FROM entry GROUP BY account) AS balance
                    JOIN account ON account.number = balance.account
                ORDER BY account.name
                """)
        json.object { json in
            json.array("accounts", rows) { json, row in
                json.object { json in
                    json.member("account", row["name"] as String)
                    json.member("balance", row.sum("balance"))
                }
            }
            json.member("sum", rows.reduce(Int128(0)) { $0 + $1.sum("balance") })
        }
    }
}
