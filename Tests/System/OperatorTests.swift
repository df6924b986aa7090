import Contracts
import Messaging
import Primitives
import StrictJSON
import TestSupport
import Testing

extension SharedMartTests {
    /// `martctl` as an operator uses it, over real services and a real broker.
    @Suite struct OperatorTests {
        private func martctl(_ arguments: String..., more: [String: String] = [:]) async throws -> Program {
            let environment = try await SharedMart.one.stack.clientEnvironment
            return try await Program.run("martctl", arguments, environment: environment.merging(more) { $1 })
        }

        private func json(_ program: Program) throws -> JSONValue { try JSONDocument(parsing: Array(program.output.utf8)).root }

        // MARK: status and wait

        @Test func `the status of a healthy platform is 0 and names every service and queue`() async throws {
            let status = try await martctl("status")
            #expect(status.exitCode == 0, "\(status.output)\(status.error)")
            #expect(status.output.contains("✓ all services are ready"))
            let root = try json(try await martctl("status", "--json"))
            #expect(root["services"]?.elements.map { $0["ready"]?.bool } == [true, true, true, true])
            #expect(root["queues"]?.elements.map { $0["consumers"]?.int64 } == Array(repeating: 1, count: 12))
        }

        @Test func `without a broker the status still shows the services, and says so with 69`() async throws {
            let nowhere = ["AMQP_URL": "amqp://guest:guest@127.0.0.1:\(freePort())/%2f"]
            let status = try await martctl("status", more: nowhere)
            #expect(status.exitCode == 69)
            #expect(status.output.contains("consignment  yes"))
            #expect(status.output.contains("✗ the broker cannot be reached"))
        }

        @Test func `a service that is away is shown as away`() async throws {
            let status = try await martctl("status", more: ["PERMITS_URL": "http://127.0.0.1:\(freePort())"])
            #expect(status.exitCode == 69)
            #expect(status.output.contains("permits      ✗ away"))
        }

        @Test func `quiet waits for a refund that waits for its sale, or lets it wait`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            #expect(try await martctl("wait", "--ready", "--quiet").exitCode == 0)
            try await client.inject(Self.refund(of: "sale-late"), id: "refund-of-sale-late", source: "/harness")
            _ = try await mart["settlement"].outcome(of: "refund-of-sale-late")
            let wait = try await martctl("wait", "--quiet", "--timeout", "0.3")
            #expect(wait.exitCode == 75)
            #expect(wait.error.contains("settlement has 1 waiting for another fact"), "\(wait.error)")
            #expect(try await martctl("wait", "--quiet", "--ignore-waiting").exitCode == 0)
            try await client.inject(SaleRecorded.of("sale-late", quantity: 2), id: "sale-late", source: "/harness")
            _ = try await mart["settlement"].outcome(of: "sale-late")
            let rest = try await martctl("wait", "--quiet", "--json")
            #expect(rest.exitCode == 0, "\(rest.error)")
            #expect(try json(rest)["quiet"]?.bool == true)
        }

        private static func refund(of sale: String) -> SaleRefunded {
            .with {
                $0.refundId = "refund-\(sale)"
                $0.saleId = sale
                $0.regency = "53.06"
                $0.refundedAt = .systemNow
                $0.reason = "basi"
                $0.lines = [
                    .with {
                        $0.lineId = "1"
                        $0.productId = "product-x"
                        $0.sellerId = "seller-x"
                        $0.quantity = 1
                        $0.net = Rupiah(10_000)
                    }
                ]
                $0.total = Rupiah(10_000)
            }
        }

        // MARK: show

        @Test func `a sale is shown with its lots, its settlement, its refund and its way`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.stockedProduct("p-shown", seller: "s-shown", price: 12_345, units: 10)
            #expect(try await client.sendUntilKnown(RecordSale.of("p-shown", 3, id: "sale-shown")).verdict == "accepted ok")
            let refund = RefundSale.with {
                $0.refundId = "refund-shown"
                $0.saleId = "sale-shown"
                $0.lines = [
                    .with {
                        $0.lineId = "1"
                        $0.quantity = 1
                    }
                ]
                $0.reason = "basi"
                $0.restock = true
            }
            #expect(try await client.send(refund).verdict == "accepted ok")
            try await expectEventually("the refund is settled") {
                try await mart["settlement"].json("/v1/settlements/sale-shown")["reversals"]?.elements.count == 1
            }
            let sale = try await martctl("show", "sale", "sale-shown")
            #expect(sale.exitCode == 0, "\(sale.error)")
            for word in [
                "from lot-p-shown", "Rp37.035", "Rp33.332", "Rp3.703", "reversal of refund refund-shown", "Rp11.111", "record-sale",
                "→ sale-recorded", "→ settlement-posted", "→ settlement-reversed",
            ] { #expect(sale.output.contains(word), "\(word) is missing in\n\(sale.output)") }
            let root = try json(try await martctl("show", "sale", "sale-shown", "--json"))
            #expect(root["settlement"]?["totals"]?["sellerShare"]?.int64 == 33_332)
            #expect(root["messages"]?.elements.map { $0["service"]?.string }.first == "consignment")

            for (thing, id, word) in [
                ("product", "p-shown", "lot-p-shown"), ("seller", "s-shown", "Rp22.221"), ("permit", "nib-s-shown", "approved, in force"),
                ("lot", "lot-p-shown", "refunded to stock"),
            ] {
                let sheet = try await martctl("show", thing, id)
                #expect(sheet.exitCode == 0 && sheet.output.contains(word), "\(thing): \(sheet.output)\(sheet.error)")
                #expect(sheet.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(sheet.output)")
            }
        }

        @Test func `the way of a command is found by its id and by the id of an event that followed`() async throws {
            let client = try await SharedMart.one.client
            try await client.registerSeller("s-way")
            let event = try await client.events.first("the event") { $0.name == "catalog.seller-registered" && $0.subject == "s-way" }
            let correlation = try #require(event.envelope.correlationId)
            _ = try await SharedMart.one.stack["settlement"].outcome(of: event.envelope.id)
            for id in [correlation, event.envelope.id] {
                let way = try await martctl("show", "message", id)
                #expect(way.output.contains("register-seller") && way.output.contains("→ seller-registered"), "\(way.output)\(way.error)")
            }
        }

        @Test func `what nobody knows is answered 1`() async throws {
            for thing in ["seller", "product", "permit", "lot", "sale", "message"] {
                let sheet = try await martctl("show", thing, "never-heard-of")
                #expect(sheet.exitCode == 1 && sheet.error.contains("no service knows"), "\(thing): \(sheet.output)\(sheet.error)")
            }
            #expect(try await martctl("show", "village", "x").exitCode == 64)
        }

        // MARK: parked

        @Test func `parked messages are looked at, rehearsed, tried again and given up`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            try await client.publish(.command(.init("permits", "unheard-of-by-operators"), "{}", id: "parked-by-operator"))
            let type = "id.nttmart.permits.unheard-of-by-operators.v1"
            let item = try await eventually("it is parked") { try await mart["permits"].items("/v1/parked?type=\(type)").first }
            let id = try #require(item["parkedId"]?.string)
            let list = try await martctl("parked", "list", "--type", "permits.unheard-of-by-operators")
            #expect(list.output.contains(id) && list.output.contains("unknown-type"))
            #expect(try await martctl("parked", "show", id).output.contains("\"parked-by-operator\""))

            for command in ["replay", "discard"] {
                let rehearsal = try await martctl("parked", command, id)
                #expect(rehearsal.exitCode == 0 && rehearsal.output.contains("nothing was done"), "\(rehearsal.output)\(rehearsal.error)")
            }
            #expect(try await mart["permits"].json("/v1/parked/\(id)")["state"]?.string == "parked")
            #expect(try await martctl("parked", "replay", id, "--yes").exitCode == 64)

            let replay = try await martctl("parked", "replay", id, "--yes", "--why", "to see")
            #expect(replay.exitCode == 1 && replay.output.contains("1 parked again"), "\(replay.output)\(replay.error)")
            #expect(try await mart["permits"].json("/v1/parked/\(id)")["attempts"]?.int64 == 2)

            let discard = try await martctl(
                "parked", "discard", "--service", "permits", "--type", type, "--yes", "--why", "noise", "--json")
            #expect(try json(discard)["messages"]?.elements.count == 1)
            #expect(try await mart["permits"].json("/v1/parked/\(id)")["state"]?.string == "discarded")
            #expect(try await martctl("parked", "replay", id).exitCode == 1)
            #expect(try await martctl("parked", "show", "never-parked").exitCode == 1)
        }

        /// Their ids do not fit into one command, which the service would park over-size: one more at each try.
        @Test func `thousands of parked messages are tried again and given up at once`() async throws {
            let (mart, client) = try await (SharedMart.one.stack, SharedMart.one.client)
            let count = 2_000
            try await client.publish(
                all: (1...count).map { .command(.init("permits", "never-heard-of-in-bulk"), "{}", id: "bulk-\($0)") })
            let type = "id.nttmart.permits.never-heard-of-in-bulk.v1"
            func parked() async throws -> Int { try await mart["permits"].items("/v1/parked?type=\(type)").count }
            try await expectEventually("all are parked") { try await parked() == count }
            let others = try await mart["permits"].json("/v1/status")["parked"]?.int64
            let which = ["--service", "permits", "--type", type]
            let rehearsal = try await Program.run("martctl", ["parked", "discard"] + which, environment: mart.clientEnvironment)
            #expect(rehearsal.exitCode == 0 && rehearsal.output.contains("2000 messages would be given up"), "\(rehearsal.error)")
            let replay = try await Program.run(
                "martctl", ["parked", "replay", "--yes", "--why", "to see"] + which, environment: mart.clientEnvironment)
            #expect(replay.exitCode == 1 && replay.output.contains("2000 parked again"), "\(replay.error)")
            #expect(try await mart["permits"].json("/v1/status")["parked"]?.int64 == others)
            let discard = try await Program.run(
                "martctl", ["parked", "discard", "--yes", "--why", "noise", "--json"] + which, environment: mart.clientEnvironment)
            #expect(discard.exitCode == 0, "\(discard.error)")
            #expect(try json(discard)["messages"]?.elements.count == count)
            #expect(try await parked() == 0)
        }
    }
}
