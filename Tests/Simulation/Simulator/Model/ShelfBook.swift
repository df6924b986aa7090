import Contracts
import MessagingTesting
import Primitives
import ServiceFramework

/// Goods and sales, by the words of section 7 of the contract.
struct ShelfBook {
    struct Lot {
        let product: String
        let expiresOn: BusinessDate?
        let receivedAt: Instant
        var onHand: Int64
    }
    struct Line {
        let product: String
        let seller: String?
        let quantity: Int64
        let price: Int64
        let flags: [SaleFlag]
        /// In the order in which the line took them.
        var takes: [(lot: String, quantity: Int64)]
        var unallocated: Int64
        var refunded: Int64 = 0
        var resolved: Set<SaleFlag> = []
        var net: Int64 { quantity * price }
    }
    struct Sale {
        let regency: String
        let tender: Tender
        var lineIds: [String]
        var lines: [String: Line]
    }

    var known = KnownProducts()
    private(set) var lots: [String: Lot] = [:]
    private(set) var sales: [String: Sale] = [:]
    private(set) var unallocated: [String: Int64] = [:]
    /// How many there were.
    private(set) var refunds = 0
    /// Losses that the mart bears: whose, and what a sale would have brought.
    private(set) var losses: [String: (seller: String, net: Int64)] = [:]

    mutating func receive(_ command: ReceiveGoods, at now: Instant) -> Decision.Verdict {
        let today = BusinessDate(now)
        guard let product = known.products[command.productId] else { return .rejected(.notFound) }
        if let stated = command.regency, stated != product.regency { return .rejected(.invalid) }
        if !known.isMartOpen(product.regency, today) { return .rejected(.martNotOpen) }
        if product.state == "withdrawn" { return .rejected(.wrongState) }
        if let last = command.expiresOn, last < today { return .rejected(.expired) }
        lots[command.lotId] = Lot(product: command.productId, expiresOn: command.expiresOn, receivedAt: now, onHand: command.quantity)
        return .accepted
    }

    mutating func giveBack(_ command: ReturnGoods) -> Decision.Verdict { take(command.quantity, from: command.lotId) }

    mutating func writeOff(_ command: WriteOffGoods, _ event: GoodsWrittenOff?) -> Decision.Verdict {
        guard let lot = lots[command.lotId] else { return .rejected(.notFound) }
        if known.prices[lot.product] == nil { return .rejected(.notFound) }
        let verdict = take(command.quantity, from: command.lotId)
        if verdict == .accepted, command.liability == .mart, let event, let seller = known.products[lot.product]?.seller {
            losses[command.writeOffId] = (seller, event.unitPrice.amount * command.quantity)
        }
        return verdict
    }

    private mutating func take(_ quantity: Int64, from lot: String) -> Decision.Verdict {
        guard let onHand = lots[lot]?.onHand else { return .rejected(.notFound) }
        if quantity > onHand { return .rejected(.outOfStock) }
        lots[lot]?.onHand -= quantity
        return .accepted
    }

    mutating func adjust(_ command: AdjustStock) -> Decision.Verdict {
        guard let onHand = lots[command.lotId]?.onHand else { return .rejected(.notFound) }
        if onHand + command.difference < 0 { return .rejected(.outOfStock) }
        if command.countedBy.lowercased().filter({ $0 != " " }) == command.approvedBy.lowercased().filter({ $0 != " " }) {
            return .rejected(.notAllowed)
        }
        lots[command.lotId]?.onHand += command.difference
        return .accepted
    }

    mutating func refund(_ command: RefundSale) -> Decision.Verdict {
        guard var sale = sales[command.saleId] else { return .rejected(.notFound) }
        if command.lines.contains(where: { sale.lines[$0.lineId] == nil }) { return .rejected(.invalid) }
        for asked in command.lines {
            guard let line = sale.lines[asked.lineId], line.refunded + asked.quantity <= line.quantity else {
                return .rejected(.exceedsOriginal)
            }
        }
        refunds += 1
        for asked in command.lines {
            guard var line = sale.lines[asked.lineId] else { continue }
            line.refunded += asked.quantity
            if command.restock { restock(asked.quantity, of: &line) }
            sale.lines[asked.lineId] = line
        }
        sales[command.saleId] = sale
        return .accepted
    }

    /// To the lots that gave, the last first; what none gave had been unallocated.
    private mutating func restock(_ quantity: Int64, of line: inout Line) {
        var back = quantity
        for place in line.takes.indices.reversed() {
            let units = min(back, line.takes[place].quantity)
            line.takes[place].quantity -= units
            lots[line.takes[place].lot]?.onHand += units
            back -= units
        }
        if back > 0 { unallocated[line.product, default: 0] -= back }
    }

    mutating func resolve(_ command: ResolveFlag) -> Decision.Verdict {
        guard var sale = sales[command.saleId] else { return .rejected(.notFound) }
        if let lineId = command.lineId, sale.lines[lineId] == nil { return .rejected(.notFound) }
        let meant = command.lineId.map { [$0] } ?? sale.lineIds
        let open = meant.filter { id in
            sale.lines[id].map { $0.flags.contains(command.flag) && !$0.resolved.contains(command.flag) } ?? false
        }
        if open.isEmpty { return .rejected(.wrongState) }
        for id in open { sale.lines[id]?.resolved.insert(command.flag) }
        sales[command.saleId] = sale
        return .accepted
    }

    // MARK: For sales

    /// Lots of a product that may be sold on a day, in the order in which they leave: first expired first, no date last.
    func shelf(of product: String, isOver: Bool, on date: BusinessDate, _ drawn: [String: Int64]) -> [(id: String, onHand: Int64)] {
        let never = BusinessDate(day: .max)
        return lots.keys.sorted().compactMap { id -> (id: String, lot: Lot, onHand: Int64)? in
            guard let lot = lots[id], lot.product == product, ((lot.expiresOn ?? never) < date) == isOver else { return nil }
            let onHand = lot.onHand - (drawn[id] ?? 0)
            return onHand > 0 ? (id, lot, onHand) : nil
        }
        .sorted { ($0.lot.expiresOn ?? never, $0.lot.receivedAt, $0.id) < ($1.lot.expiresOn ?? never, $1.lot.receivedAt, $1.id) }
        .map { ($0.id, $0.onHand) }
    }

    mutating func record(_ saleId: String, _ sale: Sale) {
        for id in sale.lineIds {
            guard let line = sale.lines[id] else { continue }
            for take in line.takes { lots[take.lot]?.onHand -= take.quantity }
            if line.unallocated > 0 { unallocated[line.product, default: 0] += line.unallocated }
        }
        sales[saleId] = sale
    }
}
