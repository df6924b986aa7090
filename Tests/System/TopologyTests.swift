import Contracts
import Messaging
import Platform
import PlatformManifest
import RabbitMQ
import ServiceFramework
import StrictJSON
import TestSupport
import Testing

/// The manifest is generated; it must say what the services' indexes say.
struct TopologyManifestTests {
    @Test func `the manifest is what the services consume`() {
        let consumed = Dictionary(uniqueKeysWithValues: Platform.services.map { ($0.name, Set($0.consumes)) })
        let manifest = Dictionary(uniqueKeysWithValues: Manifest.topology.services.map { ($0.name, Set($0.consumes)) })
        #expect(manifest == consumed)
    }

    @Test func `every event that somebody consumes is published by its service`() {
        let published = Set(Platform.services.flatMap { definition in definition.publishes.map { $0.name } })
        for service in Platform.topology.services {
            for event in service.consumes { #expect(published.contains(event), "\(service.name) consumes \(event)") }
        }
    }
}

extension SharedMartTests {
    /// What the broker holds, asked of the broker.
    @Suite struct TopologyTests {
        private func list(_ arguments: String...) async throws -> JSONValue {
            let place = try #require(try await SharedMart.one.stack.broker)
            let broker = try await TestBroker.shared
            let text =
                switch arguments.count {
                case 3: try await broker.control(arguments[0], "-p", place.virtualHost, arguments[1], arguments[2], "--formatter", "json")
                default:
                    try await broker.control(
                        arguments[0], "-p", place.virtualHost, arguments[1], arguments[2], arguments[3], "--formatter", "json")
                }
            return try JSONDocument(parsing: Array(text.utf8)).root
        }

        @Test func `queues are declared with exactly the arguments of the contract`() async throws {
            let work = [
                "x-queue-type": "quorum", "x-single-active-consumer": "true", "x-delivery-limit": "1000000",
                "x-dead-letter-exchange": "mart.dead", "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
                "x-queue-leader-locator": "balanced",
            ]
            let dead = ["x-queue-type": "quorum", "x-queue-leader-locator": "balanced"]
            var seen: [String: [String: String]] = [:]
            for queue in try await list("list_queues", "name", "arguments").elements {
                seen[queue["name"]?.string ?? ""] = Self.arguments(queue["arguments"])
            }
            for service in Stack.allServices {
                for channel in ["commands", "events"] {
                    let expected = work.merging(["x-dead-letter-routing-key": service]) { $1 }
                    #expect(seen["\(service).\(channel)"] == expected, "\(service).\(channel)")
                }
                #expect(seen["\(service).dead"] == dead, "\(service).dead")
            }
        }

        @Test func `exchanges are durable topics without arguments`() async throws {
            var seen: [String: String] = [:]
            for exchange in try await list("list_exchanges", "name", "type", "durable").elements {
                seen[exchange["name"]?.string ?? ""] = "\(exchange["type"]?.string ?? "") \(exchange["durable"]?.bool ?? false)"
            }
            for name in ["mart.commands", "mart.events", "mart.dead", "mart.replies"] { #expect(seen[name] == "topic true", "\(name)") }
        }

        @Test func `bindings are exactly those of the contract`() async throws {
            var seen: Set<String> = []
            for binding in try await list("list_bindings", "source_name", "routing_key", "destination_name").elements {
                let words = [binding["source_name"], binding["routing_key"], binding["destination_name"]].map { $0?.string ?? "" }
                if words[0].hasPrefix("mart."), !words[2].hasPrefix("test.") { seen.insert(words.joined(separator: " ")) }
            }
            var expected: Set<String> = []
            for service in Stack.allServices {
                expected.insert("mart.commands \(service).# \(service).commands")
                expected.insert("mart.dead \(service) \(service).dead")
            }
            for name in ["approved", "suspended", "reinstated", "revoked", "expired", "number-corrected"] {
                expected.insert("mart.events permits.permit-\(name).# catalog.events")
            }
            for name in [
                "mart-opened", "mart-closed", "mart-reopened", "product-registered", "product-reclassified", "product-listed",
                "product-held", "product-delisted",
                "price-changed",
            ] {
                expected.insert("mart.events catalog.\(name).# consignment.events")
            }
            for name in [
                "consignment.sale-recorded", "consignment.sale-refunded", "consignment.goods-written-off", "catalog.seller-registered",
                "catalog.seller-updated",
            ] {
                expected.insert("mart.events \(name).# settlement.events")
            }
            #expect(seen == expected)
        }

        /// `rabbitmqctl` writes a table as an object or as a list of name, kind and value.
        private static func arguments(_ value: JSONValue?) -> [String: String] {
            var all: [String: String] = [:]
            for member in value?.members ?? [] { all[member.name] = member.value.string ?? member.value.text }
            for triple in value?.elements.map(\.elements) ?? [] where triple.count == 3 {
                all[triple[0].string ?? ""] = triple[2].string ?? triple[2].text
            }
            return all
        }
    }
}
