import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// An officer refuses an application; final.
struct RefusePermitHandler: Handler {
    func handle(_ command: RefusePermit, in tx: Transaction) throws -> Outcome { try decide(.refuse, by: command, in: tx) }
}
