/// The audit's figures on the left, the services' read sides on the right.
struct Comparison {
    let books: Books
    let ledger: Ledger
    let figures: Figures
    let stated: ReadSide
    /// By source.
    let lastSequences: [String: Int64]

    var findings: [Finding] { stream + catalog + permits + goods + money }

    private var stream: [Finding] {
        // A source may have said nothing yet: after a restore it is a new one.
        let recorded = stated.sequences.keys.reduce(into: [:]) { $0[$1] = lastSequences[$1] ?? 0 }
        let behind = stated.sequences.filter { recorded[$0.key] != $0.value }
        return [
            Finding(
                .stream, "the recording reaches to the services' last events", own: Text.grouped(recorded.values.reduce(0, +)),
                stated: Text.grouped(stated.sequences.values.reduce(0, +)),
                differences: behind.map { "\($0.key) is recorded up to \(recorded[$0.key] ?? 0), and has published \($0.value)" }),
            Finding(
                .stream, "parked messages", own: "0", stated: "\(stated.parked.values.reduce(0, +))",
                differences: stated.parked.filter { $0.value != 0 }.map { "\($0.key) has parked \($0.value)" }),
        ]
    }

    private var catalog: [Finding] {
        let own = books.products.mapValues { ReadSide.Product(programme: $0.registered.programme, state: $0.state) }
        let states = ["listed", "held", "awaiting-permits", "withdrawn"]
        let differences = differences("product", own, stated.products) { "\($0.programme), \($0.state)" }
        var findings = [
            Finding(.catalog, "marts open", own: figures.martsOpen.count, stated: stated.marts.count),
            Finding(.catalog, "sellers", own: figures.sellers, stated: stated.sellers.count),
            Finding(
                .catalog, "products, each in its state", own: Text.grouped(own.count),
                stated: Text.grouped(stated.products.count),
                differences: differences),
        ]
        for programme in figures.programmes {
            let name = programme.name
            let ownCounts = states.map { state in own.values.count { $0.programme == name && $0.state == state } }
            let statedCounts = states.map { state in stated.products.values.count { $0.programme == name && $0.state == state } }
            findings.append(
                Finding(.catalog, "\(name): listed/held/waiting/withdrawn", own: ownCounts, stated: statedCounts) {
                    $0.map(String.init).joined(separator: " / ")
                })
        }
        let villages = stated.villages.keys.reduce(into: [:]) { $0[$1] = Int64(figures.coverageByRegency[$1]?.villages.count ?? 0) }
        findings.append(
            Finding(
                .catalog, "villages reached, by regency", own: "\(villages.values.reduce(0, +))",
                stated: "\(stated.villages.values.reduce(0, +))",
                differences: self.differences("villages of", villages, stated.villages) { "\($0)" }))
        return findings
    }

    private var permits: [Finding] {
        let states = ["approved", "refused", "applied"]
        let differences = differences("permit", books.permits, stated.permits) { $0 }
        func counts(_ permits: [String: String]) -> String {
            states.map { state in "\(permits.values.count { $0 == state })" }.joined(separator: " / ")
        }
        return [
            Finding(
                .permits, "permits: approved / refused / waiting", own: counts(books.permits), stated: counts(stated.permits),
                differences: differences)
        ]
    }

    private var goods: [Finding] {
        var own: [String: ReadSide.Stock] = [:]
        for lot in books.lots.values {
            own[lot.received.productId, default: ReadSide.Stock(onHand: 0, unallocated: 0)].onHand += lot.onHand
        }
        for sale in books.sales.values {
            for line in sale.recorded.lines where line.unallocated > 0 {
                own[line.productId, default: ReadSide.Stock(onHand: 0, unallocated: 0)].unallocated += line.unallocated
            }
        }
        let none = ReadSide.Stock(onHand: 0, unallocated: 0)
        let differences = differences("stock of", own.filter { $0.value != none }, stated.stock.filter { $0.value != none }) {
            "\($0.onHand) on hand, \($0.unallocated) unallocated"
        }
        func units(_ stock: [String: ReadSide.Stock]) -> String { Text.grouped(stock.values.reduce(0) { $0 + $1.onHand }) + " units" }
        var findings = [
            Finding(.goods, "stock of every product", own: units(own), stated: units(stated.stock), differences: differences),
            Finding(
                .goods, "sales, each with its total", own: Text.grouped(figures.sales),
                stated: Text.grouped(stated.sales.count),
                differences: self.differences("sale", books.sales.mapValues(\.recorded.total), stated.sales) { "\($0)" }),
        ]
        findings += [
            ratio("intake, by regency", \.accepted, of: { $0.offered }, \.intake),
            ratio("products received, by regency", \.productsReceived, of: { $0.productsRegistered }, \.product),
            ratio("sell-through, by regency", \.sold, of: { $0.accepted - $0.returned }, \.sellThrough),
        ]
        return findings
    }

    /// Shows the regency with most products; compares all.
    private func ratio(
        _ what: String, _ part: KeyPath<Figures.Absorption, Int128>, of whole: (Figures.Absorption) -> Int128,
        _ said: KeyPath<ReadSide.Absorption, Double?>
    ) -> Finding {
        let shown = figures.absorptionByRegency.max { $0.value.productsRegistered < $1.value.productsRegistered }?.key ?? ""
        var texts = (own: "–", stated: "–")
        var differences: [String] = []
        for (regency, ratios) in stated.absorption {
            let own = figures.absorptionByRegency[regency] ?? Figures.Absorption()
            let denominator = whole(own)
            let ratio = denominator == 0 ? nil : Double(own[keyPath: part]) / Double(denominator)
            let stated = ratios[keyPath: said]
            // Ratios travel rounded to four decimals.
            let agrees = ratio == nil ? stated == nil : stated.map { abs($0 - (ratio ?? 0)) < 0.000_06 } ?? false
            if !agrees {
                differences.append("\(regency): \(own[keyPath: part]) of \(denominator), stated \(stated.map { "\($0)" } ?? "null")")
            }
            if regency == shown {
                texts = (
                    Text.percent(own[keyPath: part], of: denominator),
                    stated.map { Text.percent(Int128(($0 * 1_000_000).rounded()), of: 1_000_000) } ?? "–"
                )
            }
        }
        return Finding(.goods, what, own: texts.own, stated: texts.stated, differences: differences)
    }

    private var money: [Finding] {
        let payable = ledger.sellers.mapValues(\.payable)
        let balances = differences(
            "seller", ledger.sellers.filter { $0.value != SellerBalance() }, stated.balances.filter { $0.value != SellerBalance() }
        ) {
            "earned \($0.earned), reversed \($0.reversed)"
        }
        let payables = differences("payable of", payable.filter { $0.value != 0 }, stated.payable.filter { $0.value != 0 }) { "\($0)" }
        let accounts = differences("account", ledger.accounts, stated.accounts.filter { $0.value != 0 }) { "\($0)" }
        return [
            Finding(
                .money, "balance of every seller", own: Text.rupiah(payable.values.reduce(0, +)),
                stated: Text.rupiah(stated.payable.values.reduce(0, +)), differences: balances + payables),
            Finding(
                .money, "trial balance, account by account", own: "\(ledger.accounts.count) accounts",
                stated: "\(stated.accounts.values.count { $0 != 0 }) accounts", differences: accounts),
            Finding(
                .money, "mart margin in the ledger", own: figures.martShare, stated: -(stated.accounts["mart-margin"] ?? 0), Text.rupiah),
            Finding(
                .money, "the ledger sums to zero", own: ledger.accounts.values.reduce(0, +),
                stated: stated.accounts.values.reduce(stated.ledgerSum, +), Text.rupiah),
        ]
    }

    private func differences<Value: Equatable>(
        _ what: String, _ own: [String: Value], _ stated: [String: Value], _ text: (Value) -> String
    ) -> [String] {
        Set(own.keys).union(stated.keys).filter { own[$0] != stated[$0] }.map { key in
            "\(what) \(key): \(own[key].map(text) ?? "nothing") by the audit, \(stated[key].map(text) ?? "nothing") stated"
        }
    }
}
