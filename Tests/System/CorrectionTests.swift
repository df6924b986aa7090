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

        @Test func `a seller's new name arrives at settlement, and a phone number nowhere`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.registerSeller("s-rename")
            let change = UpdateSeller.with {
                $0.sellerId = "s-rename"
                $0.sellerName = "Tenun Ina"
                $0.phone = "+62 811-1111-7777"
                $0.changedBy = "Maria"
            }
            #expect(try await client.send(change).verdict == "accepted ok")
            #expect(try await client.send(change).verdict == "duplicate ok")
            let event = try await client.events.first("the change is told") {
                $0.name == "catalog.seller-updated" && $0.subject == "s-rename"
            }
            #expect(event.routingKey == "catalog.seller-updated.53.06")
            #expect(!event.data.text.contains("7777"))
            try await expectEventually("settlement shows the new name") {
                let (status, body) = try await mart["settlement"].get("/v1/sellers/s-rename/balance")
                return status == 200 && String(decoding: body, as: UTF8.self).contains(#""name":"Tenun Ina""#)
            }
            #expect(try await mart["catalog"].json("/v1/sellers/s-rename")["phone"]?.string == "****7777")
        }

        @Test func `a corrected permit number shows on the product`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.registerSeller("s-number")
            try await client.registerProduct("p-number", seller: "s-number")
            try await client.apply("nib-number", .nib, seller: "s-number")
            try await client.approve("nib-number", number: "123")
            let correction = CorrectPermitNumber.with {
                $0.permitId = "nib-number"
                $0.number = "9120001234567"
                $0.reason = "typed too short"
                $0.officer = "Yosef"
            }
            #expect(try await client.send(correction).verdict == "accepted ok")
            #expect(try await client.send(correction).verdict == "duplicate ok")
            let event = try await client.events.first("the correction is told") { $0.name == "permits.permit-number-corrected" }
            #expect(event.subject == "nib-number")
            #expect(event.data["previousNumber"]?.string == "123")
            try await expectEventually("the product shows it") {
                try await mart["catalog"].json("/v1/products/p-number")["permits"]?.elements.first?["number"]?.string == "9120001234567"
            }
        }

        @Test func `a closed mart neither receives nor sells, and goes on when it is open again`() async throws {
            let stack = try await Stack.start(environment: ["MART_NOW": "2026-02-06T02:00:00Z"])
            let client = try await MartClient.connect(to: stack.amqpURL)
            try await client.stockedProduct("p-shut", seller: "s-shut", units: 10)
            try await stack.awaitListing(of: "p-shut")
            #expect(try await client.send(RecordSale.of("p-shut", id: "sale-before")).verdict == "accepted ok")
            let closing = CloseMart.with {
                $0.regency = "53.06"
                $0.reason = "flood"
                $0.closedBy = "Maria"
            }
            #expect(try await client.send(closing).verdict == "accepted ok")
            #expect(try await client.send(closing).verdict == "duplicate ok")
            try await expectEventually("the mart is closed there") {
                let product = try await stack["consignment"].json("/v1/products/p-shut")
                return product["martOpen"]?.bool == false && product["reason"]?.string == "mart-not-open"
            }
            #expect(try await client.send(RecordSale.of("p-shut", id: "sale-shut")).verdict == "rejected mart-not-open")
            let delivery = ReceiveGoods.with {
                $0.lotId = "lot-shut-2"
                $0.productId = "p-shut"
                $0.quantity = 1
            }
            #expect(try await client.send(delivery).verdict == "rejected mart-not-open")
            var offline = RecordSale.of("p-shut", id: "sale-offline")
            offline.offline = true
            offline.lines[0].unitPrice = Rupiah(10_000)
            #expect(try await client.send(offline).verdict == "accepted ok")
            let flags = try await stack["consignment"].json("/v1/sales/sale-offline")["flags"]?.elements.compactMap(\.string)
            #expect(flags?.contains("mart-not-open") == true)
            let refund = RefundSale.with {
                $0.refundId = "refund-shut"
                $0.saleId = "sale-before"
                $0.lines = [RefundSale.Line.with { ($0.lineId, $0.quantity) = ("1", 1) }]
                $0.reason = "damaged"
            }
            #expect(try await client.send(refund).verdict == "accepted ok")
            let reopening = ReopenMart.with {
                $0.regency = "53.06"
                $0.reason = "dry again"
                $0.reopenedBy = "Maria"
            }
            #expect(try await client.send(reopening).verdict == "accepted ok")
            try await stack.awaitListing(of: "p-shut")
            #expect(try await client.send(RecordSale.of("p-shut", id: "sale-shut")).verdict == "accepted ok")
            let mart = try await stack["catalog"].json("/v1/marts")["items"]?.elements.first
            #expect(mart?["state"]?.string == "open")
            #expect(mart?["orders"]?.elements.compactMap { $0["action"]?.string } == ["close", "reopen"])
            try await stack.stop()
        }
    }
}
