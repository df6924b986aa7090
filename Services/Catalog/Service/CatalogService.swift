import CatalogDomain
public import Contracts
import Messaging
public import ServiceFramework
import Storage
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
                on(OpenMart.self, OpenMartHandler(calendar: calendar)),
                on(CloseMart.self, CloseMartHandler(calendar: calendar)),
                on(ReopenMart.self, ReopenMartHandler(calendar: calendar)),
                on(RegisterSeller.self, RegisterSellerHandler()),
                on(UpdateSeller.self, UpdateSellerHandler()),
                on(RegisterProduct.self, RegisterProductHandler(evaluator: evaluator)),
                on(ChangePrice.self, ChangePriceHandler()),
                on(ReclassifyProduct.self, ReclassifyProductHandler(evaluator: evaluator)),
                on(WithdrawProduct.self, WithdrawProductHandler(evaluator: evaluator)),

                on(PermitApproved.self, PermitApprovedHandler(evaluator: evaluator)),
                on(PermitSuspended.self, PermitSuspendedHandler(evaluator: evaluator)),
                on(PermitReinstated.self, PermitReinstatedHandler(evaluator: evaluator)),
                on(PermitRevoked.self, PermitRevokedHandler(evaluator: evaluator)),
                on(PermitExpired.self, PermitExpiredHandler(evaluator: evaluator)),
                on(PermitNumberCorrected.self, PermitNumberCorrectedHandler()),
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
