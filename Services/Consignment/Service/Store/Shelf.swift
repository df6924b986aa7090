import ConsignmentDomain
import Primitives
import ServiceFramework
import Storage

/// The stock as the lines of one sale find it, one after the other: what an earlier line took is gone for the next, though nothing is
/// written before every line has been judged.
struct Shelf {
    private let tx: Transaction
    private let soldOn: BusinessDate
    /// A sale of one line need not remember.
    private let remembers: Bool
    /// Units taken so far, by lot.
    private var drawn: [Int64: Int64] = [:]

    init(on soldOn: BusinessDate, lines: Int, in tx: Transaction) {
        self.tx = tx
        self.soldOn = soldOn
        remembers = lines > 1
    }

    /// A lot that a line names.
    struct Named {
        var lot: ShelfLot
        var productId: String
        var expiresOn: BusinessDate?
    }

    private static let named = SQL("SELECT lotNumber, onHand, productId, expiresOn FROM lot WHERE lotId = ?")

    func find(_ lotId: String) throws -> Named? {
        try tx.first(Self.named, lotId) { row in
            Named(lot: ShelfLot(number: row.int(0), id: lotId, onHand: row.int(1)), productId: row.text(2), expiresOn: row.dateOrNil(3))
        }
    }

    /// Every lot on the list has at least one unit, so a line never needs more lots than units.
    private static let saleable = SQL(
        """
        SELECT lotNumber, lotId, onHand FROM lot WHERE productId = ? AND emptiedBy IS NULL AND lastSaleDay >= ?
        ORDER BY lastSaleDay, receivedAt, lotId LIMIT ?
        """)
    private static let pastDate = SQL(
        """
        SELECT lotNumber, lotId, onHand FROM lot WHERE productId = ? AND emptiedBy IS NULL AND lastSaleDay < ?
        ORDER BY lastSaleDay, receivedAt, lotId LIMIT ?
        """)

    private func lots(_ sql: SQL, of productId: String, atMost quantity: Int64) throws -> [ShelfLot] {
        let lots = try tx.all(sql, productId, soldOn, quantity + Int64(drawn.count)) { row in
            ShelfLot(number: row.int(0), id: row.text(1), onHand: row.int(2))
        }
        return drawn.isEmpty ? lots : lots.map(less).filter { $0.onHand > 0 }
    }

    private func less(_ lot: ShelfLot) -> ShelfLot {
        ShelfLot(number: lot.number, id: lot.id, onHand: lot.onHand - (drawn[lot.number] ?? 0))
    }

    /// What an online line gets: nothing that is past its date.
    func drawOnline(_ quantity: Int64, of productId: String, from named: Named?) throws -> Draw {
        var draw = Draw(wanted: quantity)
        if let named {
            let lot = less(named.lot)
            if isPastDate(named) { draw.meetsExpired = lot.onHand > 0 } else { draw.take(from: CollectionOfOne(lot)) }
            return draw
        }
        draw.take(from: try lots(Self.saleable, of: productId, atMost: quantity))
        if draw.takes.isEmpty { draw.meetsExpired = try !lots(Self.pastDate, of: productId, atMost: 1).isEmpty }
        return draw
    }

    /// What an offline line took: goods past their date too, if there were no others, for they have left the shelf.
    func drawOffline(_ quantity: Int64, of productId: String, from named: Named?) throws -> Draw {
        var draw = Draw(wanted: quantity)
        if let named {
            draw.take(from: CollectionOfOne(less(named.lot)))
            draw.meetsExpired = isPastDate(named)
            return draw
        }
        draw.take(from: try lots(Self.saleable, of: productId, atMost: quantity))
        if draw.missing == 0 { return draw }
        let missing = draw.missing
        draw.take(from: try lots(Self.pastDate, of: productId, atMost: missing))
        draw.meetsExpired = draw.missing < missing
        return draw
    }

    /// What a line takes is gone for the lines after it.
    mutating func remember(_ draw: Draw) {
        guard remembers else { return }
        for take in draw.takes { drawn[take.lotNumber, default: 0] += take.quantity }
    }

    private func isPastDate(_ named: Named) -> Bool {
        guard let expiresOn = named.expiresOn else { return false }
        return expiresOn < soldOn
    }
}
