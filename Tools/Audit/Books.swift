import Foundation

/// Everything that the events say, kept by the thing they are about.
struct Books: Sendable {
    struct Product: Sendable {
        var registered: ProductRegistered
        var state = "awaiting-permits"
        /// Prices announced after registration, with the day from which they hold, in the order of their announcement.
        var prices: [(from: String, price: Int128, announcedAt: Date?)] = []
    }

    struct Lot: Sendable {
        var received: GoodsReceived
        var sold: Int128 = 0
        var restocked: Int128 = 0
        var returned: Int128 = 0
        var writtenOff: Int128 = 0
        /// Counted minus booked, over all counts.
        var adjusted: Int128 = 0
        var onHand: Int128 { received.quantity - sold + restocked - returned - writtenOff + adjusted }
    }

    struct Sale: Sendable {
        var eventId: String
        /// When the event was made, by the system's clock.
        var time: String
        var recorded: SaleRecorded
        /// Units refunded so far, by line.
        var refunded: [String: Int128] = [:]
        /// What each line took from which lot and has not given back, in the order of taking.
        var taken: [String: [(lotId: String, quantity: Int128)]] = [:]
        /// Lines whose flag a person has looked at, by flag.
        var resolved: [String: Set<String>] = [:]
    }

    /// A person gave a line in suspense to a seller, or took it from one and gave it to another.
    struct Assignment: Sendable {
        var told: SuspenseAssigned
        /// What reversals had taken of the line's share.
        var takenBack: Int128
    }

    var marts: [String: MartOpened] = [:]
    /// Regencies of marts that are closed for the time being.
    var closedMarts: Set<String> = []
    var sellers: [String: SellerRegistered] = [:]
    var products: [String: Product] = [:]
    /// State by permit, e.g. `approved`.
    var permits: [String: String] = [:]
    /// Permits whose number is odd.
    var oddPermits: Set<String> = []
    var lots: [String: Lot] = [:]
    var sales: [String: Sale] = [:]
    /// In the order of their sequence.
    var refunds: [(eventId: String, refund: SaleRefunded)] = []
    var writeOffs: [(eventId: String, goods: GoodsMoved)] = []
    var counts: [StockAdjusted] = []
    var posted: [(cause: String?, settlement: SettlementPosted)] = []
    var reversed: [(cause: String?, settlement: SettlementReversed)] = []
    var assigned: [Assignment] = []
    /// Whose a line in suspense had become when a refund took of it, by refund and line.
    var ownersOfRefunds: [String: String] = [:]
    /// Whose lines in suspense have become, and what reversals took of their shares, by sale and line.
    private var owners: [String: String] = [:]
    private var takenBack: [String: Int128] = [:]
    /// What cannot be, e.g. a refund of a sale that nobody recorded.
    var contradictions: [String] = []

    init(_ recording: Recording) {
        for event in recording.events { enter(event) }
        for (productId, product) in products where product.state == "listed" && closedMarts.contains(product.registered.regency) {
            contradictions.append("product \(productId) stayed listed when the mart of \(product.registered.regency) closed")
        }
    }

    private mutating func enter(_ event: RecordedEvent) {
        switch event.fact {
        case .martOpened(let mart): marts[mart.regency] = mart
        case .martClosed(let mart): turn(mart, isClosing: true)
        case .martReopened(let mart): turn(mart, isClosing: false)
        case .sellerRegistered(let seller): sellers[seller.sellerId] = seller
        case .sellerUpdated(let seller):
            if sellers[seller.sellerId]?.regency != seller.regency {
                contradictions.append("seller \(seller.sellerId) changes, and was never registered in \(seller.regency)")
            }
            sellers[seller.sellerId] = seller
        case .productRegistered(let product): products[product.productId] = Product(registered: product)
        case .productListed(let product): turn(product.productId, "listed")
        case .productHeld(let product): turn(product.productId, "held")
        case .productDelisted(let product): turn(product.productId, "withdrawn")
        case .priceChanged(let change):
            products[change.productId]?.prices.append((change.effectiveOn, change.price, Day.instant(event.time)))
        case .permit(let name, let permit): enter(permit, name)
        case .goodsReceived(let lot):
            if lots[lot.lotId] != nil { contradictions.append("lot \(lot.lotId) is received twice") }
            lots[lot.lotId] = Lot(received: lot)
        case .saleRecorded(let sale): enter(sale, event)
        case .saleRefunded(let refund): enter(refund, eventId: event.id)
        case .goodsReturned(let goods): move(goods, \.returned)
        case .goodsWrittenOff(let goods):
            move(goods, \.writtenOff)
            writeOffs.append((event.id, goods))
        case .stockAdjusted(let count): enter(count)
        case .flagResolved(let resolution): enter(resolution)
        case .settlementPosted(let settlement): posted.append((event.cause, settlement))
        case .settlementReversed(let settlement):
            reversed.append((event.cause, settlement))
            for line in settlement.lines {
                let place = "\(settlement.saleId) \(line.lineId)"
                takenBack[place, default: 0] += line.sellerShare
                ownersOfRefunds["\(settlement.refundId) \(line.lineId)"] = owners[place]
            }
        case .suspenseAssigned(let assignment): enter(assignment)
        case .other: break
        }
    }

    private mutating func enter(_ assignment: SuspenseAssigned) {
        let place = "\(assignment.saleId) \(assignment.lineId)"
        if owners[place] != assignment.fromSellerId {
            contradictions.append(
                "\(assignment.assignmentId) moves line \(assignment.lineId) of sale \(assignment.saleId) from "
                    + "\(assignment.fromSellerId ?? "suspense"), and it is \(owners[place] ?? "in suspense")")
        }
        owners[place] = assignment.sellerId
        assigned.append(Assignment(told: assignment, takenBack: takenBack[place] ?? 0))
    }

    private mutating func turn(_ productId: String, _ state: String) {
        if state == "listed", let regency = products[productId]?.registered.regency, closedMarts.contains(regency) {
            contradictions.append("product \(productId) is listed while the mart of \(regency) is closed")
        }
        if products[productId] == nil { contradictions.append("product \(productId) is \(state) but never registered") }
        products[productId]?.state = state
    }

    private mutating func enter(_ permit: PermitFact, _ name: String) {
        let state: String? =
            switch name {
            case "permit-applied": "applied"
            case "permit-repair-requested": "repair-requested"
            case "permit-approved", "permit-reinstated": "approved"
            case "permit-refused": "refused"
            case "permit-suspended": "suspended"
            case "permit-revoked": "revoked"
            case "permit-expired": "expired"
            default: nil
            }
        if let state { permits[permit.permitId] = state }
        if name == "permit-number-corrected", !["approved", "suspended"].contains(permits[permit.permitId] ?? "") {
            contradictions.append("the number of permit \(permit.permitId) is corrected, which is not in force")
        }
        switch permit.warnings?.isEmpty {
        case true?: oddPermits.remove(permit.permitId)
        case false?: oddPermits.insert(permit.permitId)
        case nil: break
        }
    }

    private mutating func turn(_ mart: MartTurned, isClosing: Bool) {
        let fits = isClosing ? closedMarts.insert(mart.regency).inserted : closedMarts.remove(mart.regency) != nil
        if !fits || marts[mart.regency] == nil {
            contradictions.append(
                "the mart of \(mart.regency) \(isClosing ? "closes, and was not open" : "opens again, and was not closed")")
        }
    }
}

// Goods: every movement of a lot.
extension Books {
    private mutating func enter(_ sale: SaleRecorded, _ event: RecordedEvent) {
        if sales[sale.saleId] != nil { contradictions.append("sale \(sale.saleId) is recorded twice") }
        var entry = Sale(eventId: event.id, time: event.time, recorded: sale)
        for line in sale.lines {
            entry.taken[line.lineId] = line.lots.map { ($0.lotId, $0.quantity) }
            for lot in line.lots {
                if lots[lot.lotId]?.received.productId != line.productId {
                    contradictions.append("sale \(sale.saleId) takes \(line.productId) from lot \(lot.lotId), which is not of it")
                }
                lots[lot.lotId]?.sold += lot.quantity
            }
            if line.lots.reduce(line.unallocated, { $0 + $1.quantity }) != line.quantity {
                contradictions.append("sale \(sale.saleId), line \(line.lineId): lots and unallocated are not its quantity")
            }
        }
        sales[sale.saleId] = entry
    }

    private mutating func enter(_ refund: SaleRefunded, eventId: String) {
        refunds.append((eventId, refund))
        guard var sale = sales[refund.saleId] else {
            contradictions.append("refund \(refund.refundId) is of a sale that was never recorded")
            return
        }
        for line in refund.lines {
            sale.refunded[line.lineId, default: 0] += line.quantity
            if refund.restock { restock(line, of: &sale) }
        }
        sales[refund.saleId] = sale
    }

    /// Back to the line's lots, last taken first.
    private mutating func restock(_ line: SaleRefunded.Line, of sale: inout Sale) {
        var left = line.quantity
        var taken = sale.taken[line.lineId] ?? []
        for index in taken.indices.reversed() where left > 0 {
            let units = min(left, taken[index].quantity)
            taken[index].quantity -= units
            lots[taken[index].lotId]?.restocked += units
            left -= units
        }
        sale.taken[line.lineId] = taken
    }

    private mutating func enter(_ count: StockAdjusted) {
        if lots[count.lotId] == nil { contradictions.append("lot \(count.lotId) is counted, and was never received") }
        lots[count.lotId]?.adjusted += count.difference
        counts.append(count)
    }

    private mutating func enter(_ resolution: FlagResolved) {
        let carrying =
            sales[resolution.saleId]?.recorded.lines
            .filter { $0.flags.contains(resolution.flag) && (resolution.lineId ?? $0.lineId) == $0.lineId } ?? []
        let open = Set(carrying.map(\.lineId)).subtracting(sales[resolution.saleId]?.resolved[resolution.flag] ?? [])
        if open.isEmpty {
            contradictions.append("resolution \(resolution.resolutionId) is of no flag that was open on sale \(resolution.saleId)")
        }
        sales[resolution.saleId]?.resolved[resolution.flag, default: []].formUnion(open)
    }

    private mutating func move(_ goods: GoodsMoved, _ kind: WritableKeyPath<Lot, Int128>) {
        if lots[goods.lotId] == nil { contradictions.append("goods leave lot \(goods.lotId), which was never received") }
        lots[goods.lotId]?[keyPath: kind] += goods.quantity
    }
}
