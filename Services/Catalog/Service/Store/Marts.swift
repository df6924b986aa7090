import CatalogDomain
import Contracts
import Messaging
import Primitives
import ServiceFramework
import Storage

/// A mart as the store knows it.
struct Mart {
    var regency: String
    var name: String
    var life: MartLife
    /// Since when it is closed.
    var closedOn: BusinessDate?
}

/// An order about a mart, with who gave it and why.
struct GivenOrder {
    var order: MartOrder
    var reason: String
    var by: String
    var effectiveOn: BusinessDate
    /// Of the command, so that what happens on the day is found by it.
    var correlationId: String
}

/// The mart table, and the orders by which marts close and open again.
struct Marts {
    let tx: Transaction

    private static let find = SQL("SELECT name, openedOn, isOpen, closedOn FROM mart WHERE regency = ?")
    private static let last = SQL(
        "SELECT action, data FROM martOrder WHERE regency = ? AND status = 'done' ORDER BY effectiveOn DESC, position DESC LIMIT 1")
    private static let planned = SQL(
        "SELECT position, action, data, effectiveOn FROM martOrder WHERE regency = ? AND status = 'planned'")

    func find(_ regency: String) throws -> Mart? {
        let planned = try tx.all(Self.planned, regency) { row in
            PlannedOrder(position: row.int(0), order: MartOrder(try row.choice(1), data: row.blob(2)), effectiveOn: row.date(3))
        }
        let last = try tx.first(Self.last, regency) { MartOrder(try $0.choice(0), data: $0.blob(1)) }
        return try tx.first(Self.find, regency) { row in
            let closedOn = row.dateOrNil(3)
            let state: MartState = row.bool(2) ? .open : closedOn == nil ? .planned : .closed
            return Mart(
                regency: regency, name: row.text(0),
                life: MartLife(state: state, openedOn: row.date(1), last: last, planned: planned), closedOn: closedOn)
        }
    }

    private static let due = SQL(
        """
        SELECT regency FROM (
            SELECT regency, openedOn AS day FROM mart WHERE isOpen = 0 AND closedOn IS NULL AND openedOn <= ?1
            UNION ALL SELECT regency, effectiveOn FROM martOrder WHERE status = 'planned' AND effectiveOn <= ?1)
        GROUP BY regency ORDER BY min(day), regency LIMIT 2
        """)

    /// Marts with something to do by `day`, the longest overdue first; no more than one is taken at once.
    func due(by day: BusinessDate) throws -> [String] { try tx.all(Self.due, day) { $0.text(0) } }

    private static let add = SQL("INSERT INTO mart (regency, name, openedOn, isOpen) VALUES (?, ?, ?, 0)")

    func add(regency: String, name: String, openedOn: BusinessDate) throws { try tx.execute(Self.add, regency, name, openedOn) }

    private static let open = SQL("UPDATE mart SET isOpen = 1, closedOn = NULL WHERE regency = ?")
    private static let close = SQL("UPDATE mart SET isOpen = 0, closedOn = ? WHERE regency = ?")

    func open(_ regency: String) throws { try tx.execute(Self.open, regency) }
    func close(_ regency: String, on date: BusinessDate) throws { try tx.execute(Self.close, date, regency) }

    private static let addOrder = SQL(
        """
        INSERT INTO martOrder (regency, action, effectiveOn, data, reason, orderedBy, correlationId, acceptedAt, status)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let findOrder = SQL("SELECT reason, orderedBy, correlationId FROM martOrder WHERE position = ?")
    private static let endOrder = SQL("UPDATE martOrder SET status = ? WHERE position = ?")

    /// Keeps an order: one that has taken effect, or one that waits for its day.
    func add(_ given: GivenOrder, to regency: String, isDone: Bool) throws {
        try tx.execute(
            Self.addOrder, regency, given.order.action.rawValue, given.effectiveOn, given.order.data, given.reason, given.by,
            given.correlationId, tx.now, isDone ? "done" : "planned")
    }

    /// A planned order with what it was given with.
    func given(_ planned: PlannedOrder) throws -> GivenOrder? {
        try tx.first(Self.findOrder, planned.position) { row in
            GivenOrder(
                order: planned.order, reason: row.text(0), by: row.text(1), effectiveOn: planned.effectiveOn, correlationId: row.text(2))
        }
    }

    /// Ends the waiting of an order: it has taken effect, or it never will.
    func end(_ planned: PlannedOrder, isDone: Bool) throws { try tx.execute(Self.endOrder, isDone ? "done" : "dropped", planned.position) }
}
