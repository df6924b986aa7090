import Contracts
import Messaging
import Primitives
import Store

/// The mart table.
struct Marts {
    let tx: Transaction

    private static let add = SQL("INSERT INTO mart (regency, name, openedOn, isOpen) VALUES (?, ?, ?, 0)")
    private static let open = SQL("UPDATE mart SET isOpen = 1 WHERE regency = ? AND isOpen = 0")
    private static let due = SQL(
        "SELECT regency, name, openedOn FROM mart WHERE isOpen = 0 AND openedOn <= ? ORDER BY openedOn, regency LIMIT \(Limits.timerChunk)")

    func add(regency: String, name: String, openedOn: BusinessDate) throws { try tx.execute(Self.add, regency, name, openedOn) }

    /// Planned marts whose day has come.
    func due(on date: BusinessDate) throws -> [MartOpened] {
        try tx.all(Self.due, date) { row in
            MartOpened.with {
                $0.regency = row.text(0)
                $0.martName = row.text(1)
                $0.openedOn = row.date(2)
            }
        }
    }

    /// Opens a mart and says so; its products are then for the evaluator.
    func open(_ mart: MartOpened) throws {
        try tx.execute(Self.open, mart.regency)
        try tx.publish(mart)
    }
}
