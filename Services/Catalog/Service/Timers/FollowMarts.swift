import ServiceFramework

/// Marts open, close and open again, each on its day.
struct FollowMarts: Timer {
    let name = "follow-marts"
    let calendar: MartCalendar

    func fire(in tx: Transaction) throws -> Bool {
        // One mart at a time: its products follow it in the same transaction.
        let due = try Marts(tx: tx).due(by: tx.today)
        guard let regency = due.first else { return false }
        try calendar.follow(regency, in: tx)
        return due.count > 1
    }
}
