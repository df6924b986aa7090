import Primitives
import SettlementDomain
import Testing

@Suite("The entries of a posting")
struct JournalEntriesTests {
    static let seller = Account(number: 1001)
    static let other = Account(number: 1002)

    static func amounts(_ entries: JournalEntries) -> [Account: Int64] {
        Dictionary(uniqueKeysWithValues: entries.nonzero.map { ($0.account, $0.amount.amount) })
    }

    @Test("a sale debits the money and credits sellers and margin, one entry for each account")
    func sale() throws {
        let entries = try JournalEntries.sale(
            [
                (Self.seller, Split(of: Rupiah(12_345), at: .standard)), (Self.other, Split(of: Rupiah(1_000), at: .standard)),
                (Self.seller, Split(of: Rupiah(500), at: .standard)),
            ], cash: .cashClearing(.qris))
        #expect(
            Self.amounts(entries) == [.cashClearing(.qris): 13_845, Self.seller: -11_561, Self.other: -900, .martMargin: -1_384])
    }

    @Test("a refund is the reverse of the sale of the same splits")
    func refund() throws {
        let lines = [(owner: Self.seller, split: Split(of: Rupiah(12_345), at: .standard))]
        let (sale, refund) = (
            try JournalEntries.sale(lines, cash: .cashClearing(.cash)), try JournalEntries.refund(lines, cash: .cashClearing(.cash))
        )
        #expect(Self.amounts(refund) == Self.amounts(sale).mapValues { -$0 })
    }

    @Test("entries of zero are not written")
    func zero() throws {
        let small = try JournalEntries.sale([(Self.seller, Split(of: Rupiah(9), at: .standard))], cash: .cashClearing(.cash))
        #expect(Self.amounts(small) == [.cashClearing(.cash): 9, Self.seller: -9])
        #expect(try JournalEntries.refund([(Self.seller, .zero)], cash: .cashClearing(.cash)).nonzero.isEmpty)
        #expect(try JournalEntries.assignment(of: .zero, to: Self.seller).nonzero.isEmpty)
    }

    @Test("a loss is the mart's expense and has no margin; an assignment moves the share out of suspense")
    func others() throws {
        #expect(
            Self.amounts(try .loss(Split(ofLoss: Rupiah(12_345), at: .standard), owner: Self.seller)) == [
                .lossExpense: 11_111, Self.seller: -11_111,
            ])
        #expect(Self.amounts(try .assignment(of: Rupiah(900), to: Self.seller)) == [.suspense: 900, Self.seller: -900])
    }

    @Test("a posting whose sum is beyond the maximum is an overflow")
    func overflow() {
        let most = Split(of: .maximum, at: .standard)
        #expect(throws: MoneyOverflow.self) {
            try JournalEntries.sale([(Self.seller, most), (Self.other, Split(of: Rupiah(1), at: .standard))], cash: .cashClearing(.cash))
        }
    }

    @Test("every fixed account has its own number, below those of the sellers")
    func chart() {
        let numbers = Account.fixed.map(\.account.number)
        #expect(Set(numbers).count == 7)
        #expect(numbers.allSatisfy { $0 < Account.firstOfSellers })
        #expect(
            Account.fixed.map(\.name).sorted() == [
                "cash-clearing/cash", "cash-clearing/kkpd", "cash-clearing/qris", "cash-clearing/transfer", "loss-expense", "mart-margin",
                "suspense",
            ])
    }
}
