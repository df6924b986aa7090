import Messaging
import Primitives
import ServiceFramework
import Storage

/// Products that are still to be judged after a change that touched many.
struct EvaluationQueue {
    let tx: Transaction

    private static func first(where condition: String) -> SQL {
        SQL("SELECT productId FROM product WHERE \(condition) AND state <> 'withdrawn' ORDER BY productId LIMIT ?")
    }
    private static let ofSeller = first(where: "sellerId = ?")
    private static let ofRegency = first(where: "regency = ?")
    private static let ofAll = first(where: "TRUE")

    /// The first products of a scope, by id.
    func products(in scope: Evaluator.Scope, limit: Int) throws -> [String] {
        switch scope {
        case .product(let productId): [productId]
        case .seller(let sellerId): try tx.all(Self.ofSeller, sellerId, limit) { $0.text(0) }
        case .regency(let regency): try tx.all(Self.ofRegency, regency, limit) { $0.text(0) }
        case .everything: try tx.all(Self.ofAll, limit) { $0.text(0) }
        }
    }

    private static let addCause = SQL(
        """
        INSERT INTO evaluationCause (id, source, sequence, correlationId, traceparent, regency, inboxPosition)
        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number
        """)
    private static func putOff(where condition: String) -> SQL {
        // One evaluation settles everything that is known by then, so the first cause stays.
        SQL(
            """
            INSERT INTO pendingEvaluation (productId, cause)
            SELECT productId, ? FROM product WHERE \(condition) AND state <> 'withdrawn' AND productId > ? ORDER BY productId
            ON CONFLICT DO NOTHING
            """)
    }
    private static let putOffSeller = putOff(where: "sellerId = ?")
    private static let putOffRegency = putOff(where: "regency = ?")
    private static let putOffAll = putOff(where: "'all' = ?")

    /// Remembers the products of a scope after the one named, with the message that is being handled.
    func putOff(_ scope: Evaluator.Scope, after productId: String) throws {
        let cause = tx.cause
        let added = try tx.first(
            Self.addCause, cause.id, cause.source, cause.sequence, cause.correlationId, cause.traceparent, cause.regency,
            cause.inboxPosition
        ) { $0.int(0) }
        guard let number = added else { return }
        switch scope {
        case .product: break
        case .seller(let sellerId): try tx.execute(Self.putOffSeller, number, sellerId, productId)
        case .regency(let regency): try tx.execute(Self.putOffRegency, number, regency, productId)
        case .everything: try tx.execute(Self.putOffAll, number, "all", productId)
        }
    }

    private static let next = SQL(
        """
        SELECT p.position, p.productId, c.id, c.source, c.sequence, c.correlationId, c.traceparent, c.regency, c.inboxPosition
        FROM pendingEvaluation p JOIN evaluationCause c ON c.number = p.cause ORDER BY p.position LIMIT \(Limits.timerChunk)
        """)
    private static let remove = SQL("DELETE FROM pendingEvaluation WHERE position <= ?")
    private static let isPending = SQL("SELECT 1 FROM pendingEvaluation LIMIT 1")
    private static let forgetCauses = SQL("DELETE FROM evaluationCause")

    /// Hands over the next products, as if their message were handled now; answers whether more are waiting.
    func drain(_ evaluate: (_ productId: String) throws -> Void) throws -> Bool {
        let waiting = try tx.all(Self.next) { row in
            (
                position: row.int(0), productId: row.text(1),
                cause: Cause(
                    id: row.text(2), source: row.text(3), sequence: row.intOrNil(4), correlationId: row.text(5),
                    traceparent: row.textOrNil(6), regency: row.textOrNil(7), inboxPosition: row.int(8))
            )
        }
        guard let last = waiting.last else { return false }
        for (_, productId, cause) in waiting { try tx.with(cause: cause) { try evaluate(productId) } }
        try tx.execute(Self.remove, last.position)
        if try tx.exists(Self.isPending) { return true }
        try tx.execute(Self.forgetCauses)
        return false
    }

    private static let due = SQL(
        "SELECT productId FROM product WHERE reviewOn <= ? ORDER BY reviewOn, productId LIMIT \(Limits.timerChunk + 1)")

    /// Products for which the day has come on which something else may be found; one more than are taken at once, if there are more.
    func due(on date: BusinessDate) throws -> [String] { try tx.all(Self.due, date) { $0.text(0) } }
}
