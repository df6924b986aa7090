import Contracts
import Messaging
import Primitives
import ServiceFramework
import SettlementDomain
import Storage

/// Gives a line that was assigned to the wrong seller to another one, with what refunds have left of its share.
struct ReassignSuspenseHandler: Handler {
    private static let insert = SQL(
        """
        INSERT INTO reassignment (posting, sale, lineId, replaces, fromAccount, account, reason, assignedBy, approvedBy, sellerShare)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)

    func handle(_ command: ReassignSuspense, in tx: Transaction) throws -> Outcome {
        guard let replaced = try AssignedLine.find(assignedBy: command.replaces, in: tx), let last = replaced.line.last else {
            return .rejected(Rejection(.notFound, "there is no assignment \(command.replaces)", field: "replaces"))
        }
        let sale = replaced.sale
        if let regency = tx.cause.regency, regency != sale.regency {
            return .rejected(Rejection(.invalid, "the envelope's regency differs from the sale's \(sale.regency)", field: "regency"))
        }
        guard try Sellers(tx: tx).isTold(command.sellerId) else { return .rejected(.unknownSeller(command.sellerId)) }
        if last.assignmentId != command.replaces {
            return .rejected(
                Rejection(
                    .wrongState, "\(command.replaces) was replaced before; the line's last assignment is \(last.assignmentId)",
                    field: "replaces", lineId: replaced.line.lineId))
        }
        if last.sellerId == command.sellerId {
            return .rejected(
                Rejection(
                    .wrongState, "the line is \(last.sellerId)'s already: there is nothing to move", field: "sellerId",
                    lineId: replaced.line.lineId))
        }
        if PersonName.isSame(command.assignedBy, command.approvedBy) {
            return .rejected(Rejection(.notAllowed, "who assigns does not approve: another person must", field: "approvedBy"))
        }
        try reassign(replaced.line, from: last, command, of: sale, in: tx)
        return .done
    }

    private func reassign(
        _ line: AssignedLine, from last: AssignedLine.Assignment, _ command: ReassignSuspense, of sale: Posting, in tx: Transaction
    ) throws {
        let ledger = Ledger(tx)
        guard let posting = try ledger.open(.assignment, command.assignmentId, sale: sale, regency: sale.regency) else {
            preconditionFailure("the business key keeps an assignmentId from being accepted twice")
        }
        let owner = try ledger.owner(command.sellerId)
        try tx.execute(
            Self.insert, posting.number, sale.number, line.lineId, last.posting, last.account.number, owner.number, command.reason,
            command.assignedBy, command.approvedBy, line.share)
        try ledger.write(.reassignment(of: line.share, from: last.account, to: owner), for: posting)
        try tx.publish(
            SuspenseReassigned.with { event in
                event.assignmentId = command.assignmentId
                event.replaces = command.replaces
                event.saleId = line.saleId
                event.lineId = line.lineId
                event.sellerId = command.sellerId
                event.fromSellerId = last.sellerId
                event.reason = command.reason
                event.assignedBy = command.assignedBy
                event.approvedBy = command.approvedBy
                event.regency = sale.regency
                event.sellerShare = line.share
            })
    }
}
