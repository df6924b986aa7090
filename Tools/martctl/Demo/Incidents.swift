import Contracts
import Primitives

/// What does not go smoothly: refunds, losses, a broken line, and things that the platform must refuse.
struct Incidents {
    var random: SeededRandom
    let today: BusinessDate
    let trade: [SalePlan.Sale]

    /// One sale in fifty comes back, wholly or in part, some of it to the shelf; a few in two parts.
    mutating func refunds(of sales: [RecordSale]) -> [Asked] {
        var refunds: [Asked] = []
        for sale in sales where random.chance(0.02) {
            let reason = random.pick(Cast.refundReasons)
            let restock = random.chance(0.5)
            func refund(_ number: Int, _ lines: [RefundSale.Line]) -> Asked {
                Asked(
                    RefundSale.with {
                        $0.refundId = "R-\(sale.saleId)-\(number)"
                        $0.saleId = sale.saleId
                        $0.lines = lines
                        $0.reason = reason
                        $0.restock = restock
                    })
            }
            let line = random.pick(sale.lines)
            if random.chance(0.6) {
                refunds.append(refund(1, sale.lines.map { Self.line($0.lineId, $0.quantity) }))
            } else {
                refunds.append(refund(1, [Self.line(line.lineId, 1)]))
                if line.quantity > 1 { refunds.append(refund(2, [Self.line(line.lineId, line.quantity - 1)])) }
            }
            if refunds.count == 1 {
                refunds.append(
                    refund(9, [Self.line(line.lineId, line.quantity + 1)]).refused("exceeds-original", "more came back than was sold"))
            }
        }
        return refunds
    }

    private static func line(_ lineId: String, _ quantity: Int64) -> RefundSale.Line {
        .with {
            $0.lineId = lineId
            $0.quantity = quantity
        }
    }

    /// Goods that go back to their sellers, and goods that are lost; each from a lot that has enough left.
    func departures(_ spare: [(lot: Lot, units: Int64)]) -> [Asked] {
        let losses: [(Liability, String)] = [
            (.mart, "basah karena atap bocor"), (.mart, "pecah saat pajang"), (.seller, "berjamur sebelum tanggalnya"), (.none, "gempa"),
        ]
        var commands: [Asked] = []
        for (number, choice) in spare.prefix(3).enumerated() {
            commands.append(
                Asked(
                    ReturnGoods.with {
                        $0.returnId = "RT-\(number + 1)"
                        $0.lotId = choice.lot.id
                        $0.quantity = 2
                        $0.reason = "diminta kembali oleh penitip"
                    }))
        }
        for (number, choice) in zip(losses, spare.dropFirst(3)).enumerated() {
            commands.append(
                Asked(
                    WriteOffGoods.with {
                        $0.writeOffId = "W-\(number + 1)"
                        $0.lotId = choice.1.lot.id
                        $0.quantity = 1
                        $0.reason = choice.0.1
                        $0.liability = choice.0.0
                    }))
        }
        return commands
    }

    /// What people set right: a count found a unit missing, a counter who would approve alone may not, and a flagged sale is looked at.
    func corrections(_ spare: [(lot: Lot, units: Int64)]) -> [Asked] {
        var commands = [
            Asked(
                ResolveFlag.with {
                    $0.resolutionId = "F-1"
                    $0.saleId = "OF-2"
                    $0.flag = .priceDiffers
                    $0.note = "daftar harga lama, sudah diganti"
                    $0.resolvedBy = "Maria Tokan"
                })
        ]
        guard let counted = spare.dropFirst(7).first else { return commands }
        func count(_ number: Int, approvedBy: String) -> AdjustStock {
            AdjustStock.with {
                $0.adjustmentId = "SO-\(number)"
                $0.lotId = counted.lot.id
                $0.difference = -1
                $0.reason = "stok opname: kurang satu"
                $0.countedBy = "Yosef Lamanepa"
                $0.approvedBy = approvedBy
            }
        }
        commands.append(Asked(count(1, approvedBy: "Maria Tokan")))
        commands.append(
            Asked(count(2, approvedBy: "yosef lamanepa")).refused("not-allowed", "a count approved by the one who counted"))
        return commands
    }

    /// Deliveries that the platform must not take.
    func vainDeliveries(closed: [Catalogue.Product], open: Catalogue.Product) -> [Asked] {
        var commands = closed.map { product in
            Asked(Lot(id: "L-\(product.id)-1", product: product, accepted: 20, offered: 20, refusedReason: nil).delivery(expiresOn: nil))
                .refused("mart-not-open", "goods for Alor and Sabu Raijua, whose marts are not open")
        }
        let late = Lot(id: "L-\(open.id)-late", product: open, accepted: 5, offered: 5, refusedReason: nil)
        commands.append(Asked(late.delivery(expiresOn: today.adding(days: -2))).refused("expired", "a delivery past its last day of sale"))
        return commands
    }

    /// Till errors, each refused for its reason; and the first sale said again, which has no second effect.
    func vainSales(of product: Catalogue.Product, waiting: Catalogue.Product?) -> [Asked] {
        guard let first = trade.first(where: { !$0.command.offline })?.command else { return [] }
        var other = first
        other.lines[0].quantity += 1
        var commands = [
            Asked(first), Asked(other).refused("conflict", "a sale's number used for another sale"),
            Asked(sale("V-1", product, quantity: 1, unitPrice: product.price + 500)).refused(
                "price-differs", "a till with an old price list"),
            Asked(sale("V-2", product, quantity: 90_000)).refused("out-of-stock", "more than the shelf holds"),
        ]
        if let waiting {
            commands.append(Asked(sale("V-3", waiting, quantity: 1)).refused("product-not-listed", "a product without its permits"))
        }
        return commands
    }

    /// Reported by a till that was cut off: it has happened, so it is recorded, with its irregularities flagged.
    func irregularSales(scarce: Catalogue.Product, waiting: Catalogue.Product?, plenty: Catalogue.Product) -> [Asked] {
        func offline(_ sale: RecordSale, _ lines: [RecordSale.Line] = []) -> Asked {
            var sale = sale
            sale.offline = true
            sale.lines += lines
            return Asked(sale)
        }
        var old = sale("OF-4", plenty, quantity: 1, unitPrice: plenty.price)
        old.soldAt = today.adding(days: -45).start.adding(.seconds(36_000))
        let unknown = RecordSale.Line.with {
            $0.lineId = "2"
            $0.productId = "NN-LILIN-TANPA-KODE"
            $0.quantity = 2
            $0.unitPrice = Rupiah(15_000)
        }
        var commands = [
            offline(sale("OF-1", scarce, quantity: 5, unitPrice: scarce.price)),
            offline(sale("OF-2", plenty, quantity: 1, unitPrice: plenty.price - 500)),
            offline(sale("OF-3", plenty, quantity: 1, unitPrice: plenty.price), [unknown]), offline(old),
        ]
        if let waiting { commands.append(offline(sale("OF-5", waiting, quantity: 1, unitPrice: waiting.price))) }
        return commands
    }

    func sale(_ id: String, _ product: Catalogue.Product, quantity: Int64, unitPrice: Int64? = nil) -> RecordSale {
        .with {
            $0.saleId = id
            $0.regency = product.regency
            $0.till = "T2"
            $0.soldAt = today.adding(days: -1).start.adding(.seconds(64_800))
            $0.lines = [
                .with {
                    $0.lineId = "1"
                    $0.productId = product.id
                    $0.quantity = quantity
                    $0.unitPrice = unitPrice.map { Rupiah($0) }
                }
            ]
        }
    }
}
