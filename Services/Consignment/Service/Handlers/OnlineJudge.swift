import ConsignmentDomain
import Contracts
import Primitives
import ServiceFramework

/// Judges an online sale: listing and stock as they are now, price and expiry by the day of the sale.
struct OnlineJudge {
    private let sale: RecordSale
    private let tx: Transaction
    private let soldOn: BusinessDate
    private var shelf: Shelf
    /// The sale's, or else that of the first product that is known.
    private var regency: String?
    private var judged = JudgedSale()
    /// The earliest code so far; of equal ones the first line's.
    private var refusal: Rejection?

    private init(_ sale: RecordSale, in tx: Transaction) {
        self.sale = sale
        self.tx = tx
        soldOn = BusinessDate(sale.soldAt)
        shelf = Shelf(on: soldOn, lines: sale.lines.count, in: tx)
        regency = sale.regency
    }

    static func judge(_ sale: RecordSale, in tx: Transaction) throws -> Result<JudgedSale, Rejection> {
        if TillClock.isAhead(sale.soldAt, of: tx.now) {
            return .failure(Rejection(.invalid, "the sale is more than 5 minutes ahead of \(tx.now)", field: "soldAt"))
        }
        var judge = OnlineJudge(sale, in: tx)
        for (index, line) in sale.lines.enumerated() { try judge.judge(line, at: index) }
        if let refusal = judge.refusal { return .failure(refusal) }
        if judge.judged.drawsTooMuch { return .failure(JudgedSale.drawsTooMuch) }
        judge.judged.regency = judge.regency ?? ""
        return .success(judge.judged)
    }

    private mutating func judge(_ line: RecordSale.Line, at index: Int) throws {
        let product = try Products.find(line.productId, pricedOn: soldOn, in: tx)
        let named = try line.lotId.flatMap { try shelf.find($0) }
        if regency == nil { regency = product?.regency }
        let facts = LineFacts(
            product: product, isOfOtherRegency: product.map { $0.regency != regency } ?? false,
            namedLot: NamedLot(line.lotId, found: named, productId: line.productId), unitPrice: line.unitPrice)
        var net = Rupiah.zero
        let unitPrice = line.unitPrice ?? product?.price ?? .zero
        do throws(MoneyOverflow) {
            net = try unitPrice.multiplied(by: line.quantity)
            judged.total = try judged.total.adding(net)
        } catch {
            return refuse(.amountTooLarge, facts, line, index)
        }
        if let reason = LineRefusal.beforeStock(of: facts, on: tx.today) { return refuse(reason, facts, line, index) }
        let draw = try shelf.drawOnline(line.quantity, of: line.productId, from: named)
        if let reason = LineRefusal.ofStock(draw, for: facts) { return refuse(reason, facts, line, index) }
        shelf.remember(draw)
        judged.append(JudgedLine(line, sellerId: product?.sellerId, unitPrice: unitPrice, net: net, draw: draw))
    }

    private mutating func refuse(_ reason: LineRefusal, _ facts: LineFacts, _ line: RecordSale.Line, _ index: Int) {
        if let refusal, refusal.code <= reason.code { return }
        let missing = reason == .notListed ? facts.product?.missingPermits : nil
        refusal = Rejection(
            reason.code, message(reason, facts, line), field: reason.field.map { "lines[\(index)].\($0)" }, lineId: line.lineId,
            missingPermits: missing?.isEmpty == false ? missing : nil)
    }

    private func message(_ reason: LineRefusal, _ facts: LineFacts, _ line: RecordSale.Line) -> String {
        switch reason {
        case .lotOfOtherProduct: "lot \(line.lotId ?? "") is not of product \(line.productId)"
        case .otherRegency: "product \(line.productId) belongs to regency \(facts.product?.regency ?? ""), the sale to \(regency ?? "")"
        case .amountTooLarge: "the sale adds up to more than \(Rupiah.maximum)"
        case .unknownProduct: "product \(line.productId) is not known here"
        case .unknownLot: "lot \(line.lotId ?? "") is not known here"
        case .martNotOpen: "the mart of regency \(facts.product?.regency ?? "") is not open"
        case .notListed: "product \(line.productId) is not listed for sale"
        case .expired: "what is left of product \(line.productId) is past its last day of sale"
        case .priceDiffers: "product \(line.productId) costs \(facts.product?.price ?? .zero) on \(soldOn)"
        case .outOfStock: "there are not \(line.quantity) units of product \(line.productId)"
        }
    }
}

extension LineRefusal {
    var code: ReplyCode {
        switch self {
        case .lotOfOtherProduct, .otherRegency, .amountTooLarge: .invalid
        case .unknownProduct, .unknownLot: .notFound
        case .martNotOpen: .martNotOpen
        case .notListed: .productNotListed
        case .expired: .expired
        case .priceDiffers: .priceDiffers
        case .outOfStock: .outOfStock
        }
    }

    /// The field of the line that is at fault, if it is one.
    var field: String? {
        switch self {
        case .lotOfOtherProduct, .unknownLot: "lotId"
        case .otherRegency, .unknownProduct: "productId"
        case .priceDiffers: "unitPrice"
        case .amountTooLarge, .martNotOpen, .notListed, .expired, .outOfStock: nil
        }
    }
}
