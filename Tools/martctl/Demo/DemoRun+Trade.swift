import Contracts
import Primitives

// Goods in, a week of sales, and the day after.
extension DemoRun {
    func stockAndTrade() async throws {
        guard !onSale.isEmpty else { throw Failure(.refused, "no product is listed, so nothing can be sold") }
        var random = random(3)
        // A part of what is listed has not come to the shop yet. A scarce one is kept out of the ordinary trade.
        let delivered = onSale.filter { $0.regency != Catalogue.home || random.chance(0.87) }
        let scarce = delivered.first { $0.regency == Catalogue.home && $0.price < 50_000 } ?? delivered[0]
        let shelf = delivered.filter { $0.id != scarce.id }
        var plan = SalePlan(random: self.random(4), today: today)
        plan.trade(size.sales, over: shelf)
        // Delivered although their permits are still missing: allowed, only selling is not.
        let listed = Set(onSale.map(\.id))
        let early = catalogue.products.filter { !listed.contains($0.id) && $0.regency == Catalogue.home }.prefix(10)

        try await repriceSome(shelf)
        var stocking = Stocking(random: self.random(5), today: today)
        for product in shelf { stocking.stock(product, demand: plan.demand[product.id] ?? 0) }
        for product in early { stocking.stock(product, demand: 4) }
        stocking.add(scarce, 1, accepted: 2)
        spare = stocking.spare.filter { listed.contains($0.lot.product.id) }

        let incidents = Incidents(random: self.random(6), today: today, trade: plan.sales)
        let plenty = shelf.filter { $0.regency == Catalogue.home }.max { (plan.demand[$0.id] ?? 0) < (plan.demand[$1.id] ?? 0) } ?? shelf[0]
        let closed = catalogue.products.filter { Catalogue.closed.contains($0.row.number) }
        progress.begin("goods")
        let deliveries = stocking.deliveries() + incidents.vainDeliveries(closed: closed, open: plenty)
        try await ask(deliveries) { "\($0) of \(deliveries.count) lots" }
        progress.end("\(stocking.lots.count) lots of \(shelf.count + early.count + 1) products taken in")

        progress.begin("a week of trade")
        let ordinary = plan.sales.map { Asked($0.command) }
        let special =
            incidents.vainSales(of: plenty, waiting: early.first)
            + incidents.irregularSales(scarce: scarce, waiting: early.first, plenty: plenty)
        let answers = try await ask(ordinary + special) { "\($0) of \(ordinary.count) sales, \(recorder.settled.count) settled" }
        acceptedSales = Set(answers.filter { $0.status == "accepted" }.map(\.subject))
        soldOnline = plan.sales.map(\.command).filter { !$0.offline && acceptedSales.contains($0.saleId) }
        progress.end("\(acceptedSales.count) sales, \(plan.sales.count { $0.command.offline }) of them while the line was down")
    }

    /// New prices from today on: the week before is still sold at the old ones.
    private func repriceSome(_ shelf: [Catalogue.Product]) async throws {
        let changes = shelf.prefix(40).filter { $0.regency == Catalogue.home }.enumerated().filter { $0.offset % 8 == 0 }.map {
            _, product in
            Asked(
                ChangePrice.with {
                    $0.productId = product.id
                    $0.price = Rupiah(product.price + 1000)
                })
        }
        progress.begin("new prices")
        try await ask(changes)
        try await rest()
        progress.end("\(changes.count) products cost more from \(today) on")
    }

    func dayAfter() async throws {
        progress.begin("refunds, returns, losses, a count")
        var incidents = Incidents(random: random(7), today: today, trade: [])
        let refunds = incidents.refunds(of: soldOnline)
        try await ask(refunds + incidents.departures(spare) + incidents.corrections(spare)) { "\($0)" }
        progress.end("\(refunds.count { $0.expected == "ok" }) refunds, 3 returns, 4 losses, 1 count, 1 flag resolved")

        progress.begin("inspection")
        let home = onSale.filter { $0.regency == Catalogue.home && approvedPermits[$0.id]?.isEmpty == false }
        guard home.count >= 6 else { return progress.end("nothing to inspect") }
        let inspected = [home[1], home[home.count / 2], home[home.count / 3]].map {
            (product: $0, permitId: approvedPermits[$0.id]?.first ?? "")
        }
        try await ask(decisions(inspected))
        try await rest()
        let held = Asked(incidents.sale("V-4", inspected[0].product, quantity: 1))
            .refused("product-not-listed", "a product whose permit was suspended")
        try await ask([held])
        try await ask(
            [home[home.count - 1], home[home.count - 2]].map { product in
                Asked(
                    WithdrawProduct.with {
                        $0.productId = product.id
                        $0.reason = "tidak dibuat lagi"
                    })
            })
        progress.end("2 permits suspended, 1 of them reinstated, 1 revoked; 2 products withdrawn")
    }

    /// The desks set things right; one mart is closed for repairs and opens again.
    func correctPapers() async throws {
        progress.begin("corrections")
        let desk = DeskCorrections(today: today)
        guard let seller = catalogue.sellers.first else { return progress.end("nobody to correct") }
        try await ask(desk.papers(seller: seller, slip: slips.first))
        let repaired = onSale.first { $0.regency != Catalogue.home }
        if let repaired {
            try await ask([desk.closing(of: repaired.regency)])
            try await rest()
            try await ask([desk.delivery(of: repaired)])
            try await ask([desk.reopening(of: repaired.regency)])
            try await rest()
        }
        let mart = repaired.map { "; the mart of \($0.regency) closed for repairs, and open again" } ?? ""
        progress.end("1 seller's phone, \(slips.isEmpty ? 0 : 1) permit number\(mart)")
    }

    private func decisions(_ inspected: [(product: Catalogue.Product, permitId: String)]) -> [Asked] {
        let officer = Cast.officers[.dinasKesehatan] ?? "Petugas"
        return [
            Asked(SuspendPermit.with { ($0.permitId, $0.reason, $0.officer) = (inspected[0].permitId, "air baku tercemar", officer) }),
            Asked(SuspendPermit.with { ($0.permitId, $0.reason, $0.officer) = (inspected[1].permitId, "dapur dipindah", officer) }),
            Asked(
                ReinstatePermit.with {
                    ($0.permitId, $0.reason, $0.officer) = (inspected[1].permitId, "dapur baru sudah diperiksa", officer)
                }),
            Asked(RevokePermit.with { ($0.permitId, $0.reason, $0.officer) = (inspected[2].permitId, "bahan pewarna terlarang", officer) }),
        ]
    }
}
