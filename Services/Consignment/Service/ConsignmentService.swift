public import Contracts
import Messaging
public import ServiceFramework
import Storage
public import StrictJSON

/// Consignment: goods received from sellers, stock, sales and refunds of every mart.
public enum ConsignmentService {
    /// The index of the service. It needs no timer: dates of listing, price and expiry are judged when a sale asks.
    /// - Parameter rules: root of the rules file; none of its rules is about consignment.
    public static func definition(rules: JSONValue? = nil) throws(InvalidData) -> ServiceDefinition {
        ServiceDefinition(
            name: "consignment", port: 8103, schema: ConsignmentSchema.migrations,
            handles: [
                on(ReceiveGoods.self, ReceiveGoodsHandler()),
                on(RecordSale.self, RecordSaleHandler()),
                on(RefundSale.self, RefundSaleHandler()),
                on(ReturnGoods.self, ReturnGoodsHandler()),
                on(WriteOffGoods.self, WriteOffGoodsHandler()),
                on(AdjustStock.self, AdjustStockHandler()),
                on(ResolveFlag.self, ResolveFlagHandler()),

                on(MartOpened.self, MartOpenedHandler()),
                on(MartClosed.self, MartClosedHandler()),
                on(MartReopened.self, MartReopenedHandler()),
                on(ProductRegistered.self, ProductRegisteredHandler()),
                on(ProductReclassified.self, ProductReclassifiedHandler()),
                on(ProductListed.self, ProductListedHandler()),
                on(ProductHeld.self, ProductHeldHandler()),
                on(ProductDelisted.self, ProductDelistedHandler()),
                on(PriceChanged.self, PriceChangedHandler()),
            ],
            publishes: [
                GoodsReceived.self, SaleRecorded.self, SaleRefunded.self, GoodsReturned.self, GoodsWrittenOff.self, StockAdjusted.self,
                FlagResolved.self,
            ],
            reads: ConsignmentReads.routes, measures: ConsignmentMeasures.all, invariants: ConsignmentInvariants.all)
    }
}
