import Contracts
import Messaging
import Primitives
import ServiceFramework
import Storage

/// A refund that waits, with the delivery that brought it.
struct WaitingRefund {
    var number: Int64
    var refund: SaleRefunded
    var incoming: Incoming
    var cause: Cause
}

/// Refunds that came before what they are about.
struct WaitingRefunds {
    let tx: Transaction

    init(_ tx: Transaction) { self.tx = tx }

    private static let insert = SQL(
        """
        INSERT INTO waitingRefund (refundId, saleId, regency, routingKey, contentType, body, correlationId, traceparent, tracestate,
            inboxPosition, receivedAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let findBody = SQL("SELECT body FROM waitingRefund WHERE refundId = ?")
    private static let count = SQL("SELECT count(*) FROM waitingRefund")
    private static let isAny = SQL("SELECT 1 FROM waitingRefund WHERE saleId = ?")
    private static let ofSale = SQL(
        """
        SELECT number, routingKey, contentType, body, correlationId, traceparent, inboxPosition, tracestate
        FROM waitingRefund WHERE saleId = ? ORDER BY number
        """)
    private static let remove = SQL("DELETE FROM waitingRefund WHERE number = ?")

    func add(_ refund: SaleRefunded) throws {
        guard let incoming = tx.incoming else { preconditionFailure("a refund comes by a delivery") }
        let cause = tx.cause
        tx.forget(Self.count)
        try tx.execute(
            Self.insert, refund.refundId, refund.saleId, refund.regency, incoming.routingKey, incoming.contentType, incoming.body,
            cause.correlationId, cause.traceparent, cause.tracestate, cause.inboxPosition, tx.now)
    }

    /// Nil if no waiting refund has the same id; otherwise whether it says the same.
    func says(_ refund: SaleRefunded) throws -> Bool? {
        try tx.first(Self.findBody, refund.refundId) { row in
            try FieldWriter.bytes(of: Self.read(row.blob(0)).refund) == FieldWriter.bytes(of: refund)
        }
    }

    /// Asked for every sale, and mostly nothing waits at all.
    func isAny(for saleId: String) throws -> Bool { try tx.number(Self.count) != 0 && tx.exists(Self.isAny, saleId) }

    /// In the order of their arrival.
    func of(saleId: String) throws -> [WaitingRefund] {
        try tx.all(Self.ofSale, saleId) { row in
            let (envelope, refund) = try Self.read(row.blob(3))
            let (parent, state) = (row.textOrNil(5), row.textOrNil(7))
            let incoming = Incoming(
                channel: .events, routingKey: row.text(1), contentType: row.textOrNil(2), traceparent: parent, tracestate: state,
                body: row.blob(3))
            let cause = Cause(
                id: envelope.id, source: envelope.source, sequence: envelope.sequence, correlationId: row.text(4), traceparent: parent,
                tracestate: state, regency: envelope.regency, inboxPosition: row.int(6))
            return WaitingRefund(number: row.int(0), refund: refund, incoming: incoming, cause: cause)
        }
    }

    func remove(_ waiting: WaitingRefund) throws {
        tx.forget(Self.count)
        try tx.execute(Self.remove, waiting.number)
    }

    /// The message inside a body that was read once before.
    static func read(_ body: [UInt8]) throws -> (envelope: Envelope, refund: SaleRefunded) {
        let envelope = try Envelope(keptAs: body)
        return (envelope, try FieldReader.read(SaleRefunded.self, from: envelope.data))
    }
}
