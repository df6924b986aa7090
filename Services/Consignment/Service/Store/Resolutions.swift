import Contracts
import Primitives
import ServiceFramework
import Storage

/// What people have said about flagged sales: rows that are only ever added.
enum Resolutions {
    /// A line that carries a flag.
    struct Flagged {
        var lineId: String
        var isResolved: Bool
    }

    private static let carrying = SQL(
        """
        SELECT lineId, EXISTS (
            SELECT 1 FROM resolvedFlag WHERE saleNumber = ?1 AND resolvedFlag.lineId = saleLine.lineId AND flag = ?2)
        FROM saleLine WHERE saleNumber = ?1 AND instr(',' || flags || ',', ',' || ?2 || ',') > 0 ORDER BY position
        """)

    static func lines(carrying flag: SaleFlag, of saleNumber: Int64, in tx: Transaction) throws -> [Flagged] {
        try tx.all(carrying, saleNumber, flag.rawValue) { Flagged(lineId: $0.text(0), isResolved: $0.int(1) == 1) }
    }

    private static let insert = SQL(
        """
        INSERT INTO resolution (resolutionId, saleNumber, lineId, flag, note, resolvedBy, resolvedAt) VALUES (?, ?, ?, ?, ?, ?, ?)
        RETURNING resolutionNumber
        """)
    private static let insertFlag = SQL("INSERT INTO resolvedFlag (saleNumber, lineId, flag, resolutionNumber) VALUES (?, ?, ?, ?)")

    /// - Parameter lines: those that carry the flag and are not resolved yet.
    static func record(_ resolved: FlagResolved, of saleNumber: Int64, lines: [String], in tx: Transaction) throws {
        let number =
            try tx.first(
                insert, resolved.resolutionId, saleNumber, resolved.lineId, resolved.flag.rawValue, resolved.note, resolved.resolvedBy,
                resolved.resolvedAt
            ) { $0.int(0) } ?? 0
        for lineId in lines { try tx.execute(insertFlag, saleNumber, lineId, resolved.flag.rawValue, number) }
    }
}
