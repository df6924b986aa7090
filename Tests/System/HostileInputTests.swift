import Contracts
import Messaging
import Primitives
import RabbitMQ
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// The worst inputs for each queue: each is parked with its reason, and after each the next good message is handled.
    @Suite struct HostileInputTests {
        @Test(arguments: HostileQueue.all)
        func `after every bad message the next good one is handled, and exactly the bad ones are parked`(queue: HostileQueue) async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let service = mart[queue.service]
            if queue.service == "settlement", queue.channel == .commands { try await Self.postSuspense(client, service) }
            try Self.openByway(to: queue.service, client.configuration)
            let before = try await service.parkedReasons()
            var expected = before
            for (number, hostile) in queue.hostileMessages.enumerated() {
                if let reason = hostile.reason { expected.append(reason.rawValue) }
                let good = queue.good("\(queue.testDescription)-good-\(number + 1)", number: number + 1)
                if queue.channel == .commands {
                    let reply = try await client.ask(hostile.message)
                    #expect(reply.verdict == "rejected invalid", "\(hostile.label)")
                    let next = try await client.ask(good)
                    #expect(next.verdict == "accepted ok", "after \(hostile.label): \(next.message)")
                } else {
                    try await client.publish(hostile.message)
                    try await client.publish(good)
                    let outcome = try await service.outcome(of: "\(queue.testDescription)-good-\(number + 1)")
                    #expect(outcome == "accepted", "after \(hostile.label)")
                }
            }
            try Self.closeByway(to: queue.service, client.configuration)
            #expect(try await service.parkedReasons() == expected.sorted())
            #expect(try await service.json("/v1/status")["parked"]?.int64 == Int64(expected.count))
            #expect(try await service.get("/readyz").status == 200)
        }

        @Test func `a queue that no event leads to takes everything and parks it`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let before = try await mart["permits"].parkedReasons()
            let messages = HostileQueue.permitsEvents.directMessages
            for hostile in messages { try await client.publish(hostile.message) }
            let expected = (before + messages.compactMap { $0.reason?.rawValue }).sorted()
            try await expectEventually("all are parked") {
                try await mart["permits"].json("/v1/status")["parked"]?.int64 == Int64(expected.count)
            }
            #expect(try await mart["permits"].parkedReasons() == expected)
            try await client.apply("after-direct", .nib, seller: "s")
        }

        @Test func `a command without reply address is parked in silence, and one with a foreign address too`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let before = try await mart["permits"].parkedReasons()
            for replyTo in [nil, "permits.commands", "amq.topic"] {
                var message = OutgoingMessage.raw("no JSON to \(replyTo ?? "nobody")", to: "permits.x", exchange: Topology.commands)
                message.properties.replyTo = replyTo
                try await client.publish(message)
            }
            try await client.apply("after-silence", .nib, seller: "s")
            #expect(try await mart["permits"].parkedReasons() == (before + ["malformed", "malformed", "malformed"]).sorted())
        }

        @Test func `a parked message shows its bytes, its hash and where it came from`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let queue = HostileQueue.all[0]
            _ = try await client.ask(queue.message(["id": #""parked-shown""#, "type": #""id.nttmart.catalog.never-heard-of.v1""#]))
            let items = try await mart["catalog"].items("/v1/parked?type=id.nttmart.catalog.never-heard-of.v1")
            let item = try #require(items.first { $0["id"]?.string == "parked-shown" })
            #expect(item["source"]?.string == "/stranger")
            #expect(item["reason"]?.string == "unknown-type")
            let one = try await mart["catalog"].json("/v1/parked/\(item["parkedId"]?.string ?? "")")
            #expect(one["body"]?.string?.contains("never-heard-of") == true)
        }

        /// One service stands for all, for it is the broker that takes seconds over such a table.
        @Test func `headers that nest twenty thousand deep do no harm`() async throws {
            let (queue, mart) = (HostileQueue.all[0], try await SharedMart.one.stack)
            let id = "\(queue.service)-nested-headers"
            let message = queue.good(id, number: 150)
            let place = try #require(mart.broker)
            try await RawAMQP.run(port: place.port, virtualHost: place.virtualHost) { broker in
                try broker.publish(
                    message.body, to: message.routingKey, exchange: message.exchange, headers: RawAMQP.nestedLists(depth: 20_000))
            }
            #expect(try await mart[queue.service].outcome(of: id) == "accepted")
        }

        /// A sale whose lines nobody owns yet: each good command assigns one.
        private static func postSuspense(_ client: MartClient, _ settlement: ServiceProcess) async throws {
            var sale = SaleRecorded.of("hostile-suspense", seller: nil)
            sale.lines = (1...200).map { number in
                var line = sale.lines[0]
                line.lineId = "\(number)"
                return line
            }
            sale.total = Rupiah(200 * 10_000)
            try await client.inject(sale, id: "hostile-suspense", source: "/harness")
            _ = try await settlement.outcome(of: "hostile-suspense")
            let seller = SellerRegistered.with {
                $0.sellerId = "s"
                $0.sellerName = "UMKM S"
                $0.regency = "53.06"
            }
            try await client.inject(seller, id: "hostile-seller", source: "/harness")
            _ = try await settlement.outcome(of: "hostile-seller")
        }

        private static func openByway(to service: String, _ configuration: RabbitMQConfiguration) throws {
            try SetupChannel.run(on: configuration) { channel in
                try channel.declareExchange(HostileQueue.byway(to: service), type: "topic", durable: true)
                try channel.bindQueue("\(service).commands", exchange: HostileQueue.byway(to: service), routingKey: "#")
            }
        }

        private static func closeByway(to service: String, _ configuration: RabbitMQConfiguration) throws {
            try SetupChannel.run(on: configuration) { channel in
                try channel.unbindQueue("\(service).commands", exchange: HostileQueue.byway(to: service), routingKey: "#")
            }
        }
    }
}
