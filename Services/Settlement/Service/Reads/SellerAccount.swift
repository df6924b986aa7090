import GRDB
import ServiceFramework

/// A seller as the read side knows one: by name, by account, or by both.
struct SellerAccount {
    var sellerId: String
    /// Nil until Catalog has told it.
    var name: String?
    /// Nil until the first entry.
    var account: Int64?

    /// Throws `notFound` for a seller who is neither registered nor has an entry.
    static func find(_ sellerId: String, _ db: Database) throws -> SellerAccount {
        let name = try String.fetchOne(db, sql: "SELECT name FROM seller WHERE sellerId = ?", arguments: [sellerId])
        let account = try Int64.fetchOne(db, sql: "SELECT number FROM account WHERE sellerId = ?", arguments: [sellerId])
        guard name != nil || account != nil else { throw ReadError.notFound("seller \(sellerId) is not known") }
        return SellerAccount(sellerId: sellerId, name: name, account: account)
    }
}
