import GRDB
import ServiceFramework
import StrictJSON

/// `/v1/sellers/{id}/balance`: what a seller earned, what refunds took back, and what is owed.
enum BalanceRead {
    static let route = Route.get("/v1/sellers/{id}/balance", "What is owed to a seller") { request, db, json in
        let seller = try SellerAccount.find(request.pathValue("id"), db)
        // One posting makes one entry in an account: what is earned is a credit, what a refund or a reassignment takes is a debit.
        let sums = try Row.fetchOne(
            db,
            sql: """
                SELECT \(WideSum.columns("-amount", as: "earned", where: "amount < 0")),
                    \(WideSum.columns("amount", as: "reversed", where: "amount > 0"))
                FROM entry WHERE account = ?
                """, arguments: [seller.account])
        let (earned, reversed) = (sums?.sum("earned") ?? 0, sums?.sum("reversed") ?? 0)
        json.object { json in
            json.member("sellerId", seller.sellerId)
            json.member("name", ifPresent: seller.name)
            json.member("earned", earned)
            json.member("reversed", reversed)
            json.member("paid", 0)
            json.member("inPayout", 0)
            json.member("payable", earned - reversed)
        }
    }
}
