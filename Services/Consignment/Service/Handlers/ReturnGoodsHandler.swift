import Contracts
import Messaging
import ServiceFramework

/// `return-goods`: units of a lot go back to their seller.
struct ReturnGoodsHandler: Handler {
    func handle(_ goods: ReturnGoods, in tx: Transaction) throws -> Outcome {
        guard let lot = try Lots.find(goods.lotId, in: tx) else {
            return .rejected(Rejection(.notFound, "lot \(goods.lotId) is not known here", field: "lotId"))
        }
        if goods.quantity > lot.onHand {
            return .rejected(Rejection(.outOfStock, "lot \(goods.lotId) has \(lot.onHand) units on hand", field: "quantity"))
        }
        let returned = GoodsReturned.with {
            $0.returnId = goods.returnId
            $0.lotId = goods.lotId
            $0.quantity = goods.quantity
            $0.reason = goods.reason
            $0.productId = lot.productId
            $0.sellerId = lot.sellerId
            $0.regency = lot.regency
        }
        try Lots.record(returned, from: lot.number, in: tx)
        try tx.publish(returned)
        return .done
    }
}
