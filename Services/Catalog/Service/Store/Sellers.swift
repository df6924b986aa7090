import Contracts
import Primitives
import ServiceFramework
import Storage

/// A seller as it is known now.
struct Seller {
    var sellerId: String
    var name: String
    var regency: String
    var phone: String?
    var nib: String?

    func fields(differingFrom other: Seller) -> [SellerField] {
        SellerField.allCases.filter { field in
            switch field {
            case .name: name != other.name
            case .phone: phone != other.phone
            case .nib: nib != other.nib
            }
        }
    }
}

/// The seller table, and what it said before.
struct Sellers {
    let tx: Transaction

    private static let find = SQL("SELECT name, regency, phone, nib FROM seller WHERE sellerId = ?")

    /// Nil where the seller is unknown.
    func find(_ sellerId: String) throws -> Seller? {
        try tx.first(Self.find, sellerId) { row in
            Seller(sellerId: sellerId, name: row.text(0), regency: row.text(1), phone: row.textOrNil(2), nib: row.textOrNil(3))
        }
    }

    func regency(of sellerId: String) throws -> String? { try find(sellerId)?.regency }

    private static let add = SQL("INSERT INTO seller (sellerId, name, regency, phone, nib) VALUES (?, ?, ?, ?, ?)")

    func add(_ command: RegisterSeller, regency: String) throws {
        try tx.execute(Self.add, command.sellerId, command.sellerName, regency, command.phone, command.nib)
    }

    private static let update = SQL("UPDATE seller SET name = ?, phone = ?, nib = ? WHERE sellerId = ?")
    private static let addChange = SQL(
        "INSERT INTO sellerChange (sellerId, oldName, oldPhone, oldNib, changedBy, changedAt) VALUES (?, ?, ?, ?, ?, ?)")

    func change(_ seller: Seller, from known: Seller, by person: String?) throws {
        try tx.execute(Self.addChange, known.sellerId, known.name, known.phone, known.nib, person, tx.now)
        try tx.execute(Self.update, seller.name, seller.phone, seller.nib, seller.sellerId)
    }
}
