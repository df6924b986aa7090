import Contracts
import Messaging
import ServiceFramework

/// `open-mart`: opens a regency's mart, at once or, where its date is still to come, on that date (`FollowMarts`).
struct OpenMartHandler: Handler {
    let calendar: MartCalendar

    func handle(_ command: OpenMart, in tx: Transaction) throws -> Outcome {
        guard let regency = command.regency else { return .rejected(.missingRegency) }
        try Marts(tx: tx).add(regency: regency, name: command.martName, openedOn: command.openedOn)
        try calendar.follow(regency, in: tx)
        return .done
    }
}
