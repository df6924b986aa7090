import Contracts
import Messaging
import Primitives
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// What people set right afterwards, through real processes: the reply, the event, and what is read then.
    @Suite struct CorrectionTests {
        @Test func `a count that another person approved changes the stock and nothing else`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.stockedProduct("p-count", seller: "s-count", units: 10)
            func count(approvedBy: String) -> AdjustStock {
                AdjustStock.with {
                    $0.adjustmentId = "count-1"
                    $0.lotId = "lot-p-count"
                    $0.difference = -3
                    $0.reason = "stock-take"
                    $0.countedBy = "Yosef"
                    $0.approvedBy = approvedBy
                }
            }
            #expect(try await client.send(count(approvedBy: " YOSEF")).verdict == "rejected not-allowed")
            #expect(try await client.send(count(approvedBy: "Maria")).verdict == "accepted ok")
            #expect(try await client.send(count(approvedBy: "Maria")).verdict == "duplicate ok")
            let event = try await client.events.first("the count is told") { $0.name == "consignment.stock-adjusted" }
            #expect(event.routingKey == "consignment.stock-adjusted.53.06")
            #expect(event.subject == "lot-p-count")
            #expect(event.data["difference"]?.int64 == -3)
            #expect(event.data["sellerId"]?.string == "s-count")
            let lot = try await mart["consignment"].json("/v1/lots/lot-p-count")
            #expect(lot["onHand"]?.int64 == 7)
            #expect(lot["adjusted"]?.int64 == -3)
            #expect(lot["adjustments"]?.elements.first?["approvedBy"]?.string == "Maria")
        }

        @Test func `a flagged sale leaves the list of those to look at when somebody has looked`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.stockedProduct("p-flag", seller: "s-flag", units: 10)
            var sale = RecordSale.of("p-flag", id: "sale-flag")
            sale.offline = true
            sale.lines[0].unitPrice = Rupiah(9_999)
            #expect(try await client.send(sale).verdict == "accepted ok")
            func unresolved() async throws -> [String] {
                try await mart["consignment"].json("/v1/sales?unresolved=true&limit=500")["items"]?.elements
                    .compactMap { $0["saleId"]?.string } ?? []
            }
            #expect(try await unresolved().contains("sale-flag"))
            // Read what it was flagged with: whether it was listed in time is not this test's matter.
            let flags = try await mart["consignment"].json("/v1/sales/sale-flag")["flags"]?.elements.compactMap(\.string) ?? []
            #expect(flags.contains("price-differs"))
            for flag in flags.compactMap(SaleFlag.init) {
                let resolution = ResolveFlag.with {
                    $0.resolutionId = "resolve-\(flag.rawValue)"
                    $0.saleId = "sale-flag"
                    $0.flag = flag
                    $0.note = "old price list"
                    $0.resolvedBy = "Maria"
                }
                #expect(try await client.send(resolution).verdict == "accepted ok")
            }
            let event = try await client.events.first("the resolution is told") {
                $0.name == "consignment.flag-resolved" && $0.data["flag"]?.string == "price-differs"
            }
            #expect(event.routingKey == "consignment.flag-resolved.53.06")
            #expect(event.subject == "sale-flag")
            #expect(event.data["resolvedBy"]?.string == "Maria")
            #expect(try await !unresolved().contains("sale-flag"))
        }
    }
}
