public import Contracts
public import ServiceFramework
import Storage
public import StrictJSON

/// Permits: applications and grants of the offices that must agree before a product is sold. This is its index.
public enum PermitsService {
    /// `rules` (the root of a `MART_RULES` file) has nothing for Permits: which product needs which permit is Catalog's.
    public static func definition(rules: JSONValue? = nil) throws(InvalidData) -> ServiceDefinition {
        ServiceDefinition(
            name: "permits", port: 8102,
            schema: PermitsSchema.migrations,
            handles: [
                on(ApplyForPermit.self, ApplyForPermitHandler()),
                on(ResubmitPermit.self, ResubmitPermitHandler()),
                on(ApprovePermit.self, ApprovePermitHandler()),
                on(RefusePermit.self, RefusePermitHandler()),
                on(RequestRepair.self, RequestRepairHandler()),
                on(SuspendPermit.self, SuspendPermitHandler()),
                on(ReinstatePermit.self, ReinstatePermitHandler()),
                on(RevokePermit.self, RevokePermitHandler()),
                on(CorrectPermitNumber.self, CorrectPermitNumberHandler()),
            ],
            timers: [FollowCalendar()],
            publishes: [
                PermitApplied.self, PermitApproved.self, PermitRefused.self, PermitRepairRequested.self, PermitSuspended.self,
                PermitReinstated.self, PermitRevoked.self, PermitExpired.self, PermitExpiring.self, PermitNumberCorrected.self,
            ],
            reads: PermitsReads.routes, measures: PermitsMeasures.all, invariants: PermitsInvariants.all)
    }
}
