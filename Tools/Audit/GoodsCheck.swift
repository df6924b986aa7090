/// Do goods and prices add up within Consignment's own events?
enum GoodsCheck {
    static func findings(_ books: Books) -> [Finding] {
        let overdrawn = books.lots.filter { $0.value.onHand < 0 || $0.value.restocked > $0.value.sold }
        let wrongOffer = books.lots.filter { $0.value.received.offered < $0.value.received.quantity }
        let onHand = books.lots.values.reduce(0) { $0 + $1.onHand }
        return [
            Finding(
                .goods, "lots: accepted = on hand + sold − restocked + returned + lost", own: "\(Text.grouped(onHand)) units",
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

    private static func prices(_ books: Books) -> [String] {
        books.sales.values.map(\.recorded).filter { !$0.offline }.flatMap { sale in
            let date = Day.wita(sale.soldAt)
            return sale.lines.compactMap { line -> String? in
                guard let product = books.products[line.productId] else {
                    return "sale \(sale.saleId) of \(line.productId), which nobody registered"
                }
                let price = product.price(on: date)
                return line.unitPrice == price ? nil : "sale \(sale.saleId), line \(line.lineId): \(line.unitPrice), in force \(price)"
            }
        }
    }
}

extension Books.Product {
    /// The latest price announced that holds on that day; before any, the one of its registration.
    func price(on date: String) -> Int64 {
        var best: (from: String, price: Int64)?
        for change in prices where change.from <= date && change.from >= best?.from ?? "" { best = change }
        return best?.price ?? registered.price
    }
}
