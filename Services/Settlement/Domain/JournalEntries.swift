public import Primitives

/// The entries of one posting: debits are positive, credits negative, one entry for each account, and together they are zero.
public struct JournalEntries: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public var account: Account
        public var amount: Rupiah
    }

    /// In the order in which the accounts were first named; an amount may be zero.
    private var grouped: [Entry] = []

    private init(capacity: Int) { grouped.reserveCapacity(capacity) }

    /// What is to be written: accounts that come out at zero have no entry.
    public var nonzero: some Collection<Entry> { grouped.lazy.filter { $0.amount != .zero } }

    /// A sale: the money came in, most of it is owed to the sellers, the rest is margin.
    public static func sale(_ lines: [(owner: Account, split: Split)], cash: Account) throws(MoneyOverflow) -> JournalEntries {
        var entries = JournalEntries(capacity: lines.count + 2)
        for line in lines {
            try entries.debit(cash, line.split.net)
            try entries.credit(line.owner, line.split.sellerShare)
            try entries.credit(.martMargin, line.split.martShare)
        }
        return entries.balanced()
    }

    /// A refund: the reverse of the sale of the same splits.
    public static func refund(_ lines: [(owner: Account, split: Split)], cash: Account) throws(MoneyOverflow)
        -> JournalEntries
    {
        var entries = JournalEntries(capacity: lines.count + 2)
        for line in lines {
            try entries.credit(cash, line.split.net)
            try entries.debit(line.owner, line.split.sellerShare)
            try entries.debit(.martMargin, line.split.martShare)
        }
        return entries.balanced()
    }

    /// Goods lost under the mart's liability: no money came in, the seller is owed the share all the same.
    public static func loss(_ split: Split, owner: Account) throws(MoneyOverflow) -> JournalEntries {
        var entries = JournalEntries(capacity: 2)
        try entries.debit(.lossExpense, split.sellerShare)
        try entries.credit(owner, split.sellerShare)
        return entries.balanced()
    }

    /// A line in suspense has found its seller.
    public static func assignment(of share: Rupiah, to owner: Account) throws(MoneyOverflow) -> JournalEntries {
        var entries = JournalEntries(capacity: 2)
        try entries.debit(.suspense, share)
        try entries.credit(owner, share)
        return entries.balanced()
    }

    /// A line was assigned to the wrong seller.
    public static func reassignment(of share: Rupiah, from loser: Account, to owner: Account) throws(MoneyOverflow) -> JournalEntries {
        var entries = JournalEntries(capacity: 2)
        try entries.debit(loser, share)
        try entries.credit(owner, share)
        return entries.balanced()
    }

    private mutating func debit(_ account: Account, _ amount: Rupiah) throws(MoneyOverflow) {
        // A posting has few accounts, so looking along them is cheaper than hashing.
        if let place = grouped.firstIndex(where: { $0.account == account }) {
            grouped[place].amount = try grouped[place].amount.adding(amount)
        } else {
            grouped.append(Entry(account: account, amount: amount))
        }
    }

    private mutating func credit(_ account: Account, _ amount: Rupiah) throws(MoneyOverflow) { try debit(account, -amount) }

    private func balanced() -> JournalEntries {
        precondition(grouped.reduce(0) { $0 + $1.amount.amount } == 0, "a posting must sum to zero")
        return self
    }
}
