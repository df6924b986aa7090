import Contracts
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// One approval unlocks one listing, one sale is settled: the whole way through four processes and a broker.
    @Suite struct ThinWayTests {
        @Test func `from the application to the settlement, at ninety per cent`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.openMart()
            try await client.registerSeller("s-thin")
            try await client.registerProduct("p-thin", seller: "s-thin", kind: .foodDry, price: 12_345)
            try await client.apply("nib-thin", .nib, seller: "s-thin")
            try await client.apply("pirt-thin", .sppIrt, seller: "s-thin", product: "p-thin")
            try await client.approve("nib-thin")
            try await expectEventually("only the food permit is missing") {
                try await mart["catalog"].json("/v1/products/p-thin")["missingPermits"]?.text == #"["spp-irt"]"#
            }
            #expect(try await mart["catalog"].json("/v1/products/p-thin")["state"]?.string == "awaiting-permits")

            try await client.approve("pirt-thin", number: "206530600010130", id: "approve-pirt-thin")
            let listed = try await client.events.first("the product is listed") {
                $0.name == "catalog.product-listed" && $0.subject == "p-thin"
            }
            let approved = try #require(client.events.items.first { $0.name == "permits.permit-approved" && $0.subject == "pirt-thin" })
            #expect(approved.envelope.causationId == "approve-pirt-thin")
            #expect(listed.envelope.causationId == approved.envelope.id)
            #expect(listed.envelope.correlationId == "approve-pirt-thin")
            #expect(listed.routingKey == "catalog.product-listed.53.06")

            try await client.receive("lot-thin", product: "p-thin", units: 10)
            // A reply leaves when the effect can be read.
            #expect(try await mart["consignment"].get("/v1/lots/lot-thin").status == 200)

            let sale = OutgoingSale("sale-thin", product: "p-thin")
            #expect(try await client.ask(sale.message(correlation: "desk-7")).verdict == "accepted ok")
            let posted = try await client.events.first("the sale is settled") {
                $0.name == "settlement.settlement-posted" && $0.subject == "sale-thin"
            }
            let recorded = try #require(client.events.items.first { $0.name == "consignment.sale-recorded" && $0.subject == "sale-thin" })
            #expect(recorded.envelope.causationId == sale.id)
            #expect(posted.envelope.causationId == recorded.envelope.id)
            #expect([recorded, posted].map(\.envelope.correlationId) == ["desk-7", "desk-7"])
            #expect(posted.routingKey == "settlement.settlement-posted.53.06")
            #expect(posted.data["totals"]?.text == #"{"net":12345,"sellerShare":11111,"martShare":1234}"#)

            let settlement = try await mart["settlement"].json("/v1/settlements/sale-thin")
            #expect(settlement["totals"]?.text == #"{"net":12345,"sellerShare":11111,"martShare":1234}"#)
            #expect(settlement["lines"]?.elements.first?["sellerId"]?.string == "s-thin")
            #expect(try await mart["settlement"].json("/v1/sellers/s-thin/balance")["payable"]?.int64 == 11_111)
            #expect(try await mart["settlement"].json("/v1/ledger/trial-balance")["sum"]?.int64 == 0)
        }

        @Test func `what the services publish carries the whole envelope and the properties of the contract`() async throws {
            let client = try await SharedMart.one.client
            try await client.registerSeller("s-envelope")
            let event = try await client.events.first("the event") { $0.name == "catalog.seller-registered" && $0.subject == "s-envelope" }
            #expect(event.properties.contentType?.hasPrefix("application/cloudevents+json") == true)
            #expect(event.properties.messageId == event.envelope.id)
            #expect(event.properties.type == "id.nttmart.catalog.seller-registered.v1")
            #expect(event.properties.deliveryMode == 2)
            #expect(event.properties.correlationId == event.envelope.correlationId)
            #expect(event.properties.appId == "catalog")
            #expect(event.properties.userId == nil)
            #expect(event.envelope.source == "/catalog")
            #expect(event.envelope.regency == "53.06")
            #expect(event.envelope.sentAt != nil && event.envelope.sequence != nil)
        }

        @Test func `each service numbers its events without gaps`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.registerSeller("s-sequence")
            _ = try await client.events.first("the last event") { $0.subject == "s-sequence" }
            for service in Stack.allServices {
                let sequences = client.events.items.filter { $0.properties.appId == service }.compactMap(\.envelope.sequence)
                #expect(sequences == sequences.indices.map { Int64($0) + 1 }, "\(service)")
                #expect(try await mart[service].json("/v1/status")["service"]?.string == service)
            }
        }

        /// A sender's correlation id may be longer than AMQP's property; the outbox must not get stuck over it.
        @Test func `an id longer than AMQP's properties allow holds nothing up`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let long = String(repeating: "x", count: 900)
            let data = #"{"sellerId":"s-long","name":"Long","regency":"53.06"}"#
            var message = OutgoingMessage.command(RegisterSeller.name, data, id: long, more: #","correlationid":"\#(long)y""#)
            message.properties.messageId = nil
            #expect(try await client.ask(message).verdict == "accepted ok")
            let event = try await client.events.first("the event") { $0.subject == "s-long" }
            #expect(event.envelope.correlationId == long + "y")
            try await client.registerSeller("s-after-long")
            try await expectEventually("nothing waits to be sent") {
                try await mart["catalog"].json("/v1/status")["outboxPending"]?.int64 == 0
            }
        }
    }
}

/// A sale under a message id of its own, with a correlation id that is another.
private struct OutgoingSale {
    let id: String
    private let sale: RecordSale

    init(_ saleId: String, product: String) {
        id = "command-of-\(saleId)"
        sale = .of(product, id: saleId)
    }

    func message(correlation: String) -> OutgoingMessage {
        let data = String(decoding: FieldWriter.bytes(of: sale), as: UTF8.self)
        return .command(RecordSale.name, data, id: id, more: #","correlationid":"\#(correlation)""#)
    }
}
