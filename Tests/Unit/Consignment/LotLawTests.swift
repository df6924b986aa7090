import ConsignmentDomain
import Contracts
import GRDB
import Messaging
import MessagingTesting
import Primitives
import ServiceFramework
import Testing

/// Things that happen to the goods of one product, each with numbers that may fit or not.
private struct Handling: CustomStringConvertible {
    enum Step {
        case receive(Int64)
        case sell(Int64, lot: Int?, isOffline: Bool)
        case refund(sale: Int, Int64, restock: Bool)
        case giveBack(Int64, lot: Int)
        case writeOff(Int64, lot: Int)
        case count(Int64, lot: Int)
    }

    let steps: [Step]

    init(_ choices: inout Choices) {
        steps =
            [.receive(1 + choices.number(in: 0...9))]
            + choices.array(0...8) { choices in
                let quantity = 1 + choices.number(in: 0...5)
                switch choices.below(8) {
                case 0: return .receive(quantity)
                case 1, 2:
                    return .sell(quantity, lot: choices.chance(1, in: 3) ? choices.below(3) : nil, isOffline: choices.chance(1, in: 2))
                case 3, 4: return .refund(sale: choices.below(6), quantity, restock: choices.chance(1, in: 2))
                case 5: return .giveBack(quantity, lot: choices.below(3))
                case 6: return .writeOff(quantity, lot: choices.below(3))
                default: return .count(quantity - 3 == 0 ? 1 : quantity - 3, lot: choices.below(3))
                }
            }
    }

    var description: String { steps.map { "\($0)" }.joined(separator: "\n") }

    func deliveries(_ name: String) -> [Incoming] {
        steps.enumerated().map { number, step in
            let id = "\(name)-\(number)"
            switch step {
            case .receive(let quantity):
                let goods = ReceiveGoods.with {
                    $0.lotId = "\(name)-lot\(steps[..<number].count { if case .receive = $0 { true } else { false } })"
                    $0.productId = name
                    $0.quantity = quantity
                }
                return .delivery(of: goods, id: id)
            case .sell(let quantity, let lot, let isOffline):
                let sale = RecordSale.with {
                    $0.saleId = "\(name)-sale\(steps[..<number].count { if case .sell = $0 { true } else { false } })"
                    $0.till = "till-1"
                    $0.soldAt = Instant(milliseconds: 1_770_256_800_000)
                    $0.offline = isOffline
                    $0.lines = [
                        .with {
                            $0.lineId = "1"
                            $0.productId = name
                            $0.quantity = quantity
                            $0.unitPrice = Rupiah(25_000)
                            $0.lotId = lot.map { "\(name)-lot\($0)" }
                        }
                    ]
                }
                return .delivery(of: sale, id: id)
            case .refund(let sale, let quantity, let restock):
                let refund = RefundSale.with {
                    $0.refundId = "\(name)-refund\(number)"
                    $0.saleId = "\(name)-sale\(sale)"
                    $0.lines = [
                        .with {
                            $0.lineId = "1"
                            $0.quantity = quantity
                        }
                    ]
                    $0.reason = "broken"
                    $0.restock = restock
                }
                return .delivery(of: refund, id: id)
            case .giveBack(let quantity, let lot):
                let goods = ReturnGoods.with {
                    $0.returnId = "\(name)-return\(number)"
                    $0.lotId = "\(name)-lot\(lot)"
                    $0.quantity = quantity
                    $0.reason = "unsold"
                }
                return .delivery(of: goods, id: id)
            case .writeOff(let quantity, let lot):
                let goods = WriteOffGoods.with {
                    $0.writeOffId = "\(name)-loss\(number)"
                    $0.lotId = "\(name)-lot\(lot)"
                    $0.quantity = quantity
                    $0.reason = "fell"
                }
                return .delivery(of: goods, id: id)
            case .count(let difference, let lot):
                let count = AdjustStock.with {
                    $0.adjustmentId = "\(name)-count\(number)"
                    $0.lotId = "\(name)-lot\(lot)"
                    $0.difference = difference
                    $0.reason = "count"
                    $0.countedBy = "Ani"
                    $0.approvedBy = "Budi"
                }
                return .delivery(of: count, id: id)
            }
        }
    }
}

/// Lots as the published events tell them, kept with nothing but additions.
private struct Shelves {
    private(set) var onHand: [String: Int64] = [:]
    private(set) var unallocated: Int64 = 0
    /// By sale: what its line took, in order, less what came back.
    private var taken: [String: [(lot: String, quantity: Int64)]] = [:]

    mutating func apply(_ event: PublishedEvent) throws {
        switch event.name {
        case "goods-received":
            let goods = try event.decode(GoodsReceived.self)
            onHand[goods.lotId, default: 0] += goods.quantity
        case "sale-recorded":
            let sale = try event.decode(SaleRecorded.self)
            for line in sale.lines {
                taken[sale.saleId] = line.lots.map { ($0.lotId, $0.quantity) }
                for lot in line.lots { onHand[lot.lotId, default: 0] -= lot.quantity }
                unallocated += line.unallocated
                let given = line.lots.reduce(0) { $0 + $1.quantity }
                if given + line.unallocated != line.quantity {
                    throw HarnessFailure("\(sale.saleId) sells \(line.quantity), \(given) from lots")
                }
            }
        case "sale-refunded":
            let refund = try event.decode(SaleRefunded.self)
            guard refund.restock else { return }
            var back = refund.lines.reduce(0) { $0 + $1.quantity }
            var lots = taken[refund.saleId] ?? []
            for place in lots.indices.reversed() {
                let units = min(back, lots[place].quantity)
                lots[place].quantity -= units
                onHand[lots[place].lot, default: 0] += units
                back -= units
            }
            taken[refund.saleId] = lots
            unallocated -= back
        case "goods-returned":
            let goods = try event.decode(GoodsReturned.self)
            onHand[goods.lotId, default: 0] -= goods.quantity
        case "goods-written-off":
            let goods = try event.decode(GoodsWrittenOff.self)
            onHand[goods.lotId, default: 0] -= goods.quantity
        case "stock-adjusted":
            let count = try event.decode(StockAdjusted.self)
            onHand[count.lotId, default: 0] += count.difference
        default: break
        }
    }
}

@Suite("Laws of lots")
struct LotLawTests {
    @Test("a lot has on hand what the events say, whatever is done with it, and never less than nothing")
    func identity() throws {
        let mart = try MartFixture()
        try mart.open()
        _ = try mart.harness.takePublished()
        var cases = 0
        let broken = Law.broken(seed: 6006, of: Handling.init) { handling in
            cases += 1
            let name = "p\(cases)"
            try mart.harness.process([.delivery(of: MartFixture.listed(name), id: "\(name)-listed")] + handling.deliveries(name))
            var shelves = Shelves()
            for event in try mart.harness.takePublished() { try shelves.apply(event) }
            return try difference(shelves, name, mart)
        }
        #expect(broken == nil)
    }

    private func difference(_ shelves: Shelves, _ product: String, _ mart: MartFixture) throws -> String? {
        let lots = try mart.harness.rows(
            "SELECT lotId, onHand, accepted, sold, restocked, returned, writtenOff, adjusted FROM lot WHERE lotId >= ? AND lotId < ?",
            ["\(product)-", "\(product)."])
        let unallocated = try mart.harness.rows("SELECT quantity FROM unallocated WHERE productId = ?", [product]).first.map { $0[0] } ?? 0
        if lots.count != shelves.onHand.count { return "\(lots.count) lots, by the events \(shelves.onHand.count)" }
        for lot in lots {
            let (id, onHand) = (lot[0] as String, lot[1] as Int64)
            let (accepted, sold, restocked) = (lot[2] as Int64, lot[3] as Int64, lot[4] as Int64)
            let (returned, writtenOff, adjusted) = (lot[5] as Int64, lot[6] as Int64, lot[7] as Int64)
            if onHand < 0 { return "\(id) has \(onHand)" }
            if onHand != shelves.onHand[id] { return "\(id) has \(onHand), by the events \(shelves.onHand[id] ?? 0)" }
            if accepted != onHand + sold - restocked + returned + writtenOff - adjusted { return "\(id): \(lot) is no identity" }
        }
        if unallocated != shelves.unallocated { return "\(unallocated) units unallocated, by the events \(shelves.unallocated)" }
        return nil
    }
}
