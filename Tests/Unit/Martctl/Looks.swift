import Platform
import StrictJSON
import Testing

@testable import MartctlKit

/// What services and queues look like when all is well; tests change what they are about.
enum Looks {
    static func service(
        _ name: String, sequence: Int = 7, outbox: Int = 0, inFlight: Int = 0, waiting: Int = 0, parked: Int = 0,
        reasons: [ServiceLook.Reason] = [], businessNow: String = "2026-02-06T02:00:00Z"
    ) throws -> ServiceLook {
        let status = try json(
            """
            {"service":"\(name)","source":"/\(name)","lastSequence":\(sequence),"outboxPending":\(outbox),"inFlight":\(inFlight),
            "waiting":\(waiting),"parked":\(parked),"businessNow":"\(businessNow)"}
            """)
        return ServiceLook(service: name, url: "http://127.0.0.1:1", status: ServiceStatus(status), reasons: reasons)
    }

    static func away(_ name: String) -> ServiceLook {
        ServiceLook(service: name, url: "http://127.0.0.1:1", fault: "\(name) cannot be reached at http://127.0.0.1:1")
    }

    static func services() throws -> [ServiceLook] { try Platform.names.map { try service($0) } }

    static func queues(_ changes: [String: QueueLook.State] = [:]) -> [QueueLook] {
        Platform.names.flatMap { service in
            ["commands", "events", "dead"].map { channel in
                QueueLook(service: service, channel: channel, state: changes["\(service).\(channel)"] ?? .there(ready: 0, consumers: 1))
            }
        }
    }

    static func json(_ text: String) throws -> JSONValue { try JSONDocument(parsing: Array(text.utf8)).root }
}
