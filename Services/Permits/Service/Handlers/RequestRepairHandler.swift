import Contracts
import Messaging
import PermitsDomain
import ServiceFramework

/// An officer sends an application back to be mended.
struct RequestRepairHandler: Handler {
    func handle(_ command: RequestRepair, in tx: Transaction) throws -> Outcome { try decide(.requestRepair, by: command, in: tx) }
}
