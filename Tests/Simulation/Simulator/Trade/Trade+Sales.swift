import Contracts
import Primitives

/// Sales, refunds, and what is found out about them afterwards.
extension Trade {
    mutating func sell(_ now: Instant) -> (any Command)? {
        guard !products.isEmpty else { return nil }
        let isOffline = chance(1, 4)
        var lines: [RecordSale.Line] = []
        for place in 0..<1 + below(3) {
            guard let product = product() else { break }
            let (quantity, priceRoll, names) = (Int64(1 + below(4)), below(10), chance(1, 8))
            let lot = names ? pick(lots.filter { $0.product == product.id || chance(1, 20) })?.id : nil
            let isUnknown = isOffline && chance(1, 20)
            lines.append(
                .with {
                    $0.lineId = "l\(place + 1)"
                    $0.productId = isUnknown ? "nobody-knows" : product.id
                    $0.quantity = quantity
                    $0.unitPrice = isOffline || priceRoll > 6 ? Rupiah(product.price + (priceRoll == 9 ? 1 : 0)) : nil
                    $0.lotId = lot
                })
        }
        let id = newId("sale")
        sales.append(Sale(id: id, lines: lines.map(\.lineId), isOffline: isOffline))
        let minutesAgo = chance(1, 4) ? Int64(below(5000)) : Int64(below(5)) - 1
        let tender = [Tender.cash, .qris, .transfer][below(3)]
        let regency = chance(1, 2) || isOffline ? regencies[0] : nil
        let sale = RecordSale.with {
            $0.saleId = id
            $0.regency = regency
            $0.till = "till-1"
            $0.soldAt = Instant(milliseconds: now.milliseconds - minutesAgo * 60_000)
            $0.lines = lines
            $0.tender = tender
            $0.offline = isOffline
        }
        lastSales = lastSales.suffix(4) + [sale]
        return sale
    }

    /// An answer was lost: what was sold online is reported as sold, or the other way round. Sometimes at another price.
    mutating func sellAgain() -> (any Command)? {
        guard var sale = pick(lastSales) else { return nil }
        sale.offline.toggle()
        for index in sale.lines.indices {
            let price = products.first { $0.id == sale.lines[index].productId }?.price ?? 1
            sale.lines[index].unitPrice = sale.offline ? sale.lines[index].unitPrice ?? Rupiah(price) : nil
        }
        return sale
    }

    /// The refund follows at once: it may overtake its sale on the way to Settlement.
    mutating func sellAndRefund(_ now: Instant) -> [any Command] {
        guard let sale = sell(now) else { return [registerProduct()] }
        return [sale] + (refund(isOfLast: true).map { [$0] } ?? [])
    }

    mutating func refund(isOfLast: Bool = false) -> (any Command)? {
        guard let sale = isOfLast ? sales.last : known(sales, \.id) else { return nil }
        var lines: [RefundSale.Line] = []
        for line in sale.lines where chance(1, 2) || lines.isEmpty {
            let quantity = Int64(1 + below(3))
            lines.append(
                .with {
                    $0.lineId = line
                    $0.quantity = quantity
                })
        }
        let (id, restock) = (newId("refund"), chance(1, 2))
        return RefundSale.with {
            $0.refundId = id
            $0.saleId = sale.id
            $0.lines = lines
            $0.reason = "broken"
            $0.restock = restock
        }
    }

    mutating func resolve() -> (any Command)? {
        guard let sale = known(sales.filter(\.isOffline), \.id) else { return nil }
        let (id, line) = (newId("resolution"), chance(1, 2) ? sale.lines[0] : nil)
        let flag = [SaleFlag.notListed, .outOfStock, .priceDiffers, .unknownProduct][below(4)]
        return ResolveFlag.with {
            $0.resolutionId = id
            $0.saleId = sale.id
            $0.flag = flag
            $0.lineId = line
            $0.note = "seen"
            $0.resolvedBy = "Ani"
        }
    }

    mutating func assign() -> (any Command)? {
        guard let sale = known(sales.filter(\.isOffline), \.id), let seller = pick(sellers) else { return nil }
        let (id, line) = (newId("assignment"), sale.lines[below(sale.lines.count)])
        assignments.append(id)
        return AssignSuspense.with {
            $0.assignmentId = id
            $0.saleId = sale.id
            $0.lineId = line
            $0.sellerId = seller.id
            $0.assignedBy = "Ani"
        }
    }

    mutating func reassign() -> (any Command)? {
        guard let replaced = pick(assignments), let seller = pick(sellers) else { return nil }
        let (id, approver) = (newId("assignment"), chance(9, 10) ? "Yosef" : "Ani")
        assignments.append(id)
        return ReassignSuspense.with {
            $0.assignmentId = id
            $0.replaces = replaced
            $0.sellerId = seller.id
            $0.reason = "another's"
            $0.assignedBy = "Ani"
            $0.approvedBy = approver
        }
    }
}
