import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// An officer lets a suspended permit go on.
struct ReinstatePermitHandler: Handler {
    func handle(_ command: ReinstatePermit, in tx: Transaction) throws -> Outcome {
        try decide(.reinstate, by: command, effectiveOn: command.effectiveOn, in: tx)
    }
}
