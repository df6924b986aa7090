import Contracts
import ServiceFramework
import Storage

/// What must hold of goods and sales, checked in every backup.
enum ConsignmentInvariants {
    static let all = [
        Invariant(
            "every lot has on hand what its movements leave",
            violations: """
                SELECT 'lot ' || lotId || ': ' || onHand || ' on hand, movements leave about ' || moved FROM (
                    SELECT lotId, onHand, total(quantity) AS moved, sum(quantity >> 32) AS high, sum(quantity & 4294967295) AS low
                    FROM lot LEFT JOIN lotMovement USING (lotNumber) GROUP BY lotNumber)
                WHERE onHand >> 32 IS NOT high + (low >> 32) OR onHand & 4294967295 IS NOT low & 4294967295
                """),
        Invariant(
            "every sale's total is the sum of its lines",
            violations: """
                SELECT 'sale ' || saleId || ': total ' || total || ', lines ' || net FROM (
                    SELECT saleId, total, (SELECT sum(net) FROM saleLine WHERE saleLine.saleNumber = sale.saleNumber) AS net FROM sale)
                WHERE total IS NOT net
                """),
        .told(SaleRecorded.self, once: "every sale was told once", count: "SELECT count(*) FROM sale"),
        .told(SaleRefunded.self, once: "every refund was told once", count: "SELECT count(*) FROM refund"),
        .told(GoodsReceived.self, once: "every lot was told once", count: "SELECT count(*) FROM lot"),
    ]
}
