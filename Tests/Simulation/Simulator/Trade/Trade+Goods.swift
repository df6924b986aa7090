import Contracts
import Primitives

/// What comes onto the shelf and leaves it otherwise than by a sale.
extension Trade {
    mutating func receive(_ today: BusinessDate) -> (any Command)? {
        guard let product = product() else { return nil }
        let lot = newId("lot")
        lots.append((lot, product.id))
        // Small lots, so that many lines draw from several.
        let (quantity, refused, days) = (Int64(1 + below(4)), Int64(below(3)), below(12))
        return ReceiveGoods.with {
            $0.lotId = lot
            $0.productId = product.id
            $0.quantity = quantity
            if refused == 2 {
                $0.offered = quantity + 1
                $0.refusedReason = "broken"
            }
            $0.expiresOn = days < 4 ? nil : today.adding(days: days - 5)
        }
    }

    mutating func giveBack() -> (any Command)? {
        guard let lot = known(lots, \.id) else { return nil }
        let (id, quantity) = (newId("return"), Int64(1 + below(4)))
        return ReturnGoods.with {
            $0.returnId = id
            $0.lotId = lot.id
            $0.quantity = quantity
            $0.reason = "unsold"
        }
    }

    mutating func writeOff() -> (any Command)? {
        guard let lot = known(lots, \.id) else { return nil }
        let (id, quantity, liability) = (newId("loss"), Int64(1 + below(3)), [Liability.mart, .seller, .none][below(3)])
        return WriteOffGoods.with {
            $0.writeOffId = id
            $0.lotId = lot.id
            $0.quantity = quantity
            $0.reason = "fell"
            $0.liability = liability
        }
    }

    mutating func adjust() -> (any Command)? {
        guard let lot = known(lots, \.id) else { return nil }
        let (id, difference, isAlone) = (newId("count"), Int64(below(7)) - 3, chance(1, 8))
        return AdjustStock.with {
            $0.adjustmentId = id
            $0.lotId = lot.id
            $0.difference = difference == 0 ? 4 : difference
            $0.reason = "count"
            $0.countedBy = "Ani"
            $0.approvedBy = isAlone ? " ani" : "Budi"
        }
    }
}
