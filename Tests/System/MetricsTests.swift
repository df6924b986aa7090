import Contracts
import ServiceFramework
import ServiceHost
import TestSupport
import Testing

extension SharedMartTests {
    /// `/metrics` of the running services.
    @Suite struct MetricsTests {
        @Test(arguments: Stack.allServices)
        func `the page has every metric of the catalogue, and each sample is of a family that was announced`(service: String) async throws {
            let page = try await MetricsReading.of(SharedMart.one.stack[service])
            #expect(Set(Metric.common.map { $0.name }).subtracting(page.families).isEmpty)
            #expect(page.orphans.isEmpty)
            #expect(page[#"mart_ready{service="\#(service)"}"#] == 1)
            #expect(page[#"mart_store_readable{service="\#(service)"}"#] == 1)
            #expect(page[#"mart_broker_connected{service="\#(service)",connection="relay"}"#] == 1)
            #expect(try #require(page[#"process_resident_memory_bytes{service="\#(service)"}"#]) > 1_000_000)
        }

        @Test func `a sale is counted on its way, to the rupiah`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.openMart()
            try await client.stockedProduct("p-counted", seller: "s-counted", price: 12_345, units: 3)
            try await mart.awaitListing(of: "p-counted")
            let seen = { @Sendable in
                let consignment = try await MetricsReading.of(mart["consignment"])
                let settlement = try await MetricsReading.of(mart["settlement"])
                return [
                    consignment[#"mart_sales_rupiah_total{service="consignment",tender="cash"}"#] ?? 0,
                    settlement[#"mart_settled_rupiah_total{service="settlement",share="seller"}"#] ?? 0,
                    settlement[#"mart_settled_rupiah_total{service="settlement",share="mart"}"#] ?? 0,
                    settlement[
                        #"messaging_client_consumed_messages_total{service="settlement",messaging_system="rabbitmq","#
                            + #"messaging_operation_name="process",messaging_destination_name="settlement.events","#
                            + #"message_type="consignment.sale-recorded",outcome="accepted"}"#] ?? -1,
                ]
            }
            let before = try await seen()
            #expect(try await client.send(RecordSale.of("p-counted", id: "sale-counted")).verdict == "accepted ok")
            _ = try await client.events.first("the sale is settled") {
                $0.name == "settlement.settlement-posted" && $0.subject == "sale-counted"
            }
            let after = try await seen()
            #expect(zip(after, before).map { $0 - $1 } == [12_345, 11_111, 1_234, 1])
        }
    }
}

/// The page of one service, taken apart.
private struct MetricsReading {
    var families: Set<String> = []
    private var samples: [String: Double] = [:]
    /// Lines that are neither a comment nor a sample of the family before them.
    var orphans: [String] = []

    static func of(_ process: ServiceProcess) async throws -> MetricsReading {
        let (status, body) = try await process.get("/metrics")
        guard status == 200 else { throw SupportError("/metrics of \(process.name) answers \(status)") }
        return MetricsReading(String(decoding: body, as: UTF8.self))
    }

    private init(_ text: String) {
        var family = ""
        for line in text.split(separator: "\n").map(String.init) {
            if line.hasPrefix("# TYPE ") {
                family = String(line.split(separator: " ")[2])
                families.insert(family)
            } else if !line.hasPrefix("# HELP ") {
                let name = line.prefix { $0 != "{" }
                let isOfFamily = ["", "_bucket", "_sum", "_count"].contains { name == family + $0 }
                if let space = line.lastIndex(of: " "), isOfFamily, let value = Double(line[line.index(after: space)...]) {
                    samples[String(line[..<space])] = value
                } else {
                    orphans.append(line)
                }
            }
        }
    }

    subscript(_ sample: String) -> Double? { samples[sample] }
}
