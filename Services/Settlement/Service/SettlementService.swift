public import Contracts
public import ServiceFramework
import SettlementDomain
import Storage
public import StrictJSON

/// Settlement: who is owed what. Takes sales, refunds and losses from Consignment and posts them to the ledger.
public enum SettlementService {
    /// The index. `rules` is the root of the `MART_RULES` file; nil: what is built in.
    public static func definition(rules: JSONValue? = nil) throws(InvalidData) -> ServiceDefinition {
        let rates = try RateRules.table(from: rules)
        return ServiceDefinition(
            name: "settlement", port: 8104, schema: SettlementSchema.migrations,
            handles: [
                on(AssignSuspense.self, AssignSuspenseHandler()),
                on(ReassignSuspense.self, ReassignSuspenseHandler()),

                on(SaleRecorded.self, SaleRecordedHandler(rates: rates)),
                on(SaleRefunded.self, SaleRefundedHandler()),
                on(GoodsWrittenOff.self, GoodsWrittenOffHandler(rates: rates)),
                on(SellerRegistered.self, SellerRegisteredHandler()),
                on(SellerUpdated.self, SellerUpdatedHandler()),
            ],
            publishes: [SettlementPosted.self, SettlementReversed.self, SuspenseAssigned.self, SuspenseReassigned.self],
            reads: SettlementReads.routes, waiting: "SELECT count(*) FROM waitingRefund",
            measures: SettlementMeasures.all, invariants: SettlementInvariants.all)
    }
}
