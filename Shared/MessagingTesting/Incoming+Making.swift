public import Contracts
public import Messaging
public import StrictJSON

/// Deliveries as they would come from the broker.
extension Incoming {
    /// An event; its source is the service that owns it unless another is named.
    public static func delivery(of event: some Event, id: String, source: String? = nil, sequence: Int64? = nil) -> Incoming {
        let name = type(of: event).name
        let body = body(type: name.type, id: id, source: source ?? "/\(name.service)", sequence: sequence, regency: event.eventRegency) {
            FieldWriter.write(event, to: &$0)
        }
        return Incoming(channel: .events, routingKey: name.routingKey, body: body)
    }

    /// A command that asks for a reply.
    public static func delivery(of command: some Command, id: String, source: String = "/test") -> Incoming {
        Incoming(
            channel: .commands, routingKey: type(of: command).name.routingKey, replyTo: "reply.test.1",
            body: body(of: command, id: id, source: source))
    }

    public static func body(of command: some Command, id: String, source: String = "/test", regency: String? = nil) -> [UInt8] {
        body(type: type(of: command).name.type, id: id, source: source, regency: regency) { FieldWriter.write(command, to: &$0) }
    }

    public static func body(
        type: String, id: String, source: String, sequence: Int64? = nil, regency: String?, data: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        JSONWriter.object { json in
            json.member("specversion", "1.0")
            json.member("id", id)
            json.member("source", source)
            json.member("type", type)
            json.member("regency", ifPresent: regency)
            if let sequence { json.member("sequence", "\(sequence)") }
            json.key("data")
            data(&json)
        }
    }
}
