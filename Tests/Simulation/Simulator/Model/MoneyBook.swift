import Contracts
import Primitives
import Store

/// Who is owed what, by the words of section 8 of the contract: not kept from posting to posting, but worked out from what was sold.
struct MoneyBook {
    /// The mart's part in percent by the first day on which it holds, the latest first.
    let rates: [(from: BusinessDate, percent: Int64)]
    /// Sales, with the rate at which they were settled.
    private(set) var settled: [String: Int64] = [:]
    /// The same of losses.
    private(set) var settledLosses: [String: Int64] = [:]
    /// Sellers of lines that stood in suspense, by sale and line.
    private(set) var assigned: [String: String] = [:]

    init(rates: [(from: BusinessDate, percent: Int64)]) { self.rates = rates }

    func rate(on day: BusinessDate) -> Int64 { rates.first { $0.from <= day }?.percent ?? 10 }

    mutating func settle(sale: String, on day: BusinessDate) { settled[sale] = rate(on: day) }
    mutating func settle(loss: String, on day: BusinessDate) { settledLosses[loss] = rate(on: day) }

    mutating func assign(_ command: AssignSuspense, _ shelf: ShelfBook) -> Decision.Verdict {
        guard settled[command.saleId] != nil, let sale = shelf.sales[command.saleId] else { return .rejected(.notFound) }
        guard let line = sale.lines[command.lineId] else { return .rejected(.invalid) }
        let place = "\(command.saleId)/\(command.lineId)"
        if let known = assigned[place] { return known == command.sellerId ? .duplicate : .rejected(.wrongState) }
        if line.seller != nil { return .rejected(.wrongState) }
        assigned[place] = command.sellerId
        return .accepted
    }

    /// The balance of every account that is not zero, debit positive, once everything has arrived.
    func balances(_ shelf: ShelfBook) -> [String: Int64] {
        var books: [String: Int64] = [:]
        for (saleId, sale) in shelf.sales {
            let percent = settled[saleId] ?? 0
            for (lineId, line) in sale.lines {
                let left = line.net - line.net * line.refunded / line.quantity
                let owner = line.seller ?? assigned["\(saleId)/\(lineId)"]
                books["cash-clearing/\(sale.tender.rawValue)", default: 0] += left
                let share = left * percent / 100
                books[owner.map { "seller-payable/\($0)" } ?? "suspense", default: 0] -= left - share
                books["mart-margin", default: 0] -= share
            }
        }
        for (writeOffId, loss) in shelf.losses {
            let share = loss.net - loss.net * (settledLosses[writeOffId] ?? 0) / 100
            books["loss-expense", default: 0] += share
            books["seller-payable/\(loss.seller)", default: 0] -= share
        }
        return books.filter { $0.value != 0 }
    }
}
