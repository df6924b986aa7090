import ConsignmentDomain
import Contracts
import Primitives
import ServiceFramework

/// Judges an offline sale. It has already happened, so what is irregular is flagged for a person and recorded all the same.
struct OfflineJudge {
    private let sale: RecordSale
    private let tx: Transaction
    private let soldOn: BusinessDate
    private var shelf: Shelf
    private var regency: String?
    /// Of the sale's regency, where one of its products has told.
    private var isMartOpen: Bool?
    private var judged = JudgedSale()

    private init(_ sale: RecordSale, in tx: Transaction) {
        self.sale = sale
        self.tx = tx
        soldOn = BusinessDate(sale.soldAt)
        shelf = Shelf(on: soldOn, lines: sale.lines.count, in: tx)
        regency = sale.regency
    }

    static func judge(_ sale: RecordSale, in tx: Transaction) throws -> Result<JudgedSale, Rejection> {
        var judge = OfflineJudge(sale, in: tx)
        for (index, line) in sale.lines.enumerated() {
            if let rejection = try judge.judge(line, at: index) { return .failure(rejection) }
        }
        guard let regency = judge.regency else {
            return .failure(Rejection(.invalid, "the regency is missing, and none of the products is known", field: "regency"))
        }
        if judge.judged.drawsTooMuch { return .failure(JudgedSale.drawsTooMuch) }
        judge.judged.regency = regency
        let isMartOpen = try judge.isMartOpen ?? Marts.isOpen(regency, in: tx)
        judge.judged.flag(OfflineFlags.ofSale(soldAt: sale.soldAt, now: tx.now, isMartOpen: isMartOpen))
        return .success(judge.judged)
    }

    private mutating func judge(_ line: RecordSale.Line, at index: Int) throws -> Rejection? {
        let product = try Products.find(line.productId, pricedOn: soldOn, in: tx)
        let named = try line.lotId.flatMap { try shelf.find($0) }
        if regency == nil { regency = product?.regency }
        let facts = LineFacts(
            product: product, isOfOtherRegency: product.map { $0.regency != regency } ?? false,
            namedLot: NamedLot(line.lotId, found: named, productId: line.productId), unitPrice: line.unitPrice)
        if facts.namedLot == .ofOtherProduct {
            return Rejection(
                .invalid, "lot \(line.lotId ?? "") is not of product \(line.productId)", field: "lines[\(index)].lotId", lineId: line.lineId
            )
        }
        if let product, product.regency == regency { isMartOpen = product.isMartOpen(on: tx.today) }

        // Every line names its price, and that the amounts fit is checked with the data.
        let unitPrice = line.unitPrice ?? .zero
        let net = try unitPrice.multiplied(by: line.quantity)
        judged.total = try judged.total.adding(net)

        var draw = Draw(wanted: line.quantity)
        if product != nil, facts.namedLot != .unknown {
            draw = try shelf.drawOffline(line.quantity, of: line.productId, from: named)
            shelf.remember(draw)
        }
        judged.append(
            JudgedLine(
                line, sellerId: product?.sellerId, unitPrice: unitPrice, net: net,
                flags: OfflineFlags.ofLine(facts, draw: draw, on: tx.today), draw: draw))
        return nil
    }
}
