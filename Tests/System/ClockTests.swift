import Contracts
import Messaging
import Primitives
import StrictJSON
import TestSupport
import Testing

/// What midnight in WITA (16:00 UTC) brings by itself, through real processes whose clocks begin just before it.
@Suite(.processes(minutes: 2))
struct ClockTests {
    @Test func `at midnight a permit lapses, a price changes and a mart opens, with nobody doing anything`() async throws {
        // The day before, at ten in the morning: everything is prepared and there is time.
        let broker = try await TestBroker.shared.makeVirtualHost()
        let folder = try TemporaryFolder("midnight")
        func start(_ names: [String] = ["catalog", "consignment", "permits"], from now: String) async throws -> [ServiceProcess] {
            let services = try names.map {
                try ServiceProcess($0, amqpURL: broker.url, folder: folder, environment: ["MART_NOW": now])
            }
            for service in services { try await service.waitUntilReady() }
            return services
        }
        let day = try await start(from: "2026-02-05T02:00:00Z")
        let client = try await MartClient.connect(to: broker.url)
        try await client.stockedProduct("p-lapse", seller: "s-lapse", units: 5, permitUntil: "2026-02-05")
        try await client.stockedProduct("p-stays", seller: "s-stays", units: 5)
        #expect(
            try await client.send(ChangePrice.name, #"{"productId":"p-stays","price":12000,"effectiveOn":"2026-02-06"}"#).verdict
                == "accepted ok")
        try await client.openMart("53.05", on: "2026-02-06")
        for product in ["p-lapse", "p-stays"] {
            try await client.sendUntilKnown(RecordSale.of(product, id: "day-\(product)", soldAt: "2026-02-05T02:00:00Z"))
            let sale = try await day[1].json("/v1/sales/day-\(product)")
            #expect(sale["total"]?.int64 == 10_000)
        }
        #expect(client.events.items.contains { $0.name == "catalog.mart-opened" && $0.subject == "53.05" } == false)
        for service in day { #expect(try await service.terminate() == 0) }

        // Three seconds before midnight; Permits sleeps, for Catalog judges by its own clock.
        var night = try await start(["catalog", "consignment"], from: "2026-02-05T15:59:57Z")
        let held = try await client.events.first("the product is held") { $0.name == "catalog.product-held" && $0.subject == "p-lapse" }
        #expect(held.data["reason"]?.string == "permit-expired")
        #expect(held.data["missingPermits"]?.text == #"["nib"]"#)
        #expect(held.envelope.causationId == "clock:2026-02-06")
        #expect(client.events.items.contains { $0.name == "permits.permit-expired" } == false)
        night += try await start(["permits"], from: "2026-02-05T15:59:58Z")
        let expired = try await client.events.first("the permit expires") {
            $0.name == "permits.permit-expired" && $0.subject == "nib-s-lapse"
        }
        #expect(expired.data["validUntil"]?.string == "2026-02-05")
        #expect(expired.envelope.causationId == "clock:2026-02-06")
        _ = try await client.events.first("the mart opens") { $0.name == "catalog.mart-opened" && $0.subject == "53.05" }

        try await expectEventually("the new price is in force") {
            try await night[0].json("/v1/products/p-stays")["price"]?.int64 == 12_000
        }
        try await expectEventually("consignment knows of the hold") {
            try await night[1].json("/v1/products/p-lapse")["state"]?.string == "held"
        }
        #expect(
            try await client.send(RecordSale.of("p-lapse", id: "night-1", soldAt: "2026-02-05T16:00:01Z")).verdict
                == "rejected product-not-listed")
        #expect(try await client.send(RecordSale.of("p-stays", id: "night-2", soldAt: "2026-02-05T16:00:01Z")).verdict == "accepted ok")
        #expect(try await night[1].json("/v1/sales/night-2")["total"]?.int64 == 12_000)
        // Yesterday's sale that is told today has yesterday's price.
        #expect(try await client.send(RecordSale.of("p-stays", id: "night-3", soldAt: "2026-02-05T15:00:00Z")).verdict == "accepted ok")
        #expect(try await night[1].json("/v1/sales/night-3")["total"]?.int64 == 10_000)
        for service in night { #expect(try await service.terminate() == 0) }
        await client.close()
    }

    @Test func `a clock set back does not bring yesterday again`() async throws {
        let url = try await TestBroker.shared.makeVirtualHost().url
        let folder = try TemporaryFolder("back")
        let first = try ServiceProcess("permits", amqpURL: url, folder: folder, environment: ["MART_NOW": "2026-03-01T02:00:00Z"])
        try await first.waitUntilReady()
        #expect(first.logTail().contains("MART_NOW is set"))
        let client = try await MartClient.connect(to: url)
        try await client.apply("clock", .nib, seller: "s")
        #expect(try await first.terminate() == 0)
        let second = try ServiceProcess("permits", amqpURL: url, folder: folder, environment: ["MART_NOW": "2026-02-01T02:00:00Z"])
        try await second.waitUntilReady()
        #expect(try await second.json("/v1/status")["businessNow"]?.string?.hasPrefix("2026-03-01T02:") == true)
        await client.close()
        #expect(try await second.terminate() == 0)
    }
}
