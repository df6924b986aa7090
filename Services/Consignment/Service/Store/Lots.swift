import ConsignmentDomain
import Contracts
import Primitives
import ServiceFramework
import Storage

/// Lots: counters on one row, asserted by the schema against each other.
enum Lots {
    private static let insert = SQL(
        """
        INSERT INTO lot (lotId, productId, sellerId, regency, offered, accepted, refusedReason, expiresOn, receivedAt, onHand)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?6)
        """)

    static func receive(_ goods: GoodsReceived, in tx: Transaction) throws {
        try tx.execute(
            insert, goods.lotId, goods.productId, goods.sellerId, goods.regency, goods.offered, goods.quantity, goods.refusedReason,
            goods.expiresOn, goods.receivedAt)
    }

    /// A lot that a command names.
    struct Named {
        var number: Int64
        var productId: String
        var sellerId: String
        var regency: String
        var onHand: Int64
    }

    private static let find = SQL("SELECT lotNumber, productId, sellerId, regency, onHand FROM lot WHERE lotId = ?")

    static func find(_ lotId: String, in tx: Transaction) throws -> Named? {
        try tx.first(find, lotId) { row in
            Named(number: row.int(0), productId: row.text(1), sellerId: row.text(2), regency: row.text(3), onHand: row.int(4))
        }
    }

    private static let sell = SQL("UPDATE lot SET onHand = onHand - ?2, sold = sold + ?2 WHERE lotNumber = ?1")
    /// Only the last unit touches the index of lots with stock.
    private static let sellOut = SQL(
        "UPDATE lot SET onHand = onHand - ?2, sold = sold + ?2, emptiedBy = 'sold' WHERE lotNumber = ?1")

    static func sell(_ take: Take, in tx: Transaction) throws {
        try tx.execute(take.empties ? sellOut : sell, take.lotNumber, take.quantity)
    }

    private static let restock = SQL(
        "UPDATE lot SET onHand = onHand + ?2, restocked = restocked + ?2, emptiedBy = NULL WHERE lotNumber = ?1")

    static func restock(_ quantity: Int64, to lotNumber: Int64, in tx: Transaction) throws {
        try tx.execute(restock, lotNumber, quantity)
    }

    private static let giveBack = SQL(
        """
        UPDATE lot SET onHand = onHand - ?2, returned = returned + ?2, emptiedBy = iif(onHand = ?2, 'returned', NULL)
        WHERE lotNumber = ?1
        """)
    private static let insertReturn = SQL(
        "INSERT INTO goodsReturn (returnId, lotNumber, quantity, reason, returnedAt) VALUES (?, ?, ?, ?, ?)")

    static func record(_ goods: GoodsReturned, from lotNumber: Int64, in tx: Transaction) throws {
        try tx.execute(insertReturn, goods.returnId, lotNumber, goods.quantity, goods.reason, tx.now)
        try tx.execute(giveBack, lotNumber, goods.quantity)
    }

    private static let writeOff = SQL(
        """
        UPDATE lot SET onHand = onHand - ?2, writtenOff = writtenOff + ?2, emptiedBy = iif(onHand = ?2, 'written-off', NULL)
        WHERE lotNumber = ?1
        """)
    private static let insertWriteOff = SQL(
        """
        INSERT INTO writeOff (writeOffId, lotNumber, quantity, unitPrice, net, reason, liability, writtenOffAt)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """)

    static func record(_ loss: GoodsWrittenOff, of lotNumber: Int64, in tx: Transaction) throws {
        try tx.execute(
            insertWriteOff, loss.writeOffId, lotNumber, loss.quantity, loss.unitPrice, loss.net, loss.reason, loss.liability, tx.now)
        try tx.execute(writeOff, lotNumber, loss.quantity)
    }

    private static let adjust = SQL(
        """
        UPDATE lot SET onHand = onHand + ?2, adjusted = adjusted + ?2, emptiedBy = iif(onHand + ?2 = 0, 'adjusted', NULL)
        WHERE lotNumber = ?1
        """)
    private static let insertAdjustment = SQL(
        """
        INSERT INTO stockAdjustment (adjustmentId, lotNumber, difference, reason, countedBy, approvedBy, adjustedAt)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)

    static func record(_ count: StockAdjusted, of lotNumber: Int64, in tx: Transaction) throws {
        try tx.execute(
            insertAdjustment, count.adjustmentId, lotNumber, count.difference, count.reason, count.countedBy, count.approvedBy,
            count.adjustedAt)
        try tx.execute(adjust, lotNumber, count.difference)
    }

    private static let addUnallocated = SQL(
        """
        INSERT INTO unallocated (productId, regency, quantity) VALUES (?, ?, ?)
        ON CONFLICT DO UPDATE SET quantity = (quantity + excluded.quantity) & 9007199254740991,
            carry = carry + ((quantity + excluded.quantity) >> 53)
        """)

    /// Units sold that no lot gave.
    static func addUnallocated(_ quantity: Int64, of productId: String, regency: String, in tx: Transaction) throws {
        try tx.execute(addUnallocated, productId, regency, quantity)
    }

    private static let takeBackUnallocated = SQL(
        """
        UPDATE unallocated SET quantity = (quantity - ?2) & 9007199254740991, carry = carry + ((quantity - ?2) >> 53) WHERE productId = ?1
        """)

    /// Such units came back to the shelf.
    static func takeBackUnallocated(_ quantity: Int64, of productId: String, in tx: Transaction) throws {
        try tx.execute(takeBackUnallocated, productId, quantity)
    }
}
