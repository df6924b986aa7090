import CatalogDomain
public import Contracts
import Messaging
public import Store
public import StrictJSON

/// Catalog: who sells what, from where, and whether it may be sold.
public enum CatalogService {
    /// The index of the service. `rules`: root of the rules file, nil for the built-in requirement table.
    public static func definition(rules: JSONValue? = nil) throws(InvalidData) -> ServiceDefinition {
        let table = try RequirementTable.read(rules)
        let evaluator = Evaluator(rules: table)
        let calendar = MartCalendar(evaluator: evaluator)
        return ServiceDefinition(
            name: "catalog", port: 8101, schema: CatalogSchema.migrations,
            handles: [
                on(OpenMart.self, PlanMart(calendar: calendar)),
                on(CloseMart.self, ShutMart(calendar: calendar)),
                on(ReopenMart.self, ReviveMart(calendar: calendar)),
                on(RegisterSeller.self, AddSeller()),
                on(UpdateSeller.self, ChangeSeller()),
                on(RegisterProduct.self, AddProduct(evaluator: evaluator)),
                on(ChangePrice.self, SetPrice()),
                on(ReclassifyProduct.self, Reclassify(evaluator: evaluator)),
                on(WithdrawProduct.self, Withdraw(evaluator: evaluator)),

                on(PermitApproved.self, RecordApproval(evaluator: evaluator)),
                on(PermitSuspended.self, RecordSuspension(evaluator: evaluator)),
                on(PermitReinstated.self, RecordReinstatement(evaluator: evaluator)),
                on(PermitRevoked.self, RecordRevocation(evaluator: evaluator)),
                on(PermitExpired.self, RecordExpiry(evaluator: evaluator)),
                on(PermitNumberCorrected.self, RecordNumber()),
            ],
            timers: [
                FollowMarts(calendar: calendar),
                ApplyRules(evaluator: evaluator),
                DrainEvaluations(evaluator: evaluator),
                ReviewProducts(evaluator: evaluator),
            ],
            publishes: [
                MartOpened.self, MartClosed.self, MartReopened.self, SellerRegistered.self, SellerUpdated.self, ProductRegistered.self,
                ProductReclassified.self, PriceChanged.self, ProductListed.self, ProductHeld.self, ProductDelisted.self,
            ],
            reads: CatalogReads.routes(table), measures: CatalogMeasures.all, invariants: CatalogInvariants.all)
    }
}
