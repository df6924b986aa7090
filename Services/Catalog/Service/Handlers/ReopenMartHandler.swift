import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// `reopen-mart`: a closed mart goes on, and with it every product that has its permits.
struct ReopenMartHandler: Handler {
    let calendar: MartCalendar

    func handle(_ command: ReopenMart, in tx: Transaction) throws -> Outcome {
        let given = GivenOrder(
            order: MartOrder(.reopen, data: FieldWriter.bytes(of: command)), reason: command.reason, by: command.reopenedBy,
            effectiveOn: command.reopenedOn ?? tx.today, correlationId: tx.cause.correlationId)
        return try calendar.give(given, about: command.regency, in: tx)
    }
}
