import Contracts
import Messaging
import Primitives
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// What arrives before that on which it is founded. The events are a harness's own, as any source may send them.
    @Suite struct OutOfOrderTests {
        private static func approval(_ permitId: String, _ kind: PermitKind, seller: String, product: String? = nil) -> PermitApproved {
            .with {
                $0.permit.permitId = permitId
                $0.permit.permitKind = kind
                $0.permit.sellerId = seller
                $0.permit.productId = product
                $0.number = "206530600010130"
                $0.validFrom = date("2026-01-01")
                $0.officer = "Maria"
            }
        }

        @Test func `approvals that come before their product count when it is registered`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.openMart()
            // As sparse as the contract allows: no agency, no regency, nor one in the routing key.
            let first = try await client.inject(Self.approval("early-nib", .nib, seller: "s-early"), source: "/harness")
            let second = try await client.inject(
                Self.approval("early-pirt", .sppIrt, seller: "s-early", product: "p-early"), source: "/harness")
            for id in [first, second] { #expect(try await mart["catalog"].outcome(of: id) == "accepted") }
            try await client.registerSeller("s-early")
            try await client.registerProduct("p-early", seller: "s-early", kind: .foodDry)
            let listed = try await client.events.first("the product is listed") {
                $0.name == "catalog.product-listed" && $0.subject == "p-early"
            }
            #expect(listed.data["price"]?.int64 == 10_000)
            #expect(try await mart["catalog"].json("/v1/products/p-early")["state"]?.string == "listed")
        }

        @Test func `an approval for another seller's business does not count`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.openMart()
            try await client.registerSeller("s-other")
            try await client.registerProduct("p-other", seller: "s-other", kind: .foodDry)
            var wrong = Self.approval("other-pirt", .sppIrt, seller: "s-somebody", product: "p-other")
            wrong.permit.regency = "53.06"
            let ids = [try await client.inject(wrong), try await client.inject(Self.approval("other-nib", .nib, seller: "s-other"))]
            for id in ids { #expect(try await mart["catalog"].outcome(of: id) == "accepted") }
            #expect(try await mart["catalog"].json("/v1/products/p-other")["missingPermits"]?.text == #"["spp-irt"]"#)
        }

        @Test func `a permit revoked before its approval arrives stays revoked`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.openMart()
            try await client.registerSeller("s-revoked")
            try await client.registerProduct("p-revoked", seller: "s-revoked", kind: .craft)
            let revoked = PermitRevoked.with {
                $0.permit = Self.approval("revoked-nib", .nib, seller: "s-revoked").permit
                $0.decision.reason = "forged"
                $0.decision.officer = "Maria"
                $0.decision.effectiveOn = date("2026-02-01")
            }
            let ids = [
                try await client.inject(revoked, source: "/harness", sequence: 9),
                try await client.inject(Self.approval("revoked-nib", .nib, seller: "s-revoked"), source: "/harness", sequence: 8),
                // Nor does one without a sequence, or with a later one, bring it back.
                try await client.inject(Self.approval("revoked-nib", .nib, seller: "s-revoked"), source: "/harness"),
                try await client.inject(Self.approval("revoked-nib", .nib, seller: "s-revoked"), source: "/harness", sequence: 10),
            ]
            for id in ids { #expect(try await mart["catalog"].outcome(of: id) == "accepted") }
            #expect(try await mart["catalog"].json("/v1/products/p-revoked")["state"]?.string == "awaiting-permits")
        }

        @Test func `a listing older than the hold that came before it does not open the sale`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let listing = ProductListed.with {
                $0.productId = "p-hold"
                $0.sellerId = "s-hold"
                $0.regency = "53.06"
                $0.productName = "Tenun"
                $0.kind = .craft
                $0.price = Rupiah(10_000)
            }
            let hold = ProductHeld.with {
                $0.productId = "p-hold"
                $0.sellerId = "s-hold"
                $0.regency = "53.06"
                $0.reason = .permitSuspended
                $0.missingPermits = ["nib"]
            }
            func state() async throws -> String? { try await mart["consignment"].json("/v1/products/p-hold")["state"]?.string }

            _ = try await mart["consignment"].outcome(of: client.inject(listing, source: "/harness", sequence: 100))
            #expect(try await state() == "listed")
            try await client.receive("lot-hold", product: "p-hold", units: 5)
            _ = try await mart["consignment"].outcome(of: client.inject(hold, source: "/harness", sequence: 200))
            _ = try await mart["consignment"].outcome(of: client.inject(listing, source: "/harness", sequence: 150, withRegency: false))
            #expect(try await state() == "held")
            #expect(try await client.send(RecordSale.of("p-hold", id: "sale-hold")).verdict == "rejected product-not-listed")
            _ = try await mart["consignment"].outcome(of: client.inject(listing, source: "/harness", sequence: 201, withRegency: false))
            #expect(try await state() == "listed")
            #expect(try await client.send(RecordSale.of("p-hold", id: "sale-hold")).verdict == "accepted ok")
        }

        @Test func `a refund waits for its sale and is applied when it comes`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let refund = SaleRefunded.with {
                $0.refundId = "refund-early"
                $0.saleId = "sale-early"
                $0.regency = "53.06"
                $0.refundedAt = .systemNow
                $0.reason = "torn"
                $0.lines = [
                    .with {
                        $0.lineId = "1"
                        $0.productId = "product-x"
                        $0.sellerId = "s-refund"
                        $0.quantity = 1
                        $0.net = Rupiah(3_333)
                    }
                ]
                $0.total = Rupiah(3_333)
            }
            let before = try await mart["settlement"].json("/v1/status")["waiting"]?.int64 ?? 0
            #expect(try await mart["settlement"].outcome(of: client.inject(refund, source: "/harness", withRegency: false)) == "accepted")
            let waiting = try await mart["settlement"].items("/v1/settlements/waiting")
            #expect(waiting.contains { $0["refundId"]?.string == "refund-early" })
            #expect(try await mart["settlement"].json("/v1/status")["waiting"]?.int64 == before + 1)
            #expect(try await mart["settlement"].get("/v1/settlements/sale-early").status == 404)

            try await client.inject(SaleRecorded.of("sale-early", seller: "s-refund", quantity: 3, price: 3_333), source: "/harness")
            let reversed = try await client.events.first("the refund is applied") {
                $0.name == "settlement.settlement-reversed" && $0.subject == "sale-early"
            }
            let posted = try #require(client.events.items.first { $0.name == "settlement.settlement-posted" && $0.subject == "sale-early" })
            #expect(try #require(posted.envelope.sequence) < #require(reversed.envelope.sequence))
            #expect(posted.data["totals"]?.text == #"{"net":9999,"sellerShare":9000,"martShare":999}"#)
            #expect(reversed.data["totals"]?.text == #"{"net":3333,"sellerShare":3000,"martShare":333}"#)
            #expect(
                try await mart["settlement"].items("/v1/settlements/waiting").contains { $0["refundId"]?.string == "refund-early" } == false
            )
            #expect(try await mart["settlement"].json("/v1/sellers/s-refund/balance")["payable"]?.int64 == 6_000)
            #expect(try await mart["settlement"].json("/v1/ledger/trial-balance")["sum"]?.int64 == 0)
        }
    }
}
