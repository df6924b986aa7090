import Messaging
import Platform
import StrictJSON
import Testing

@testable import MartctlKit

/// What the broker says, read: its refusals, and what its management API lists.
struct TopologyTests {
    private static let prefix = "PRECONDITION_FAILED - inequivalent arg"

    @Test func `the broker's refusal names the argument and its value`() {
        let number = Inequivalence(
            "\(Self.prefix) 'x-delivery-limit' for queue 'catalog.commands' in vhost '/': received the value '1000000' of type 'long' "
                + "but current is the value '20' of type 'signedint'")
        #expect(number?.name == "x-delivery-limit" && number?.current == .number(20))
        let text = Inequivalence(
            "\(Self.prefix) 'x-overflow' for queue 'q' in vhost 'mart1': received none but current is the value 'drop-head' of type 'longstr'"
        )
        #expect(text?.name == "x-overflow" && text?.current == .text("drop-head"))
        let flag = Inequivalence(
            "\(Self.prefix) 'x-single-active-consumer' for queue 'q' in vhost '/': received none but current is the value 'true' of type 'bool'"
        )
        #expect(flag?.current == .flag(true))
        let none = Inequivalence(
            "\(Self.prefix) 'x-overflow' for queue 'q' in vhost '/': received the value 'reject-publish' of type 'longstr' but current is none"
        )
        #expect(none?.name == "x-overflow" && none?.current == nil)
        let type = Inequivalence("\(Self.prefix) 'type' for exchange 'mart.events' in vhost '/': received 'topic' but current is 'direct'")
        #expect(type?.name == "type" && type?.current == .text("direct"))
        let durable = Inequivalence("\(Self.prefix) 'durable' for queue 'q' in vhost '/': received 'true' but current is 'false'")
        #expect(durable?.current == .flag(false))
    }

    @Test(arguments: ["", "NOT_FOUND - no queue 'q'", "inequivalent arg 'x-overflow' for queue 'q' in vhost '/': received the value 'rej"])
    func `what it does not say is not guessed`(text: String) { #expect(Inequivalence(text) == nil) }

    /// What the management API lists of a broker that is as the manifest says.
    private struct Listing {
        var exchanges = Topology.exchanges.map { #"{"name":"\#($0)","type":"topic","durable":true,"arguments":{}}"# }
        var queues = Platform.topology.queues.map { queue in
            let arguments = queue.arguments.sorted { $0.key < $1.key }.map { name, value in
                if case .text(let text) = value { #""\#(name)":"\#(text)""# } else { #""\#(name)":\#(value.text)"# }
            }
            return #"{"name":"\#(queue.name)","durable":true,"arguments":{\#(arguments.joined(separator: ","))}}"#
        }
        var bindings = Platform.topology.queues.flatMap { queue in
            queue.bindings.map { binding in
                #"{"source":"\#(binding.exchange)","destination":"\#(queue.name)","destination_type":"queue","routing_key":"\#(binding.routingKey)"}"#
            } + [#"{"source":"","destination":"\#(queue.name)","destination_type":"queue","routing_key":"\#(queue.name)"}"#]
        }

        func differences() throws -> [String] {
            TopologyComparison.differences(
                Platform.topology, exchanges: try exchanges.map(Looks.json), queues: try queues.map(Looks.json),
                bindings: try bindings.map(Looks.json)
            ).map { "\($0.object) \($0.what): \($0.found)" }
        }
    }

    @Test func `a broker that is as the manifest says does not differ`() throws { #expect(try Listing().differences().isEmpty) }

    @Test func `every kind of difference is named`() throws {
        var listing = Listing()
        listing.exchanges[1] = #"{"name":"mart.events","type":"fanout","durable":false,"arguments":{}}"#
        listing.exchanges.remove(at: 0)
        listing.queues.removeAll { $0.contains(#""permits.dead""#) }
        let commands = try #require(listing.queues.firstIndex { $0.contains(#""name":"catalog.commands""#) })
        listing.queues[commands] = listing.queues[commands].replacing(
            #""x-delivery-limit":1000000"#, with: #""x-delivery-limit":20,"x-max-length":9"#)
        listing.bindings.removeAll { $0.contains("consignment.sale-recorded.#") }
        listing.bindings.append(
            #"{"source":"mart.events","destination":"catalog.events","destination_type":"queue","routing_key":"settlement.#"}"#)
        #expect(
            try listing.differences() == [
                "exchange mart.commands existence: missing", "exchange mart.events type: fanout", "exchange mart.events durable: false",
                "queue permits.dead existence: missing", "queue catalog.commands x-delivery-limit: 20",
                "queue catalog.commands x-max-length: 9", "queue catalog.events binding settlement.#: on mart.events",
                "queue settlement.events binding consignment.sale-recorded.#: missing",
            ])
    }

    @Test func `screens have 80 columns and every difference a cure`() {
        let differences = [
            TopologyDifference.missing("exchange mart.events"),
            .other("queue consignment.commands", "x-dead-letter-routing-key", wanted: "consignment", found: "none"),
            .unknown("queue q", "ACCESS_REFUSED - access to queue 'q' in vhost '/' refused for user 'auditor' and so on and so forth"),
        ]
        for text in [TopologyScreen.differences(differences, seesBindings: false), TopologyScreen.manifest(Platform.topology)] {
            for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }
        #expect(differences.allSatisfy { !$0.cure.isEmpty })
    }
}
