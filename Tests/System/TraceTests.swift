import Contracts
import Messaging
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// One trace from the command at the till to the last event, over two services.
    @Suite struct TraceTests {
        private static let till = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

        @Test(arguments: [till, nil])
        func `the sale, its event, its settlement and its reply are one trace`(traceparent: String?) async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let id = traceparent == nil ? "traced-here" : "traced-from-the-till"
            try await client.openMart()
            try await client.stockedProduct("p-\(id)", seller: "s-\(id)", units: 3)
            try await mart.awaitListing(of: "p-\(id)")
            let data = String(decoding: FieldWriter.bytes(of: RecordSale.of("p-\(id)", id: "sale-\(id)")), as: UTF8.self)
            let more = traceparent.map { #","traceparent":"\#($0)","tracestate":"till=7""# } ?? ""
            #expect(try await client.ask(.command(RecordSale.name, data, id: "m-\(id)", more: more)).verdict == "accepted ok")
            let posted = try await client.events.first("the sale is settled") {
                $0.name == "settlement.settlement-posted" && $0.subject == "sale-\(id)"
            }
            let recorded = try #require(client.events.items.first { $0.name == "consignment.sale-recorded" && $0.subject == "sale-\(id)" })
            let spans = try [recorded, posted].map { event in
                let span = try #require(event.envelope.traceparent)
                #expect(TraceContext.isValid(span))
                #expect(event.properties.headers["traceparent"] == .string(span))
                #expect(event.envelope.tracestate == (traceparent == nil ? nil : "till=7"))
                #expect(event.properties.headers["tracestate"] == (traceparent == nil ? nil : .string("till=7")))
                return span
            }
            #expect(spans[0] != spans[1] && spans[0] != traceparent)
            #expect(TraceContext.traceId(of: spans[0]) == TraceContext.traceId(of: spans[1]))
            if let traceparent { #expect(TraceContext.traceId(of: spans[0]) == TraceContext.traceId(of: traceparent)) }
        }
    }
}
