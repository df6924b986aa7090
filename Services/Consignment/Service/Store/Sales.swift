import ConsignmentDomain
import Contracts
import Primitives
import ServiceFramework
import Storage

/// A line of a sale that will be recorded, with the units that it takes.
struct JudgedLine {
    var line: SaleRecorded.Line
    var takes: [Take]
}

/// Sales and refunds: rows that are only ever added.
enum Sales {
    private static let insertSale = SQL(
        """
        INSERT INTO sale (saleId, regency, till, soldAt, recordedAt, tender, offline, flags, total) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        RETURNING saleNumber
        """)
    private static let insertLine = SQL(
        """
        INSERT INTO saleLine (saleNumber, lineId, position, productId, sellerId, quantity, unitPrice, net, flags, unallocated)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let insertAllocation = SQL(
        "INSERT INTO allocation (saleNumber, lineId, ordinal, lotNumber, quantity) VALUES (?, ?, ?, ?, ?)")

    /// Everything is judged by now: from here on it must succeed.
    static func record(_ sale: SaleRecorded, _ lines: [JudgedLine], in tx: Transaction) throws {
        let number =
            try tx.first(
                insertSale, sale.saleId, sale.regency, sale.till, sale.soldAt, tx.now, sale.tender, sale.offline, FlagList.text(sale.flags),
                sale.total
            ) { $0.int(0) } ?? 0
        for (index, judged) in lines.enumerated() {
            let line = judged.line
            try tx.execute(
                insertLine, number, line.lineId, index + 1, line.productId, line.sellerId, line.quantity, line.unitPrice, line.net,
                FlagList.text(line.flags), line.unallocated)
            for (index, take) in judged.takes.enumerated() {
                try tx.execute(insertAllocation, number, line.lineId, index + 1, take.lotNumber, take.quantity)
                try Lots.sell(take, in: tx)
            }
            if line.unallocated > 0 {
                try Lots.addUnallocated(line.unallocated, of: line.productId, regency: sale.regency, in: tx)
            }
        }
    }

    /// A recorded sale, as a refund needs it.
    struct Recorded {
        var number: Int64
        var regency: String
        var tender: Tender
    }

    private static let find = SQL("SELECT saleNumber, regency, tender FROM sale WHERE saleId = ?")

    static func find(_ saleId: String, in tx: Transaction) throws -> Recorded? {
        try tx.first(find, saleId) { Recorded(number: $0.int(0), regency: $0.text(1), tender: try $0.choice(2)) }
    }

    private static let findOffline = SQL("SELECT saleNumber, offline FROM sale WHERE saleId = ?")
    private static let findPrices = SQL("SELECT lineId, unitPrice FROM saleLine WHERE saleNumber = ?")

    /// How a sale was recorded, and at what prices by line.
    static func recordedPrices(of saleId: String, in tx: Transaction) throws -> (isOffline: Bool, prices: [String: Rupiah])? {
        guard let sale = try tx.first(findOffline, saleId, read: { (number: $0.int(0), isOffline: $0.bool(1)) }) else { return nil }
        let prices = try tx.all(findPrices, sale.number) { ($0.text(0), $0.rupiah(1)) }
        return (sale.isOffline, Dictionary(uniqueKeysWithValues: prices))
    }

    struct Line {
        var productId: String
        var sellerId: String?
        var quantity: Int64
        var net: Rupiah
        /// Units that were refunded so far.
        var refunded: Int64
    }

    private static let findLine = SQL(
        """
        SELECT productId, sellerId, quantity, net,
            (SELECT ifnull(sum(quantity), 0) FROM refundLine WHERE saleNumber = ?1 AND lineId = ?2)
        FROM saleLine WHERE saleNumber = ?1 AND lineId = ?2
        """)

    static func line(_ lineId: String, of saleNumber: Int64, in tx: Transaction) throws -> Line? {
        try tx.first(findLine, saleNumber, lineId) { row in
            Line(
                productId: row.text(0), sellerId: row.textOrNil(1), quantity: row.int(2), net: row.rupiah(3), refunded: row.int(4))
        }
    }

    private static let taken = SQL(
        """
        SELECT ordinal, lotNumber, quantity,
            (SELECT ifnull(sum(quantity), 0) FROM restock
                WHERE restock.saleNumber = allocation.saleNumber AND restock.lineId = allocation.lineId
                    AND restock.ordinal = allocation.ordinal)
        FROM allocation WHERE saleNumber = ? AND lineId = ? ORDER BY ordinal
        """)

    /// What the line took from lots.
    static func taken(by lineId: String, of saleNumber: Int64, in tx: Transaction) throws -> [TakenUnits] {
        try tx.all(taken, saleNumber, lineId) { row in
            TakenUnits(ordinal: row.int(0), lotNumber: row.int(1), taken: row.int(2), restocked: row.int(3))
        }
    }

    private static let insertRefund = SQL(
        """
        INSERT INTO refund (refundId, saleNumber, refundedAt, reason, restock, total) VALUES (?, ?, ?, ?, ?, ?)
        RETURNING refundNumber
        """)
    private static let insertRefundLine = SQL(
        """
        INSERT INTO refundLine (saleNumber, lineId, refundedBefore, refundNumber, position, quantity, net, restocked)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)
    private static let insertRestock = SQL(
        "INSERT INTO restock (saleNumber, lineId, ordinal, refundNumber, quantity) VALUES (?, ?, ?, ?, ?)")

    /// - Parameter plans: where the units of each line go back to; nil where nothing is restocked.
    static func record(_ refund: SaleRefunded, of saleNumber: Int64, plans: [RestockPlan?], in tx: Transaction) throws {
        let number =
            try tx.first(
                insertRefund, refund.refundId, saleNumber, refund.refundedAt, refund.reason, refund.restock, refund.total
            ) { $0.int(0) } ?? 0
        for (index, (line, plan)) in zip(refund.lines, plans).enumerated() {
            let restocked = plan.map { line.quantity - $0.withoutLot } ?? 0
            try tx.execute(
                insertRefundLine, saleNumber, line.lineId, line.refundedBefore, number, index + 1, line.quantity, line.net, restocked)
            guard let plan else { continue }
            for entry in plan.entries {
                try tx.execute(insertRestock, saleNumber, line.lineId, entry.ordinal, number, entry.quantity)
                try Lots.restock(entry.quantity, to: entry.lotNumber, in: tx)
            }
            if plan.withoutLot > 0 { try Lots.takeBackUnallocated(plan.withoutLot, of: line.productId, in: tx) }
        }
    }
}

/// Flags in one column; most sales have none.
enum FlagList {
    static func text(_ flags: [SaleFlag]) -> String { flags.isEmpty ? "" : flags.map { $0.rawValue }.joined(separator: ",") }
    static func words(_ text: String) -> [String] { text.isEmpty ? [] : text.split(separator: ",").map(String.init) }
}
