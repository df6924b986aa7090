import Contracts
import Primitives
import Store

/// Who is owed what, by the words of section 8 of the contract: not kept from posting to posting, but worked out from what was sold.
struct MoneyBook {
    private(set) var settled: Set<String> = []
    /// Sellers of lines that stood in suspense, by sale and line.
    private(set) var assigned: [String: String] = [:]

    mutating func settle(_ saleId: String) { settled.insert(saleId) }

    mutating func assign(_ command: AssignSuspense, _ shelf: ShelfBook) -> Decision.Verdict {
        guard settled.contains(command.saleId), let sale = shelf.sales[command.saleId] else { return .rejected(.notFound) }
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
            for (lineId, line) in sale.lines {
                let left = line.net - line.net * line.refunded / line.quantity
                let owner = line.seller ?? assigned["\(saleId)/\(lineId)"]
                books["cash-clearing/\(sale.tender.rawValue)", default: 0] += left
                books[owner.map { "seller-payable/\($0)" } ?? "suspense", default: 0] -= left - left / 10
                books["mart-margin", default: 0] -= left / 10
            }
        }
        for loss in shelf.losses {
            let share = loss.net - loss.net / 10
            books["loss-expense", default: 0] += share
            books["seller-payable/\(loss.seller)", default: 0] -= share
        }
        return books.filter { $0.value != 0 }
    }
}
