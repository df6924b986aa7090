import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `write-off-goods`: units of a lot are lost, at the price in force today.
struct WriteOffGoodsHandler: Handler {
    func handle(_ goods: WriteOffGoods, in tx: Transaction) throws -> Outcome {
        guard let lot = try Lots.find(goods.lotId, in: tx) else {
            return .rejected(Rejection(.notFound, "lot \(goods.lotId) is not known here", field: "lotId"))
        }
        guard let price = try Products.find(lot.productId, pricedOn: tx.today, in: tx)?.price else {
            return .rejected(Rejection(.notFound, "no price of product \(lot.productId) is known yet", field: "lotId"))
        }
        let net: Rupiah
        do throws(MoneyOverflow) {
            net = try price.multiplied(by: goods.quantity)
        } catch {
            return .rejected(Rejection(.invalid, "\(goods.quantity) × \(price) is more than \(Rupiah.maximum)", field: "quantity"))
        }
        if goods.quantity > lot.onHand {
            return .rejected(Rejection(.outOfStock, "lot \(goods.lotId) has \(lot.onHand) units on hand", field: "quantity"))
        }
        let loss = GoodsWrittenOff.with {
            $0.writeOffId = goods.writeOffId
            $0.lotId = goods.lotId
            $0.productId = lot.productId
            $0.sellerId = lot.sellerId
            $0.regency = lot.regency
            $0.quantity = goods.quantity
            $0.unitPrice = price
            $0.net = net
            $0.reason = goods.reason
            $0.liability = goods.liability
        }
        try Lots.record(loss, of: lot.number, in: tx)
        try tx.publish(loss)
        return .done
    }
}
