import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// An officer ends a permit; final, and the only decision that may reach into the past.
struct RevokePermitHandler: Handler {
    func handle(_ command: RevokePermit, in tx: Transaction) throws -> Outcome {
        try decide(.revoke, by: command, effectiveOn: command.effectiveOn, in: tx)
    }
}
