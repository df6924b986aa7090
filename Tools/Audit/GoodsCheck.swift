import Foundation

/// Do goods and prices add up within Consignment's own events?
enum GoodsCheck {
    static func findings(_ books: Books) -> [Finding] {
        let overdrawn = books.lots.filter { $0.value.onHand < 0 || $0.value.restocked > $0.value.sold }
        let wrongOffer = books.lots.filter { $0.value.received.offered < $0.value.received.quantity }
        let onHand = books.lots.values.reduce(0) { $0 + $1.onHand }
        return [
            Finding(
                .goods, "no lot gives more than it has", own: "\(Text.grouped(onHand)) units",
                stated: "\(books.lots.count) lots",
                differences: overdrawn.map { "lot \($0.key) has \($0.value.onHand) on hand" }
                    + wrongOffer.map { "lot \($0.key) accepted more than was offered" }),
            Finding(
                .goods, "line net = quantity × price, total = sum",
                own: "\(books.sales.values.reduce(0) { $0 + $1.recorded.lines.count }) lines",
                stated: "", differences: sums(books)),
            Finding(
                .goods, "prices of online sales are those in force", own: "\(books.sales.values.count { !$0.recorded.offline }) sales",
                stated: "", differences: prices(books)),
            Finding(
                .goods, "only offline sales are irregular", own: "\(books.sales.values.count { !$0.recorded.flags.isEmpty }) flagged",
                stated: "", differences: flags(books)),
            Finding(
                .goods, "every count is approved by another", own: "\(books.counts.count)", stated: "", differences: counts(books)),
        ]
    }

    private static func sums(_ books: Books) -> [String] {
        books.sales.values.map(\.recorded).flatMap { sale in
            let lines = sale.lines.filter { $0.net != $0.quantity * $0.unitPrice }.map {
                "sale \(sale.saleId), line \($0.lineId): \($0.net)"
            }
            return lines + (sale.lines.reduce(0) { $0 + $1.net } == sale.total ? [] : ["sale \(sale.saleId): total \(sale.total)"])
        }
    }

    private static func flags(_ books: Books) -> [String] {
        books.sales.values.map(\.recorded).filter { sale in
            !sale.offline && (!sale.flags.isEmpty || sale.lines.contains { !$0.flags.isEmpty || $0.unallocated > 0 })
        }.map { "online sale \($0.saleId) has \($0.flags)" }
    }

    private static func counts(_ books: Books) -> [String] {
        books.counts.flatMap { count -> [String] in
            let people = Set([count.countedBy, count.approvedBy].map { $0.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() })
            return (people.count == 2 ? [] : ["count \(count.adjustmentId) is approved by \(count.approvedBy), who counted"])
                + (count.difference == 0 ? ["count \(count.adjustmentId) has no difference"] : [])
        }
    }

    private static func prices(_ books: Books) -> [String] {
        books.sales.values.filter { !$0.recorded.offline }.flatMap { entry in
            let sale = entry.recorded
            let date = Day.wita(sale.soldAt)
            let recordedAt = Day.instant(entry.time)
            return sale.lines.compactMap { line -> String? in
                guard let product = books.products[line.productId] else {
                    return "sale \(sale.saleId) of \(line.productId), which nobody registered"
                }
                let prices = product.possiblePrices(on: date, recordedAt: recordedAt)
                if prices.contains(line.unitPrice) { return nil }
                return "sale \(sale.saleId), line \(line.lineId): \(line.unitPrice), in force \(prices.max() ?? 0)"
            }
        }
    }
}

extension Books.Product {
    /// Prices that Consignment may have taken for a sale of that day.
    ///
    /// Usually one: the latest announced one that holds on that day, or that of the registration. Facts travel, though: a price
    /// announced within the hour before the sale was recorded may have been known or not.
    func possiblePrices(on date: String, recordedAt: Date?) -> Set<Int128> {
        var possible: Set<Int128> = []
        var best: (from: String, price: Int128) = ("", registered.price)
        let certain = prices.count { change in
            guard let recordedAt, let announcedAt = change.announcedAt else { return true }
            return announcedAt < recordedAt.addingTimeInterval(-3600)
        }
        for (number, change) in prices.enumerated() {
            if number >= certain { possible.insert(best.price) }
            if change.from <= date, change.from >= best.from { best = (change.from, change.price) }
        }
        return possible.union([best.price])
    }
}
