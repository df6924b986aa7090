import Contracts
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// Said twice, by message id and by business key, over a real broker.
    @Suite struct DuplicateTests {
        /// How often a service published something about a subject.
        private func published(_ name: String, _ subject: String, _ client: MartClient) -> Int {
            Set(client.events.items.filter { $0.name == name && $0.subject == subject }.map(\.envelope.id)).count
        }

        @Test func `a command sent again gets its first reply's body at its new address, and nothing happens twice`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let message = OutgoingMessage.command(
                RegisterSeller.name, #"{"sellerId":"s-twice","name":"A","regency":"53.06"}"#, id: "twice-1")
            let replies = [try await client.ask(message), try await client.ask(message), try await client.ask(message)]
            #expect(Set(replies.map(\.routingKey)).count == 3)
            #expect(Set(replies.map(\.body)).count == 1)
            #expect(replies.map(\.correlationId) == ["twice-1", "twice-1", "twice-1"])
            #expect(replies[0].verdict == "accepted ok")
            // A later event of the same service has come: so has everything before it.
            try await client.registerSeller("s-after-twice")
            _ = try await client.events.first("a later event") { $0.subject == "s-after-twice" }
            #expect(published("catalog.seller-registered", "s-twice", client) == 1)
            #expect(try await mart["catalog"].json("/v1/messages?id=twice-1").elements.count == 1)
        }

        @Test func `a rejection too is repeated as it was`() async throws {
            let client = try await SharedMart.one.client
            let message = OutgoingMessage.command(
                ChangePrice.name, #"{"productId":"p-rejected-twice","price":5000}"#, id: "rejected-twice-1")
            let first = try await client.ask(message)
            #expect(first.verdict == "rejected not-found")
            try await client.registerSeller("s-rejected-twice")
            try await client.registerProduct("p-rejected-twice", seller: "s-rejected-twice")
            #expect(try await client.ask(message).body == first.body)
            #expect(try await client.send(ChangePrice.name, #"{"productId":"p-rejected-twice","price":5000}"#).verdict == "accepted ok")
        }

        @Test func `the same command id with other content is a conflict`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let parked = try await mart["catalog"].parkedReasons()
            try await client.registerSeller("s-conflict")
            let data = #"{"sellerId":"s-conflict-2","name":"B","regency":"53.06"}"#
            #expect(try await client.send(RegisterSeller.name, data, id: "conflict-1").verdict == "accepted ok")
            let other = #"{"sellerId":"s-conflict-3","name":"B","regency":"53.06"}"#
            #expect(try await client.send(RegisterSeller.name, other, id: "conflict-1").verdict == "rejected conflict")
            #expect(try await mart["catalog"].get("/v1/sellers/s-conflict-3").status == 404)
            // A rejection is a business answer: never parked.
            #expect(try await mart["catalog"].parkedReasons() == parked)
        }

        @Test func `a business key said again is a duplicate by the same data and a conflict by other`() async throws {
            let client = try await SharedMart.one.client
            let data = #"{"sellerId":"s-key","name":"C","regency":"53.06"}"#
            #expect(try await client.send(RegisterSeller.name, data).verdict == "accepted ok")
            let same = #"{"regency":"53.06","phone":null,"name":"C","sellerId":"s-key","unheardOf":[1]}"#
            #expect(try await client.send(RegisterSeller.name, same).verdict == "duplicate ok")
            #expect(
                try await client.send(RegisterSeller.name, #"{"sellerId":"s-key","name":"D","regency":"53.06"}"#).verdict
                    == "rejected conflict")
            #expect(published("catalog.seller-registered", "s-key", client) == 1)
        }

        @Test func `a sale id is settled once, whatever comes about it again`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let before = try await mart["settlement"].parkedReasons()
            let sale = SaleRecorded.of("sale-once", seller: "s-once")
            let message = OutgoingMessage.event(sale, id: "once-1", source: "/harness")
            for _ in 1...3 { try await client.publish(message) }
            #expect(try await mart["settlement"].outcome(of: "once-1") == "accepted")

            // Another message about the same sale: the same amounts, then others.
            #expect(try await mart["settlement"].outcome(of: client.inject(sale, id: "once-2", source: "/harness")) == "duplicate")
            try await client.inject(SaleRecorded.of("sale-once", seller: "s-once", price: 20_000), id: "once-3", source: "/harness")
            // The same message id with other content.
            try await client.inject(SaleRecorded.of("sale-once-other", seller: "s-once"), id: "once-1", source: "/harness")
            // The same message id of another source is another message.
            #expect(
                try await mart["settlement"].outcome(of: client.inject(SaleRecorded.of("sale-twice", seller: "s-once"), id: "once-1x"))
                    == "accepted")

            #expect(try await mart["settlement"].parkedReasons() == (before + ["conflict", "conflict"]).sorted())
            #expect(try await mart["settlement"].get("/v1/settlements/sale-once-other").status == 404)
            #expect(try await mart["settlement"].json("/v1/settlements/sale-once")["totals"]?["net"]?.int64 == 10_000)
            #expect(try await mart["settlement"].json("/v1/sellers/s-once/balance")["payable"]?.int64 == 18_000)
            _ = try await client.events.first("the last settlement") {
                $0.subject == "sale-twice" && $0.name == "settlement.settlement-posted"
            }
            #expect(published("settlement.settlement-posted", "sale-once", client) == 1)
        }

        @Test func `a sale at the till said twice takes its stock once`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.stockedProduct("p-till", seller: "s-till", units: 10)
            _ = try await client.events.first("it is listed") { $0.name == "catalog.product-listed" && $0.subject == "p-till" }
            #expect(try await client.sendUntilKnown(RecordSale.of("p-till", 3, id: "sale-till")).verdict == "accepted ok")
            #expect(try await client.send(RecordSale.of("p-till", 3, id: "sale-till")).verdict == "duplicate ok")
            #expect(try await client.send(RecordSale.of("p-till", 4, id: "sale-till")).verdict == "rejected conflict")
            #expect(try await mart["consignment"].json("/v1/stock?productId=p-till")["items"]?.elements.first?["onHand"]?.int64 == 7)
        }
    }
}
