import Contracts
import Primitives
import ServiceFramework

/// A till that lost the answer to an online sale reports it as one that has happened; and what was reported so may still come online.
extension RecordSaleHandler {
    /// Above this, a sale with prices on some of its lines only is not tried in every way: no till does that.
    private static let mostMixedLines = 10

    /// What claimed the sale's id is known by its digest alone. So it is said again as it may have been said: online or offline as the
    /// recorded sale was, at the recorded prices, which an online sale may leave out.
    func forms(equivalentTo sale: RecordSale, in tx: Transaction) throws -> [RecordSale] {
        guard let recorded = try Sales.recordedPrices(of: sale.saleId, in: tx), recorded.isOffline != sale.offline,
            sale.lines.allSatisfy({ line in recorded.prices[line.lineId].map { $0 == line.unitPrice ?? $0 } ?? false })
        else { return [] }
        var form = sale
        form.offline = recorded.isOffline
        for index in form.lines.indices { form.lines[index].unitPrice = recorded.prices[form.lines[index].lineId] }
        if form.offline { return [form] }
        let count = form.lines.count
        let choices = count <= Self.mostMixedLines ? Array(0..<1 << count) : [0, -1]
        return choices.map { leftOut in
            var form = form
            for index in form.lines.indices where leftOut >> min(index, Int.bitWidth - 1) & 1 == 1 { form.lines[index].unitPrice = nil }
            return form
        }
    }
}
