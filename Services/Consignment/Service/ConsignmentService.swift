public import Contracts
import Messaging
public import Store
public import StrictJSON

/// Consignment: goods received from sellers, stock, sales and refunds of every mart.
public enum ConsignmentService {
    /// The index of the service. It needs no timer: dates of listing, price and expiry are judged when a sale asks.
    /// - Parameter rules: root of the rules file; none of its rules is about consignment.
    public static func definition(rules: JSONValue? = nil) throws(InvalidData) -> ServiceDefinition {
        ServiceDefinition(
            name: "consignment", port: 8103, schema: ConsignmentSchema.migrations,
            handles: [
                on(ReceiveGoods.self, AcceptGoods()),
                on(RecordSale.self, Sell()),
                on(RefundSale.self, TakeBack()),
                on(ReturnGoods.self, GiveBack()),
                on(WriteOffGoods.self, WriteOff()),
                on(AdjustStock.self, AdjustCount()),
                on(ResolveFlag.self, ClearFlag()),

                on(MartOpened.self, LearnMart()),
                on(MartClosed.self, LearnClosing()),
                on(MartReopened.self, LearnReopening()),
                on(ProductRegistered.self, LearnProduct()),
                on(ProductReclassified.self, LearnKind()),
                on(ProductListed.self, LearnListing()),
                on(ProductHeld.self, LearnHold()),
                on(ProductDelisted.self, LearnWithdrawal()),
                on(PriceChanged.self, LearnPrice()),
            ],
            publishes: [
                GoodsReceived.self, SaleRecorded.self, SaleRefunded.self, GoodsReturned.self, GoodsWrittenOff.self, StockAdjusted.self,
                FlagResolved.self,
            ],
            reads: ConsignmentReads.routes, measures: ConsignmentMeasures.all, invariants: ConsignmentInvariants.all)
    }
}
