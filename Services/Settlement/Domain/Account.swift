public import Primitives

/// An account of the ledger, by its number. The fixed accounts have fixed numbers; a seller's is given when the first entry needs it.
public struct Account: Sendable, Hashable {
    public let number: Int64

    public init(number: Int64) { self.number = number }

    public static let martMargin = Account(number: 11)
    public static let lossExpense = Account(number: 12)
    public static let suspense = Account(number: 13)

    /// Money that the mart has taken in or given back, by its kind.
    public static func cashClearing(_ tender: Tender) -> Account {
        switch tender {
        case .cash: Account(number: 1)
        case .qris: Account(number: 2)
        case .transfer: Account(number: 3)
        case .kkpd: Account(number: 4)
        }
    }

    /// Every account that is there from the beginning, with its name on the read side.
    public static let fixed: [(account: Account, name: String)] =
        Tender.allCases.map { (.cashClearing($0), "cash-clearing/\($0.rawValue)") } + [
            (.martMargin, "mart-margin"), (.lossExpense, "loss-expense"), (.suspense, "suspense"),
        ]

    /// Sellers' accounts are numbered from here.
    public static let firstOfSellers: Int64 = 1001

    /// The name of the account of what is owed to a seller.
    public static func payableName(of sellerId: String) -> String { "seller-payable/\(sellerId)" }
}
