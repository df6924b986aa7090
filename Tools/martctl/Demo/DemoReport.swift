import Audit

/// What a manager wants to see of the week, in 80 columns.
struct DemoReport {
    let figures: Figures
    let tally: Tally

    var text: String {
        [products, money, bestSellers, absorption, coverage, refusals].joined(separator: "\n")
    }

    private static let programmeNames = [
        "ovop": "One Village One Product", "ocop": "One Community One Product", "osop": "One School One Product",
    ]

    private var products: String {
        var table = Table(
            [.left, .right, .right, .right, .right, .right], header: ["programme", "registered", "listed", "held", "waiting", "withdrawn"])
        func row(_ name: String, _ programmes: [Figures.Programme]) {
            func sum(_ part: KeyPath<Figures.Programme, Int>) -> String {
                Text.grouped(Int64(programmes.reduce(0) { $0 + $1[keyPath: part] }))
            }
            table.row(name, sum(\.registered), sum(\.listed), sum(\.held), sum(\.awaiting), sum(\.withdrawn))
        }
        let home = figures.programmesByRegency["53.06"] ?? []
        for programme in home { row(Self.programmeNames[programme.name] ?? programme.name, [programme]) }
        row("Flores Timur", home)
        row("other regencies", figures.programmesByRegency.filter { $0.key != "53.06" }.values.flatMap(\.self))
        let permits = figures.permits.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        return Heading.text("Products") + "\n" + table.text
            + "\n  permits: \(permits)\n  permit numbers with a slip, for an officer to look at again: \(figures.permitWarnings)"
    }

    private var money: String {
        var table = Table([.left, .right, .right])
        table.row(
            "sales (\(Text.grouped(Int64(figures.saleLines))) lines, \(Text.grouped(figures.unitsSold)) units)",
            Text.grouped(Int64(figures.sales)), "")
        table.row("  reported by a till that was cut off", "\(figures.offlineSales)", "")
        table.row("  irregular, for a person to look at", "\(figures.flaggedSales)", "")
        table.row("gross", Text.rupiah(figures.gross), "")
        table.row("refunds (\(figures.refunds))", Text.rupiah(-figures.refunded), Text.percent(figures.refunded, of: figures.gross))
        table.row("net", Text.rupiah(figures.net), "100,0 %")
        table.row("sellers' share", Text.rupiah(figures.sellerShare), Text.percent(figures.sellerShare, of: figures.net))
        table.row("  of which without a known seller", Text.rupiah(figures.suspense), "")
        table.row("the mart's share", Text.rupiah(figures.martShare), Text.percent(figures.martShare, of: figures.net))
        table.row("losses that the mart makes good", Text.rupiah(figures.losses), "")
        for (tender, amount) in figures.byTender.sorted(by: { $0.value > $1.value }) {
            table.row("paid by \(tender)", Text.rupiah(amount), Text.percent(amount, of: figures.gross))
        }
        return Heading.text("Trade, one week") + "\n" + table.text
    }

    private var bestSellers: String {
        var table = Table([.left, .right, .right], header: ["product", "units", "net"])
        for seller in figures.bestSellers { table.row(seller.name, Text.grouped(seller.units), Text.rupiah(seller.net)) }
        return Heading.text("Ten best sellers") + "\n" + table.text
    }

    private var absorption: String {
        var table = Table([.left, .right, .right, .left], header: ["absorption (the line is 80 %)", "Flores Timur", "all marts", ""])
        let (home, all) = (figures.absorptionByRegency["53.06"] ?? Figures.Absorption(), figures.absorption)
        func row(_ name: String, _ part: KeyPath<Figures.Absorption, Int128>, _ whole: (Figures.Absorption) -> Int128) {
            let reached = home[keyPath: part] * 100 >= whole(home) * 80
            table.row(
                name, Text.percent(home[keyPath: part], of: whole(home)), Text.percent(all[keyPath: part], of: whole(all)),
                reached ? "reached" : "below")
        }
        row("intake: accepted of offered units", \.accepted) { $0.offered }
        row("product: received of registered", \.productsReceived) { $0.productsRegistered }
        row("sell-through: sold of what was kept", \.sold) { $0.accepted - $0.returned }
        return Heading.text("Absorption") + "\n" + table.text
    }

    private var coverage: String {
        var table = Table([.left, .right, .right])
        let home = figures.coverageByRegency["53.06"] ?? Figures.Coverage()
        table.row(
            "villages of Flores Timur with a listed product", "\(home.villages.count) of 250",
            Text.percent(Int64(home.villages.count), of: 250))
        table.row("schools", "\(home.schools.count)", "")
        table.row("communities", "\(home.communities.count)", "")
        table.row("marts open", "\(figures.martsOpen.count) of 22", Text.percent(Int64(figures.martsOpen.count), of: 22))
        return Heading.text("Coverage") + "\n" + table.text
    }

    private var refusals: String {
        var table = Table([.left, .left, .right], header: ["refused", "code", "times"])
        for (refusal, count) in tally.refusals.sorted(by: { ($0.key.code, $0.key.why) < ($1.key.code, $1.key.why) }) {
            table.row(refusal.why.isEmpty ? "\(refusal.command), unexpectedly" : refusal.why, refusal.code, "\(count)")
        }
        let permits = figures.permits["refused"] ?? 0
        return Heading.text("What was refused") + "\n" + table.text + "\n  and \(permits) permits, by their offices"
    }
}
