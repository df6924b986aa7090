import CatalogDomain
import Contracts
import Messaging
import ServiceFramework

/// `close-mart`: nothing is received or sold there from its date on; its products are held until it is opened again.
struct CloseMartHandler: Handler {
    let calendar: MartCalendar

    func handle(_ command: CloseMart, in tx: Transaction) throws -> Outcome {
        let given = GivenOrder(
            order: MartOrder(.close, data: FieldWriter.bytes(of: command)), reason: command.reason, by: command.closedBy,
            effectiveOn: command.closedOn ?? tx.today, correlationId: tx.cause.correlationId)
        return try calendar.give(given, about: command.regency, in: tx)
    }
}
