import Messaging
import Platform
import StrictJSON
import Testing

@testable import MartctlKit

/// Whose consumer is whose, by what the management API lists.
struct StrangerTests {
    private static func consumer(_ queue: String, tag: String, connection: String?, status: String = "waiting") -> String {
        let details = connection.map { #"{"connection_name":"\#($0)","peer_host":"10.0.0.5","peer_port":4711,"user":"ana"}"# } ?? "[]"
        return #"{"queue":{"name":"\#(queue)"},"consumer_tag":"\#(tag)","activity_status":"\#(status)","channel_details":\#(details)}"#
    }

    private static func strangers(_ consumers: String..., queues: String, connections: String = "[]") throws -> [Stranger] {
        let search = StrangerSearch(
            consumers: try Looks.json("[\(consumers.joined(separator: ","))]").elements, queues: try Looks.json(queues).elements,
            connections: try Looks.json(connections).elements)
        return search.strangers(.platform)
    }

    private static let owned = #"[{"name":"catalog.owner","owner_pid_details":{"name":"ours"}}]"#

    @Test func `the service's own is on the connection that has the owner queue, whatever a stranger calls himself`() throws {
        let found = try Self.strangers(
            Self.consumer("catalog.events", tag: "2", connection: "ours"),
            Self.consumer("catalog.events", tag: "2", connection: "theirs", status: "single_active"),
            Self.consumer("reply.ana", tag: "2", connection: "theirs"), queues: Self.owned,
            connections: #"[{"name":"theirs","client_properties":{"connection_name":"catalog consumer"}}]"#)
        #expect(
            found == [
                Stranger(
                    queue: "catalog.events", tag: "2", connection: "catalog consumer", address: "10.0.0.5:4711", user: "ana", isServed: true
                )
            ])
        #expect(
            found.first?.sentence
                == #"consumer tag "2", connection "catalog consumer", address 10.0.0.5:4711, user ana; it is served, the service is not"#)
    }

    @Test func `while nobody has the owner queue every consumer is a stranger`() throws {
        #expect(try Self.strangers(Self.consumer("catalog.dead", tag: "0", connection: "x"), queues: "[]").map(\.queue) == ["catalog.dead"])
    }

    @Test func `where the broker does not say who the owner is, a name must do`() throws {
        let found = try Self.strangers(
            Self.consumer("catalog.events", tag: "2", connection: "a"), Self.consumer("catalog.events", tag: "2", connection: "b"),
            queues: #"[{"name":"catalog.owner"}]"#,
            connections: #"[{"name":"a","client_properties":{"connection_name":"catalog consumer"}},{"name":"b","client_properties":{}}]"#)
        #expect(found.count == 1 && found.first?.connection == nil)
    }

    @Test func `before the statistics know a connection, only who cannot be the service is named`() throws {
        let found = try Self.strangers(
            Self.consumer("catalog.events", tag: "2", connection: nil), Self.consumer("catalog.events", tag: "amq.ctag-1", connection: nil),
            queues: Self.owned)
        #expect(found == [Stranger(queue: "catalog.events", tag: "amq.ctag-1")])
        #expect(found.first?.sentence == #"consumer tag "amq.ctag-1""#)
    }
}
