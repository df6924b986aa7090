import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// An officer stops a permit for a while.
struct SuspendPermitHandler: Handler {
    func handle(_ command: SuspendPermit, in tx: Transaction) throws -> Outcome {
        try decide(.suspend, by: command, effectiveOn: command.effectiveOn, in: tx)
    }
}
