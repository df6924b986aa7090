import Contracts
import Messaging
import Primitives
import ServiceFramework
import SettlementDomain
import Storage

/// Gives a line in suspense to its seller, with what refunds have left of its share.
struct AssignSuspenseHandler: Handler {
    private static let insert = SQL(
        "INSERT INTO assignment (sale, lineId, posting, account, assignedBy, sellerShare) VALUES (?, ?, ?, ?, ?, ?)")

    func handle(_ command: AssignSuspense, in tx: Transaction) throws -> Outcome {
        guard let sale = try Ledger(tx).find(.sale, command.saleId) else {
            return .rejected(Rejection(.notFound, "sale \(command.saleId) is not settled", field: "saleId"))
        }
        guard let line = try AssignedLine.find(command.lineId, of: sale, in: tx) else {
            return .rejected(
                Rejection(.invalid, "sale \(command.saleId) has no line \(command.lineId)", field: "lineId", lineId: command.lineId))
        }
        if let regency = tx.cause.regency, regency != sale.regency {
            return .rejected(Rejection(.invalid, "the envelope's regency differs from the sale's \(sale.regency)", field: "regency"))
        }
        if line.isInSuspense, line.last?.sellerId == command.sellerId { return .duplicate }
        guard try Sellers(tx: tx).isTold(command.sellerId) else { return .rejected(.unknownSeller(command.sellerId)) }
        guard line.isInSuspense else {
            return .rejected(Rejection(.wrongState, "line \(command.lineId) is not in suspense", lineId: command.lineId))
        }
        if let last = line.last {
            return .rejected(
                Rejection(
                    .wrongState, "line \(command.lineId) was assigned to \(last.sellerId) before, by \(last.assignmentId)",
                    lineId: command.lineId))
        }
        try assign(line.share, command, sale, in: tx)
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

extension Rejection {
    /// The word on the seller may still be on its way.
    static func unknownSeller(_ sellerId: String) -> Rejection {
        Rejection(.notFound, "nobody has told of a seller \(sellerId)", field: "sellerId")
    }
}
