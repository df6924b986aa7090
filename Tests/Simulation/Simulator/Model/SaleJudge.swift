import Contracts
import Primitives
import ServiceFramework

/// Judges one sale against the shelf, by the words of section 7 of the contract.
struct SaleJudge {
    private let book: ShelfBook
    private let sale: RecordSale
    /// What Consignment published of it, if it recorded it: says the price where the book cannot.
    private let event: SaleRecorded?
    private let now: Instant
    private var drawn: [String: Int64] = [:]
    private var result = ShelfBook.Sale(regency: "", tender: .cash, lineIds: [], lines: [:])

    private init(_ book: ShelfBook, _ sale: RecordSale, _ event: SaleRecorded?, _ now: Instant) {
        (self.book, self.sale, self.event, self.now) = (book, sale, event, now)
    }

    /// - Returns: what may be answered, and the sale where that is `accepted`.
    static func judge(_ sale: RecordSale, _ book: ShelfBook, _ event: SaleRecorded?, at now: Instant) -> (
        verdict: Decision.Verdict, sale: ShelfBook.Sale
    ) {
        var judge = SaleJudge(book, sale, event, now)
        let refusal = sale.offline ? judge.judgeOffline() : judge.judgeOnline()
        return (refusal.map { .rejected($0) } ?? .accepted, judge.result)
    }

    private var today: BusinessDate { BusinessDate(now) }
    private var soldOn: BusinessDate { BusinessDate(sale.soldAt) }
    private var isAhead: Bool { sale.soldAt.milliseconds > now.milliseconds + 300_000 }
    private var isOld: Bool { sale.soldAt.milliseconds + 30 * 86_400_000 < now.milliseconds }

    private var regency: String? {
        sale.regency ?? sale.lines.lazy.compactMap { book.known.products[$0.productId]?.regency }.first
    }

    private func published(_ line: RecordSale.Line) -> SaleRecorded.Line? { event?.lines.first { $0.lineId == line.lineId } }

    private mutating func judgeOnline() -> ReplyCode? {
        if isAhead { return .invalid }
        var worst: ReplyCode?
        for line in sale.lines {
            if let code = judgeOnline(line) { worst = min(worst ?? code, code) }
        }
        return finish(worst)
    }

    private mutating func judgeOnline(_ line: RecordSale.Line) -> ReplyCode? {
        let lot = line.lotId.flatMap { book.lots[$0] }
        if let lot, lot.product != line.productId { return .invalid }
        guard let product = book.known.products[line.productId] else { return .notFound }
        if product.regency != regency { return .invalid }
        if line.lotId != nil, lot == nil { return .notFound }
        if !book.known.isMartOpen(product.regency, today) { return .martNotOpen }
        if !book.known.isListed(product, today) { return .productNotListed }

        var (missing, meetsExpired, takes) = (line.quantity, false, [(lot: String, quantity: Int64)]())
        if let id = line.lotId, let lot {
            let onHand = lot.onHand - (drawn[id] ?? 0)
            if lot.expiresOn.map({ $0 < soldOn }) == true { meetsExpired = onHand > 0 } else { take(&missing, &takes, [(id, onHand)]) }
        } else {
            take(&missing, &takes, book.shelf(of: line.productId, isOver: false, on: soldOn, drawn))
            if takes.isEmpty { meetsExpired = !book.shelf(of: line.productId, isOver: true, on: soldOn, drawn).isEmpty }
        }
        if missing > 0, meetsExpired { return .expired }
        let price = book.known.price(of: line.productId, on: soldOn) ?? published(line)?.unitPrice.amount
        if let price, let stated = line.unitPrice?.amount, stated != price { return .priceDiffers }
        if missing > 0 { return .outOfStock }
        remember(takes)
        note(line, product.seller, price ?? line.unitPrice?.amount ?? 0, [], takes, 0)
        return nil
    }

    private mutating func judgeOffline() -> ReplyCode? {
        if sale.lines.contains(where: { $0.unitPrice == nil }) || regency == nil { return .invalid }
        var ofSale: Set<SaleFlag> = []
        if !book.known.isMartOpen(regency ?? "", today) { ofSale.insert(.martNotOpen) }
        if isAhead || isOld { ofSale.insert(.clockSkew) }
        for line in sale.lines {
            let lot = line.lotId.flatMap { book.lots[$0] }
            if let lot, lot.product != line.productId { return .invalid }
            let product = book.known.products[line.productId]
            var (missing, takes, flags) = (line.quantity, [(lot: String, quantity: Int64)](), ofSale)
            if let product {
                var meetsExpired = false
                if let id = line.lotId {
                    if let lot {
                        take(&missing, &takes, [(id, lot.onHand - (drawn[id] ?? 0))])
                        meetsExpired = lot.expiresOn.map { $0 < soldOn } ?? false
                    } else {
                        flags.insert(.unknownLot)
                    }
                } else {
                    take(&missing, &takes, book.shelf(of: line.productId, isOver: false, on: soldOn, drawn))
                    let before = missing
                    take(&missing, &takes, book.shelf(of: line.productId, isOver: true, on: soldOn, drawn))
                    meetsExpired = missing < before
                }
                if product.regency != regency || !book.known.isListed(product, today) { flags.insert(.notListed) }
                if missing > 0, !flags.contains(.unknownLot) { flags.insert(.outOfStock) }
                if meetsExpired { flags.insert(.expired) }
                if let price = book.known.price(of: line.productId, on: soldOn) {
                    if price != line.unitPrice?.amount { flags.insert(.priceDiffers) }
                } else if published(line)?.flags.contains(.priceDiffers) == true {
                    flags.insert(.priceDiffers)
                }
                remember(takes)
            } else {
                flags.insert(.unknownProduct)
            }
            note(line, product?.seller, line.unitPrice?.amount ?? 0, flags.sorted(), takes, missing)
        }
        return finish(nil)
    }

    private func take(_ missing: inout Int64, _ takes: inout [(lot: String, quantity: Int64)], _ lots: [(id: String, onHand: Int64)]) {
        for lot in lots where missing > 0 && lot.onHand > 0 {
            let units = min(missing, lot.onHand)
            takes.append((lot.id, units))
            missing -= units
        }
    }

    private mutating func remember(_ takes: [(lot: String, quantity: Int64)]) {
        for take in takes { drawn[take.lot, default: 0] += take.quantity }
    }

    private mutating func note(
        _ line: RecordSale.Line, _ seller: String?, _ price: Int64, _ flags: [SaleFlag], _ takes: [(lot: String, quantity: Int64)],
        _ unallocated: Int64
    ) {
        result.lineIds.append(line.lineId)
        result.lines[line.lineId] = ShelfBook.Line(
            product: line.productId, seller: seller, quantity: line.quantity, price: price, flags: flags, takes: takes,
            unallocated: unallocated)
    }

    private mutating func finish(_ refusal: ReplyCode?) -> ReplyCode? {
        result = ShelfBook.Sale(regency: regency ?? "", tender: sale.tender, lineIds: result.lineIds, lines: result.lines)
        return refusal
    }
}
