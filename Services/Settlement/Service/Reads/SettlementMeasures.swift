import ServiceFramework
import SettlementDomain

/// Settlement's own metrics. The tables of the ledger are only added to, so each posting is summed once.
enum SettlementMeasures {
    static let all: [Measure] = [
        .growing(
            .counter("mart_postings_total", "postings", by: ["kind"], "Postings to the ledger, by kind."), highest: postings,
            """
            SELECT CASE kind WHEN 1 THEN 'sale' WHEN 2 THEN 'refund' WHEN 3 THEN 'write-off' ELSE
                CASE WHEN EXISTS (SELECT 1 FROM reassignment WHERE posting = number) THEN 'reassignment' ELSE 'assignment' END END, count(*)
            FROM posting WHERE number > :after AND number <= :upTo GROUP BY 1
            """),
        .growing(
            .counter("mart_settled_rupiah_total", "rupiah", by: ["share"], "Settled sales by share (seller, mart), refunds not deducted."),
            highest: postings,
            """
            WITH fresh AS (SELECT total(sellerShare) AS seller, total(martShare) AS mart FROM saleLine WHERE posting > :after AND posting <= :upTo)
            SELECT 'seller', seller FROM fresh UNION ALL SELECT 'mart', mart FROM fresh
            """),
        .growing(
            .counter("mart_reversed_rupiah_total", "rupiah", by: ["share"], "Refunds of settled sales by share."), highest: postings,
            """
            WITH fresh AS (
                SELECT total(line.sellerShare) AS seller, total(line.martShare) AS mart
                FROM posting JOIN refundLine AS line ON line.sale = posting.sale AND line.posting = posting.number
                WHERE posting.number > :after AND posting.number <= :upTo AND posting.kind = 2)
            SELECT 'seller', seller FROM fresh UNION ALL SELECT 'mart', mart FROM fresh
            """),
        .growing(
            .counter("mart_lost_goods_rupiah_total", "rupiah", "What the mart owes sellers for goods it lost."), highest: postings,
            "SELECT total(sellerShare) FROM loss WHERE posting > :after AND posting <= :upTo"),
        .now(
            .gauge("mart_suspense_rupiah", "rupiah", "Owed to sellers who are not known yet."),
            "SELECT -total(amount) FROM entry WHERE account = \(Account.suspense.number)"),
        .now(
            .gauge("mart_waiting_refunds", "refunds", "Refunds that wait for their sale."), "SELECT count(*) FROM waitingRefund"),
    ]

    private static let postings = "SELECT max(number) FROM posting"
}
