import ConsignmentDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework

/// `receive-goods`: a lot comes onto the shelf. A product need not be listed for that, but its mart must be open.
struct ReceiveGoodsHandler: Handler {
    func handle(_ goods: ReceiveGoods, in tx: Transaction) throws -> Outcome {
        guard let product = try Products.find(goods.productId, pricedOn: tx.today, in: tx) else {
            return .rejected(Rejection(.notFound, "product \(goods.productId) is not known here", field: "productId"))
        }
        if let refusal = ReceiptRefusal.first(of: product, regency: goods.regency, expiresOn: goods.expiresOn, on: tx.today) {
            return .rejected(rejection(refusal, of: goods, product))
        }
        let received = GoodsReceived.with {
            $0.lotId = goods.lotId
            $0.regency = product.regency
            $0.productId = goods.productId
            $0.quantity = goods.quantity
            $0.offered = goods.offered ?? goods.quantity
            $0.refusedReason = goods.refusedReason
            $0.expiresOn = goods.expiresOn
            $0.sellerId = product.sellerId
            $0.receivedAt = tx.now
        }
        try Lots.receive(received, in: tx)
        try Products.noteReceipt(of: goods.productId, in: tx)
        try tx.publish(received)
        return .done
    }

    private func rejection(_ refusal: ReceiptRefusal, of goods: ReceiveGoods, _ product: ProductFacts) -> Rejection {
        switch refusal {
        case .otherRegency:
            Rejection(.invalid, "product \(goods.productId) belongs to regency \(product.regency)", field: "regency")
        case .martNotOpen: Rejection(.martNotOpen, "the mart of regency \(product.regency) is not open")
        case .withdrawn: Rejection(.wrongState, "product \(goods.productId) is withdrawn")
        case .expired: Rejection(.expired, "the last day of sale is over", field: "expiresOn")
        }
    }
}
