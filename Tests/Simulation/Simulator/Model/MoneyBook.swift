import Contracts
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework

/// Who is owed what, by the words of section 8 of the contract: not kept from posting to posting, but worked out from the sales, refunds and losses that
/// Settlement was told of.
struct MoneyBook {
    struct Sale {
        let regency: String
        let tender: Tender
        /// The mart's part on the day of settlement.
        let percent: Int64
        let lineIds: [String]
        var lines: [String: Line]

        fileprivate var net: Int64 { lines.values.reduce(0) { $0 + $1.net } }
    }
    struct Line: Equatable {
        let product: String
        let seller: String?
        let quantity: Int64
        let net: Int64
        var refunded: Int64 = 0

        /// What so many units of it were sold for.
        func net(of units: Int64) -> Int64 { net * units / quantity }
    }
    private struct Loss {
        let told: GoodsWrittenOff
        let percent: Int64
    }

    /// The mart's part in percent by the first day on which it holds, the latest first.
    let rates: [(from: BusinessDate, percent: Int64)]
    private(set) var sellers = KnownSellers()
    private(set) var sales: [String: Sale] = [:]
    /// By id, as they were told.
    var refunds: [String: SaleRefunded] = [:]
    /// Refunds that came before what they are about, in the order of their arrival.
    var waiting: [(eventId: String, refund: SaleRefunded)] = []
    private var losses: [String: Loss] = [:]
    /// To whom lines in suspense were given, by sale and line, in order.
    private var assigned: [String: [(assignmentId: String, seller: String)]] = [:]

    init(rates: [(from: BusinessDate, percent: Int64)]) { self.rates = rates }

    func rate(on day: BusinessDate) -> Int64 { rates.first { $0.from <= day }?.percent ?? 10 }

    /// Takes in an event, and says what must come of it.
    /// - Parameter givenUp: ids of events that waited and turned out not to fit.
    mutating func take(_ event: PublishedEvent, on day: BusinessDate, givenUp: inout [String]) throws -> Decision.Verdict {
        switch event.name {
        case "seller-registered": sellers.register(try event.decode(SellerRegistered.self))
        case "seller-updated": sellers.rename(try event.decode(SellerUpdated.self), Said(event))
        case "sale-recorded": settle(try event.decode(SaleRecorded.self), on: day, &givenUp)
        case "sale-refunded": reverse(try event.decode(SaleRefunded.self), event.id, &givenUp)
        case "goods-written-off": settle(try event.decode(GoodsWrittenOff.self), on: day)
        default: .accepted
        }
    }

    private mutating func settle(_ told: SaleRecorded, on day: BusinessDate, _ givenUp: inout [String]) -> Decision.Verdict {
        let lines = told.lines.map {
            ($0.lineId, Line(product: $0.productId, seller: $0.sellerId, quantity: $0.quantity, net: $0.net.amount))
        }
        let sale = Sale(
            regency: told.regency, tender: told.tender, percent: rate(on: day), lineIds: lines.map(\.0),
            lines: Dictionary(uniqueKeysWithValues: lines))
        if let known = sales[told.saleId] { return isSame(sale, as: known) ? .duplicate : .parked(.conflict) }
        sales[told.saleId] = sale
        releaseWaiting(for: told.saleId, &givenUp)
        return .accepted
    }

    /// The same money, whatever was taken back meanwhile.
    private func isSame(_ sale: Sale, as known: Sale) -> Bool {
        func untouched(_ lines: [String: Line]) -> [String: Line] {
            lines.mapValues {
                var line = $0
                line.refunded = 0
                return line
            }
        }
        return sale.regency == known.regency && (sale.tender == known.tender || known.net == 0) && sale.lineIds == known.lineIds
            && sale.lines == untouched(known.lines)
    }

    private mutating func settle(_ loss: GoodsWrittenOff, on day: BusinessDate) -> Decision.Verdict {
        if let known = losses[loss.writeOffId]?.told {
            let isSame =
                known.lotId == loss.lotId && known.productId == loss.productId && known.sellerId == loss.sellerId
                && known.quantity == loss.quantity && known.net == loss.net && known.regency == loss.regency && loss.liability == .mart
            return isSame ? .duplicate : .parked(.conflict)
        }
        if loss.liability == .mart { losses[loss.writeOffId] = Loss(told: loss, percent: rate(on: day)) }
        return .accepted
    }

    mutating func refund(_ quantity: Int64, of lineId: String, in saleId: String) { sales[saleId]?.lines[lineId]?.refunded += quantity }

    mutating func assign(_ command: AssignSuspense) -> Decision.Verdict {
        guard let sale = sales[command.saleId] else { return .rejected(.notFound) }
        guard let line = sale.lines[command.lineId] else { return .rejected(.invalid) }
        let place = "\(command.saleId)/\(command.lineId)"
        if assigned[place]?.last?.seller == command.sellerId { return .duplicate }
        if !isTold(command.sellerId) { return .rejected(.notFound) }
        if line.seller != nil || assigned[place] != nil { return .rejected(.wrongState) }
        assigned[place] = [(command.assignmentId, command.sellerId)]
        return .accepted
    }

    mutating func reassign(_ command: ReassignSuspense) -> Decision.Verdict {
        let found = assigned.first { $0.value.contains { $0.assignmentId == command.replaces } }
        guard let (place, assignments) = found, let last = assignments.last, isTold(command.sellerId) else { return .rejected(.notFound) }
        if last.assignmentId != command.replaces || last.seller == command.sellerId { return .rejected(.wrongState) }
        if command.assignedBy == command.approvedBy { return .rejected(.notAllowed) }
        assigned[place]?.append((command.assignmentId, command.sellerId))
        return .accepted
    }

    /// Catalog registered the seller, or Consignment sold or lost something of it.
    private func isTold(_ seller: String) -> Bool {
        sellers.name(of: seller) != nil || sales.values.contains { $0.lines.values.contains { $0.seller == seller && $0.net > 0 } }
            || losses.values.contains { $0.told.sellerId == seller && $0.told.net.amount > 0 }
    }

    /// The balance of every account that is not zero, debit positive.
    var balances: [String: Int64] {
        var books: [String: Int64] = [:]
        for (saleId, sale) in sales {
            for (lineId, line) in sale.lines {
                let left = line.net - line.net(of: line.refunded)
                let owner = line.seller ?? assigned["\(saleId)/\(lineId)"]?.last?.seller
                books["cash-clearing/\(sale.tender.rawValue)", default: 0] += left
                let share = left * sale.percent / 100
                books[owner.map { "seller-payable/\($0)" } ?? "suspense", default: 0] -= left - share
                books["mart-margin", default: 0] -= share
            }
        }
        for loss in losses.values {
            let net = loss.told.net.amount
            let share = net - net * loss.percent / 100
            books["loss-expense", default: 0] += share
            books["seller-payable/\(loss.told.sellerId)", default: 0] -= share
        }
        return books.filter { $0.value != 0 }
    }

    /// What was sold, taken back and lost, and is not settled so; nil if all is.
    func difference(from shelf: ShelfBook) -> String? {
        for (saleId, sold) in shelf.sales {
            guard let sale = sales[saleId] else { return "\(saleId) is not settled" }
            let lines = sold.lines.mapValues {
                Line(product: $0.product, seller: $0.seller, quantity: $0.quantity, net: $0.net, refunded: $0.refunded)
            }
            if sale.lines != lines || sale.tender != sold.tender { return "\(saleId) is settled as \(sale), and was sold as \(sold)" }
        }
        if sales.count != shelf.sales.count { return "\(sales.count) sales are settled, and \(shelf.sales.count) were made" }
        if refunds.count != shelf.refunds { return "\(refunds.count) refunds are settled, and \(shelf.refunds) were made" }
        let lost = losses.mapValues { "\($0.told.sellerId) \($0.told.net.amount)" }
        return lost == shelf.losses.mapValues { "\($0.seller) \($0.net)" } ? nil : "other losses are settled than there were"
    }
}
