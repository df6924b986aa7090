import Primitives
import ServiceFramework
import SettlementDomain
import Storage

/// What a posting is about; the numbers are those of the table.
enum PostingKind: Int64 {
    case sale = 1
    case refund = 2
    case writeOff = 3
    case assignment = 4

    /// On the read side.
    var name: String {
        switch self {
        case .sale: "sale"
        case .refund: "refund"
        case .writeOff: "write-off"
        case .assignment: "assignment"
        }
    }
}

/// A row of `posting`, by its number.
struct Posting: Hashable {
    var number: Int64
    var regency: String
}

/// The books: accounts, postings and their entries. Rows are only ever added.
struct Ledger {
    let tx: Transaction

    init(_ tx: Transaction) { self.tx = tx }

    private static let insertPosting = SQL(
        """
        INSERT INTO posting (kind, key, sale, regency, postedAt, cause) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key, kind) DO NOTHING
        """)
    private static let findPosting = SQL("SELECT number, regency FROM posting WHERE key = ? AND kind = ?")
    private static let insertEntry = SQL("INSERT INTO entry (account, posting, amount) VALUES (?, ?, ?)")
    private static let findAccount = SQL("SELECT number FROM account WHERE sellerId = ?")
    private static let insertAccount = SQL(
        "INSERT INTO account (number, name, sellerId) SELECT max(max(number) + 1, ?), ?, ? FROM account RETURNING number")

    /// Adds a posting caused by the message at hand; nil, and nothing is added, if this kind was posted for `key` before.
    func open(_ kind: PostingKind, _ key: String, sale: Posting? = nil, regency: String) throws -> Posting? {
        let inserted = try tx.execute(Self.insertPosting) { row in
            row.add(kind.rawValue)
            row.add(key)
            row.add(sale?.number)
            row.add(regency)
            row.add(tx.now)
            row.add(tx.cause.id)
        }
        guard inserted == 1 else { return nil }
        return Posting(number: tx.connection.lastInsertedRow, regency: regency)
    }

    func find(_ kind: PostingKind, _ key: String) throws -> Posting? {
        try tx.first(Self.findPosting, key, kind.rawValue) { Posting(number: $0.int(0), regency: $0.text(1)) }
    }

    func write(_ entries: JournalEntries, for posting: Posting) throws {
        for entry in entries.nonzero {
            try tx.execute(Self.insertEntry) { row in
                row.add(entry.account.number)
                row.add(posting.number)
                row.add(entry.amount)
            }
        }
    }

    /// The account of what is owed to the seller, made when it is first needed; `suspense` where nobody knows whose it is.
    func owner(_ sellerId: String?) throws -> Account {
        guard let sellerId else { return .suspense }
        if let known = try tx.number(Self.findAccount, sellerId) { return Account(number: known) }
        let made = try tx.first(Self.insertAccount, Account.firstOfSellers, Account.payableName(of: sellerId), sellerId) {
            Account(number: $0.int(0))
        }
        guard let made else { preconditionFailure("an INSERT … RETURNING answers its row") }
        return made
    }
}
