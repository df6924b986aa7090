import ConsignmentDomain
import Primitives
import ServiceFramework
import Storage

/// Consignment's own picture of marts.
enum Marts {
    /// In this order, for a query that reads marts beside something else: `days(_:from:)`.
    static let columns = "mart.openedOn, mart.closedOn, mart.reopenedOn"

    /// - Parameter column: the first of `columns` in the row.
    static func days(_ row: StatementRow, from column: Int32) -> MartDays? {
        row.dateOrNil(column).map { MartDays(openedOn: $0, closedOn: row.dateOrNil(column + 1), reopenedOn: row.dateOrNil(column + 2)) }
    }

    private static let learn = SQL(
        """
        INSERT INTO mart (regency, name, openedOn) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET name = ifnull(excluded.name, name), openedOn = min(excluded.openedOn, openedOn)
        """)

    /// A mart opens for the first time once; of several dates the earliest counts, so that the order in which they are said does not matter.
    static func learn(_ regency: String, name: String? = nil, openedOn date: BusinessDate, in tx: Transaction) throws {
        try tx.execute(learn, regency, name, date)
    }

    /// Whether what the event says of the mart being open or closed is later than what was applied last.
    static func isNews(of regency: String, in tx: Transaction) throws -> Bool { try !tx.isStale(facet: "mart", of: regency) }

    private static let setClosing = SQL("UPDATE mart SET closedOn = ?, reopenedOn = ? WHERE regency = ?")

    /// - Parameters:
    ///   - date: nil: it is not closed.
    ///   - end: the first day on which it is open again, where that is known.
    static func setClosing(of regency: String, from date: BusinessDate?, until end: BusinessDate? = nil, in tx: Transaction) throws {
        try tx.execute(setClosing, date, date == nil ? nil : end, regency)
    }

    private static let find = SQL("SELECT \(columns) FROM mart WHERE regency = ?")

    static func isOpen(_ regency: String, in tx: Transaction) throws -> Bool {
        try tx.first(find, regency) { days($0, from: 0) }??.isOpen(on: tx.today) ?? false
    }
}
