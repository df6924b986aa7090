/// Does what Settlement published follow from what Consignment published?
enum SettlementCheck {
    static func findings(_ books: Books, _ ledger: Ledger) -> [Finding] {
        let sales = books.posted.filter { $0.settlement.saleId != nil }
        let losses = books.posted.filter { $0.settlement.writeOffId != nil }
        let reversals = books.reversed.map(\.settlement.totals)
        let own = [ledger.sold, ledger.refunded].map { (net: $0.net, seller: $0.seller, mart: $0.mart) }
        let statedSales = sales.map(\.settlement.totals)
        return [
            Finding(
                .money, "one settlement for every sale", own: Text.grouped(books.sales.count),
                stated: Text.grouped(sales.count), differences: salesSettled(books, sales.map { ($0.cause, $0.settlement) })),
            Finding(.money, "gross of all sales", own: own[0].net, stated: statedSales.reduce(0) { $0 + $1.net }, Text.rupiah),
            Finding(.money, "sellers' share of it", own: own[0].seller, stated: statedSales.reduce(0) { $0 + $1.sellerShare }, Text.rupiah),
            Finding(.money, "the mart's share of it", own: own[0].mart, stated: statedSales.reduce(0) { $0 + $1.martShare }, Text.rupiah),
            Finding(
                .money, "one reversal for every refund", own: "\(books.refunds.count)", stated: "\(books.reversed.count)",
                differences: refundsReversed(books)),
            Finding(.money, "refunded", own: own[1].net, stated: reversals.reduce(0) { $0 + $1.net }, Text.rupiah),
            Finding(
                .money, "taken back from sellers", own: own[1].seller, stated: reversals.reduce(0) { $0 + $1.sellerShare }, Text.rupiah),
            Finding(.money, "taken back from the mart", own: own[1].mart, stated: reversals.reduce(0) { $0 + $1.martShare }, Text.rupiah),
            Finding(
                .money, "losses that the mart makes good", own: Text.rupiah(ledger.losses),
                stated: Text.rupiah(losses.reduce(0) { $0 + $1.settlement.totals.sellerShare }),
                differences: lossesSettled(books, losses.map(\.settlement))),
            Finding(
                .money, "lines in suspense move with what is left of them", own: "\(books.assigned.count) assignments", stated: "",
                differences: wrongAssignments(books)),
            Finding(
                .money, "sellers have at least 90 % of every line",
                own: "\(books.posted.reduce(0) { $0 + $1.settlement.lines.count }) lines",
                stated: "", differences: shortShares(books)),
        ]
    }

    private static func salesSettled(_ books: Books, _ posted: [(cause: String?, settlement: SettlementPosted)]) -> [String] {
        var wrong: [String] = []
        var unsettled = Set(books.sales.keys)
        for (cause, settlement) in posted {
            let id = settlement.saleId ?? ""
            guard let sale = books.sales[id] else {
                wrong.append("sale \(id) is settled but was never recorded")
                continue
            }
            if unsettled.remove(id) == nil { wrong.append("sale \(id) is settled twice") }
            if settlement.settlementId != id { wrong.append("sale \(id) is settled as \(settlement.settlementId)") }
            if cause != sale.eventId { wrong.append("the settlement of \(id) names another cause than its sale") }
            let expected = sale.recorded.lines.map { Line($0.lineId, $0.sellerId, Arithmetic.split($0.net)) }
            if Set(expected) != Set(settlement.lines.map(Line.init)) || expected.count != settlement.lines.count {
                wrong.append("the lines of settlement \(id) do not follow from its sale")
            }
            if !adds(settlement.lines, settlement.totals) { wrong.append("the totals of settlement \(id) are not the sum of its lines") }
        }
        return wrong + unsettled.map { "sale \($0) is not settled" }
    }

    private static func refundsReversed(_ books: Books) -> [String] {
        var wrong: [String] = []
        var before: [String: Int128] = [:]
        let reversed = Dictionary(grouping: books.reversed.map(\.settlement), by: \.refundId)
        for (_, refund) in books.refunds {
            guard let sale = books.sales[refund.saleId]?.recorded else { continue }
            var expected: [Line] = []
            for part in refund.lines {
                guard let line = sale.lines.first(where: { $0.lineId == part.lineId }) else {
                    wrong.append("refund \(refund.refundId) names line \(part.lineId), which sale \(sale.saleId) has not")
                    continue
                }
                let key = "\(sale.saleId) \(line.lineId)"
                let units = before[key] ?? 0
                if part.refundedBefore != units {
                    wrong.append("refund \(refund.refundId) counts \(part.refundedBefore) units before it, not \(units)")
                }
                if units + part.quantity > line.quantity { wrong.append("refund \(refund.refundId) takes back more than was sold") }
                let split = Arithmetic.reversal(net: line.net, quantity: line.quantity, before: units, units: part.quantity)
                if part.net != split.net { wrong.append("refund \(refund.refundId) pays \(part.net) for \(part.lineId), not \(split.net)") }
                before[key] = units + part.quantity
                expected.append(Line(line.lineId, line.sellerId ?? books.ownersOfRefunds["\(refund.refundId) \(line.lineId)"], split))
            }
            let found = reversed[refund.refundId] ?? []
            if found.count != 1 {
                wrong.append("refund \(refund.refundId) has \(found.count) reversals")
            } else if Set(found[0].lines.map(Line.init)) != Set(expected) || !adds(found[0].lines, found[0].totals) {
                wrong.append("the reversal of refund \(refund.refundId) does not follow from it")
            }
        }
        let known = Set(books.refunds.map(\.refund.refundId))
        return wrong + reversed.keys.filter { !known.contains($0) }.map { "refund \($0) is reversed but was never recorded" }
    }

    private static func lossesSettled(_ books: Books, _ posted: [SettlementPosted]) -> [String] {
        var wrong: [String] = []
        let byId = Dictionary(grouping: posted, by: { $0.writeOffId ?? "" })
        let expected = books.writeOffs.map(\.goods).filter { $0.liability == "mart" }
        for goods in expected {
            let share = Arithmetic.split(goods.net ?? 0).seller
            let found = byId[goods.writeOffId ?? ""] ?? []
            if found.map(\.totals.sellerShare) != [share] {
                wrong.append("write-off \(goods.writeOffId ?? "") owes its seller \(share), settled as \(found.map(\.totals.sellerShare))")
            }
        }
        let known = Set(expected.map { $0.writeOffId ?? "" })
        return wrong + byId.keys.filter { !known.contains($0) }.map { "write-off \($0) is settled for no reason" }
    }

    private static func wrongAssignments(_ books: Books) -> [String] {
        books.assigned.compactMap { assignment in
            let told = assignment.told
            guard let line = books.sales[told.saleId]?.recorded.lines.first(where: { $0.lineId == told.lineId }) else {
                return "\(told.assignmentId) is of line \(told.lineId) of sale \(told.saleId), which is not there"
            }
            if line.sellerId != nil { return "\(told.assignmentId) is of line \(told.lineId), which was never in suspense" }
            let left = Arithmetic.split(line.net).seller - assignment.takenBack
            return left == told.sellerShare ? nil : "\(told.assignmentId) moves \(told.sellerShare), and \(left) was left"
        }
    }

    private static func shortShares(_ books: Books) -> [String] {
        books.posted.flatMap { posted in
            posted.settlement.lines.filter { $0.sellerShare * 10 < $0.net * 9 }.map {
                "line \($0.lineId) of \(posted.settlement.settlementId) gives \($0.sellerShare) of \($0.net)"
            }
        }
    }

    private static func adds(_ lines: [SettlementPosted.Line], _ totals: SettlementPosted.Totals) -> Bool {
        lines.reduce(0) { $0 + $1.net } == totals.net && lines.reduce(0) { $0 + $1.sellerShare } == totals.sellerShare
            && lines.reduce(0) { $0 + $1.martShare } == totals.martShare
    }

    private struct Line: Hashable {
        let lineId: String
        let sellerId: String?
        let amounts: [Int128]

        init(_ lineId: String, _ sellerId: String?, _ split: Arithmetic.Split) {
            self.lineId = lineId
            self.sellerId = sellerId
            amounts = [split.net, split.seller, split.mart]
        }

        init(_ line: SettlementPosted.Line) {
            lineId = line.lineId
            sellerId = line.sellerId
            amounts = [line.net, line.sellerShare, line.martShare]
        }
    }
}
