import Contracts
import Messaging
import Primitives
import SettlementDomain
import Store

/// Gives a line in suspense to its seller, with what refunds have left of its share.
struct AssignSuspenseHandler: Handler {
    private static let findLine = SQL(
        """
        SELECT line.account, line.sellerShare, assigned.sellerId,
            COALESCE((SELECT sum(sellerShare) FROM refundLine WHERE sale = line.posting AND lineId = line.lineId), 0)
        FROM saleLine AS line
            LEFT JOIN assignment ON assignment.sale = line.posting AND assignment.lineId = line.lineId
            LEFT JOIN account AS assigned ON assigned.number = assignment.account
        WHERE line.posting = ? AND line.lineId = ?
        """)
    private static let insert = SQL(
        "INSERT INTO assignment (sale, lineId, posting, account, assignedBy, sellerShare) VALUES (?, ?, ?, ?, ?, ?)")

    func handle(_ command: AssignSuspense, in tx: Transaction) throws -> Outcome {
        let ledger = Ledger(tx)
        guard let sale = try ledger.find(.sale, command.saleId) else {
            return .rejected(Rejection(.notFound, "sale \(command.saleId) is not settled", field: "saleId"))
        }
        let found = try tx.first(Self.findLine, sale.number, command.lineId) { row in
            (owner: Account(number: row.int(0)), share: row.rupiah(1), assignedTo: row.textOrNil(2), takenBack: row.rupiah(3))
        }
        guard let line = found else {
            return .rejected(
                Rejection(.invalid, "sale \(command.saleId) has no line \(command.lineId)", field: "lineId", lineId: command.lineId))
        }
        if let regency = tx.cause.regency, regency != sale.regency {
            return .rejected(Rejection(.invalid, "the envelope's regency differs from the sale's \(sale.regency)", field: "regency"))
        }
        if let assignedTo = line.assignedTo {
            guard assignedTo != command.sellerId else { return .duplicate }
            return .rejected(
                Rejection(.wrongState, "line \(command.lineId) was assigned to \(assignedTo) before", lineId: command.lineId))
        }
        guard line.owner == .suspense else {
            return .rejected(Rejection(.wrongState, "line \(command.lineId) is not in suspense", lineId: command.lineId))
        }
        try assign(try line.share.subtracting(line.takenBack), command, sale, in: tx)
        return .done
    }

    private func assign(_ share: Rupiah, _ command: AssignSuspense, _ sale: Posting, in tx: Transaction) throws {
        let ledger = Ledger(tx)
        guard let posting = try ledger.open(.assignment, command.assignmentId, sale: sale, regency: sale.regency) else {
            preconditionFailure("the business key keeps an assignmentId from being accepted twice")
        }
        let owner = try ledger.owner(command.sellerId)
        try tx.execute(Self.insert, sale.number, command.lineId, posting.number, owner.number, command.assignedBy, share)
        try ledger.write(.assignment(of: share, to: owner), for: posting)
        try tx.publish(
            SuspenseAssigned.with { event in
                event.assignmentId = command.assignmentId
                event.saleId = command.saleId
                event.lineId = command.lineId
                event.sellerId = command.sellerId
                event.assignedBy = command.assignedBy
                event.regency = sale.regency
                event.sellerShare = share
            })
    }
}
