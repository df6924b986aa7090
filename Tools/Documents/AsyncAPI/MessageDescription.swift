import Contracts
import Messaging
import ServiceFramework
import StrictJSON

/// One message as the documents show it: its schemas and an example.
struct MessageDescription {
    enum Direction {
        case command, event
    }

    let name: MessageName
    let direction: Direction
    let data: [UInt8]
    let example: [UInt8]

    /// Every message of a service that travels: its commands, those that every service takes, and its events.
    static func all(of service: ServiceDefinition) throws -> [MessageDescription] {
        try service.allCommands.map { try command($0.name, $0.input) }
            + service.publishes.map { try event($0) }
            + [rejection(by: service.name)]
    }

    private static func command<R: Record>(_ name: MessageName, _ input: R.Type) throws -> MessageDescription {
        let example = try ExampleFiller.example(of: input, for: name)
        let header = header(
            name, source: "/till/larantuka-1", subject: (example as? any Command)?.subject ?? "", regency: nil, sequence: nil)
        return MessageDescription(
            name: name, direction: .command, data: SchemaBuilder.schema(of: input, as: .asked), example: header.body(data: example))
    }

    private static func event<E: Event>(_ type: E.Type) throws -> MessageDescription {
        let example = try ExampleFiller.example(of: type, for: E.name)
        let header = header(
            E.name, source: "/\(E.name.service)", subject: example.subject, regency: example.eventRegency, sequence: 42)
        return MessageDescription(
            name: E.name, direction: .event, data: SchemaBuilder.schema(of: type, as: .written), example: header.body(data: example))
    }

    /// A rejection of a command that asked for no reply.
    private static func rejection(by service: String) -> MessageDescription {
        let name = MessageName(service, "command-rejected")
        let header = header(name, source: "/\(service)", subject: "ina-tenun", regency: nil, sequence: 43)
        let example = header.body { json in
            ReplyDescription.example.write(
                to: &json, commandId: "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11", commandSource: "/till/larantuka-1",
                commandType: MessageName(service, "replay-parked").type)
        }
        return MessageDescription(name: name, direction: .event, data: ReplyDescription.schema(namesCommand: true), example: example)
    }

    private static func header(_ name: MessageName, source: String, subject: String, regency: String?, sequence: Int64?) -> EnvelopeHeader {
        EnvelopeHeader(
            id: id(of: name), source: source, type: name.type, subject: subject, time: "2026-02-05T02:00:00Z",
            regency: regency, correlationId: "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11",
            causationId: sequence == nil ? "" : "0198c7d2-5b7e-7c3a-9b1e-0f6f2a9d1c11",
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", sequence: sequence)
    }

    /// Every message has an id of its own that stays the same when others are added.
    private static func id(of name: MessageName) -> String {
        let hash = name.type.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash % 0xffff_ffff_ffff, radix: 16)
        return "0198c7d2-5b7e-7c3a-9b1e-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}
