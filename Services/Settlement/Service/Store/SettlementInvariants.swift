import Contracts
import ServiceFramework
import Storage

/// What must hold in the books, checked in every backup.
enum SettlementInvariants {
    static let all = [
        Invariant(
            "the ledger sums to zero",
            // The halves apart, for the sum of one account may be beyond 64 bits on the way.
            violations: """
                SELECT 'it sums to about ' || total(amount) FROM entry
                HAVING sum(amount >> 32) + (sum(amount & 4294967295) >> 32) <> 0 OR sum(amount & 4294967295) & 4294967295 <> 0
                """),
        Invariant(
            "every posting sums to zero",
            violations: "SELECT 'posting ' || posting || ' sums to ' || amount FROM unbalancedPosting"),
        Invariant(
            "every sale's cash is the sum of its lines",
            violations: """
                SELECT 'sale ' || key || ': lines of ' || net || ', cash of ' || cash FROM (
                    SELECT key, (SELECT coalesce(sum(net), 0) FROM saleLine WHERE saleLine.posting = posting.number) AS net,
                        (SELECT coalesce(sum(amount), 0) FROM entry WHERE account IN (1, 2, 3, 4) AND entry.posting = posting.number) AS cash
                    FROM posting WHERE kind = 1)
                WHERE net <> cash
                """),
        Invariant(
            "no line gives its seller less than 90 %",
            violations: """
                SELECT 'line ' || lineId || ' of posting ' || posting FROM saleLine WHERE sellerShare * 10 < net * 9
                """),
        .told(SettlementPosted.self, once: "every settlement was told once", count: "SELECT count(*) FROM posting WHERE kind IN (1, 3)"),
        .told(SettlementReversed.self, once: "every reversal was told once", count: "SELECT count(*) FROM posting WHERE kind = 2"),
        .told(SuspenseAssigned.self, once: "every assignment was told once", count: "SELECT count(*) FROM assignment"),
        .told(SuspenseReassigned.self, once: "every reassignment was told once", count: "SELECT count(*) FROM reassignment"),
    ]
}
