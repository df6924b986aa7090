import Messaging
import ServiceFramework

/// Scheduled decisions take effect, ends are announced, permits expire: each on its day, or as soon after as the service runs.
struct FollowCalendar: Timer {
    let name = "follow-calendar"

    func fire(in tx: Transaction) throws -> Bool {
        let permits = PermitStore(tx)
        let due = try permits.due(by: tx.today, limit: Limits.timerChunk)
        for permitId in due { try permits.followCalendar(permitId) }
        return due.count == Limits.timerChunk
    }
}
