import Primitives
import ServiceFramework
import SettlementDomain
import Storage

/// A line of a settled sale, and whom it was assigned to.
struct AssignedLine {
    /// The last one says whose the line is.
    struct Assignment {
        var posting: Int64
        var assignmentId: String
        var account: Account
        var sellerId: String
    }

    var saleId: String
    var lineId: String
    /// It had no seller when it was settled.
    var isInSuspense: Bool
    /// The seller's, less what refunds took back.
    var share: Rupiah
    /// Nil as long as nobody has assigned it.
    var last: Assignment?

    private static let findLine = SQL(
        """
        SELECT sold.key, line.account,
            line.sellerShare - COALESCE((SELECT sum(sellerShare) FROM refundLine WHERE sale = line.posting AND lineId = line.lineId), 0)
        FROM saleLine AS line JOIN posting AS sold ON sold.number = line.posting WHERE line.posting = ? AND line.lineId = ?
        """)
    private static let findLast = SQL(
        """
        SELECT assigned.posting, posting.key, assigned.account, account.sellerId
        FROM lineAssignment AS assigned JOIN posting ON posting.number = assigned.posting JOIN account ON account.number = assigned.account
        WHERE assigned.sale = ? AND assigned.lineId = ? ORDER BY assigned.posting DESC LIMIT 1
        """)
    private static let findAssignment = SQL(
        """
        SELECT posting.sale, posting.regency, assigned.lineId FROM posting JOIN lineAssignment AS assigned ON assigned.posting = posting.number
        WHERE posting.key = ? AND posting.kind = ?
        """)

    static func find(_ lineId: String, of sale: Posting, in tx: Transaction) throws -> AssignedLine? {
        let found = try tx.first(findLine, sale.number, lineId) { row in
            AssignedLine(
                saleId: row.text(0), lineId: lineId, isInSuspense: Account(number: row.int(1)) == .suspense, share: row.rupiah(2))
        }
        guard var line = found else { return nil }
        line.last = try tx.first(findLast, sale.number, lineId) { row in
            Assignment(posting: row.int(0), assignmentId: row.text(1), account: Account(number: row.int(2)), sellerId: row.text(3))
        }
        return line
    }

    /// The line that an assignment or reassignment was about, whether it is the last one or not.
    static func find(assignedBy assignmentId: String, in tx: Transaction) throws -> (sale: Posting, line: AssignedLine)? {
        let found = try tx.first(findAssignment, assignmentId, PostingKind.assignment.rawValue) { row in
            (sale: Posting(number: row.int(0), regency: row.text(1)), lineId: row.text(2))
        }
        guard let found, let line = try find(found.lineId, of: found.sale, in: tx) else { return nil }
        return (found.sale, line)
    }
}
